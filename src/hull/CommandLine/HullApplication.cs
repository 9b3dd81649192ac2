using System.CommandLine;
using System.Reflection;
using Ironhull.Cli.Output;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.CommandLine;

/// <summary>Parses a command line, runs its command, and turns every error into a coded one with its exit code.</summary>
internal sealed class HullApplication(HullHost host)
{
    private readonly GlobalOptions _options = new();

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        var root = CommandTree.Build(_options);
        var parse = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var format = WantsJson(arguments) ? OutputFormat.Json : OutputFormat.Text;
        var command = parse.CommandResult.Command;
        try
        {
            if (parse.GetResult(_options.Help) is { Implicit: false } || arguments.Count == 0)
            {
                host.Out.Write(HelpText.Of(command, root));
                return ExitCodes.Success;
            }

            if (command == root && parse.GetResult(_options.Version) is { Implicit: false })
            {
                host.Out.WriteLine($"hull {Version}");
                return ExitCodes.Success;
            }

            if (Usage(parse, command, root) is { Count: > 0 } errors)
            {
                throw new HullException(errors);
            }

            var context = new CommandContext(host, parse, _options);
            try
            {
                return await ((HullCommand)command).RunAsync(context, cancellation).ConfigureAwait(false);
            }
            finally
            {
                context.EndProgress();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            if (format == OutputFormat.Text)
            {
                host.Error.WriteLine("hull: interrupted; nothing half-written is left, the next run goes on from here.");
            }

            return ExitCodes.Interrupted;
        }
        catch (HullException e)
        {
            DiagnosticPrinter.Print(host.Error, e.Diagnostics, format);
            return e.ExitCode;
        }
        catch (Exception e)
        {
            if (Coded(e) is { } coded)
            {
                DiagnosticPrinter.Print(host.Error, coded.Diagnostics, format);
                return coded.ExitCode;
            }

            var details = parse.GetValue(_options.Verbose) ? e.ToString() : $"{e.GetType().Name}: {e.Message}";
            var diagnostic = CommandErrors.Internal.With(details);
            DiagnosticPrinter.Print(host.Error, [diagnostic], format);
            return ExitCodes.For(ErrorCategory.Internal);
        }
        finally
        {
            host.Out.Flush();
            host.Error.Flush();
        }
    }

    /// <summary>The version of hull.</summary>
    public static string Version =>
        typeof(HullApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    // What the operating system refuses is not a fault of hull.
    private static HullException? Coded(Exception e) => e switch
    {
        AggregateException { InnerException: HullException inner } => inner,
        IOException io when (io.HResult & 0xFFFF) == 28 || io.Message.StartsWith("No space left", StringComparison.Ordinal) =>
            CommandErrors.DiskFull.Error(io.Message, cause: io),
        UnauthorizedAccessException => CommandErrors.Permission.Error(e.Message, cause: e),
        _ => null,
    };

    // The format counts even where the rest of the line cannot be parsed.
    private static bool WantsJson(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is "--format=json" or "--format:json" || (arguments[i] == "--format" && i + 1 < arguments.Count && arguments[i + 1] == "json"))
            {
                return true;
            }
        }

        return false;
    }

    private static List<Diagnostic> Usage(ParseResult parse, Command command, Command root)
    {
        var errors = new List<Diagnostic>();
        var name = HelpText.FullName(command, root);
        foreach (var token in parse.UnmatchedTokens)
        {
            var known = token.StartsWith('-')
                ? command.Options.Concat(root.Options).Where(o => !o.Hidden).SelectMany(o => o.Aliases.Append(o.Name))
                : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
            var near = Spelling.Nearest(token, known);
            var what = token.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            errors.Add(CommandErrors.Usage.With(
                $"'{name}' does not know the {what} '{token}'.", remedy: near is null ? $"See '{name} --help'." : $"Did you mean '{near}'? See '{name} --help'."));
        }

        if (errors.Count == 0 && command is not HullCommand)
        {
            errors.Add(CommandErrors.Usage.With(
                $"'{name}' needs a command: {string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}.", remedy: $"See '{name} --help'."));
        }

        if (errors.Count == 0)
        {
            errors.AddRange(parse.Errors.Select(e => CommandErrors.Usage.With(e.Message, remedy: $"See '{name} --help'.")));
        }

        return errors;
    }
}
