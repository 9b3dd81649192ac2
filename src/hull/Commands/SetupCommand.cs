using System.CommandLine;
using System.Diagnostics;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Cli.Prerequisites;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull setup</c>.</summary>
internal sealed class SetupCommand : HullCommand
{
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "do not ask" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "say what would be installed, and stop" };

    /// <summary>The command.</summary>
    public SetupCommand()
        : base("setup", "install what running and testing images needs, with the system's package manager")
    {
        Add(_yes);
        Add(_dryRun);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull setup", "say what is missing and why, and install it"),
        new("hull setup --dry-run", "only say it"),
        new("hull setup --yes", "never ask, for scripts"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var path = context.Host.Variable("PATH") ?? "";
        var missing = PrerequisiteCheck.Missing(path);
        if (missing.Count == 0)
        {
            Report(context, [], installed: false);
            return ExitCodes.Success;
        }

        var root = Environment.IsPrivilegedProcess;
        var apt = PrerequisiteCheck.Find("apt-get", path)
            ?? throw CommandErrors.NoPackageManager.Error(
                "apt-get was not found.", remedy: $"Install these by hand (names as in Debian): {string.Join(' ', missing.Select(p => p.Package))}.");
        var sudo = root ? null : PrerequisiteCheck.Find("sudo", path)
            ?? throw CommandErrors.NoPackageManager.Error(
                "Installing packages needs root, and sudo was not found.",
                remedy: $"As root, run: apt-get install --no-install-recommends {string.Join(' ', missing.Select(p => p.Package))}");
        string[] prefix = sudo is null ? [] : [sudo];
        string[] install = [.. prefix, apt, "install", "-y", "--no-install-recommends", .. missing.Select(p => p.Package)];
        if (!context.IsJson)
        {
            var table = new TextTable("package", "for", "why");
            foreach (var p in missing)
            {
                table.Add(p.Package, p.For.ToString().ToLowerInvariant(), p.Why);
            }

            context.Out.Write($"Missing here:\n{table}\nTo install them:\n  {string.Join(' ', install)}\n");
            context.Out.Flush();
        }

        if (context.Get(_dryRun))
        {
            if (context.IsJson)
            {
                Report(context, missing, installed: false);
            }

            return ExitCodes.Success;
        }

        if (!root && !context.Get(_yes) && !context.IsJson && !Console.IsInputRedirected && !Confirm(context))
        {
            return ExitCodes.Success;
        }

        using (var stage = context.Progress.Begin("Refresh package lists"))
        {
            // Old lists may still do; a failure shows in the installation.
            await RunAsync([.. prefix, apt, "update", "-q"], cancellation).ConfigureAwait(false);
            stage.Complete();
        }

        using (var stage = context.Progress.Begin($"Install {missing.Count} packages"))
        {
            var (code, output) = await RunAsync(install, cancellation).ConfigureAwait(false);
            if (code != 0)
            {
                throw CommandErrors.SetupFailed.Error($"'{string.Join(' ', install)}' ended with {code}:\n{Tail(output)}");
            }

            stage.Complete();
        }

        if (PrerequisiteCheck.Missing(path) is { Count: > 0 } still)
        {
            throw CommandErrors.SetupFailed.Error($"Still missing after the installation: {string.Join(", ", still.Select(p => $"{p.Package} ({string.Join(", ", p.Probes)})"))}.");
        }

        context.EndProgress();
        Report(context, missing, installed: true);
        return ExitCodes.Success;
    }

    private static void Report(CommandContext context, IReadOnlyList<Prerequisite> packages, bool installed)
    {
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray(installed ? "installed" : "missing");
                foreach (var p in packages)
                {
                    json.WriteStringValue(p.Package);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else
        {
            context.Out.WriteLine(installed ? $"Installed {packages.Count} packages. Next: ./hull quickstart" : "Nothing is missing. Next: ./hull quickstart");
        }
    }

    private static bool Confirm(CommandContext context)
    {
        context.Out.Write("Go on? [Y/n] ");
        context.Out.Flush();
        return Console.ReadLine()?.Trim() is "" or "y" or "Y" or "yes";
    }

    private static async Task<(int Code, string Output)> RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return (process.ExitCode, await output.ConfigureAwait(false) + await error.ConfigureAwait(false));
    }

    private static string Tail(string output) => string.Join('\n', output.TrimEnd().Split('\n').TakeLast(15).Select(l => "  " + l));
}
