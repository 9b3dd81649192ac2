using Ironhull.Diagnostics;
using Ironhull.Node.Provisioning;
using Ironhull.Provisioning.Failures;

namespace Ironhull.Node.CommandLine;

/// <summary>Finds the command of a command line, runs it, and turns every error into a coded one with its exit code.</summary>
internal static class NodeApplication
{
    /// <summary>The version.</summary>
    public static string Version { get; } = typeof(NodeApplication).Assembly.GetName().Version!.ToString(3);

    /// <summary>Runs a command line.</summary>
    /// <param name="line">The name that the program was started by, and its arguments.</param>
    /// <param name="host">The surroundings.</param>
    /// <returns>The exit code: 0, or that of the error's category.</returns>
    public static int Run(IReadOnlyList<string> line, NodeHost host)
    {
        var isUpstream = Path.GetFileName(line[0]) == UpstreamCommand.Name;
        try
        {
            return isUpstream ? UpstreamCommand.Run(host, [.. line.Skip(1)]) : Run(host, [.. line.Skip(1)]);
        }
        catch (HullException e)
        {
            foreach (var diagnostic in e.Diagnostics)
            {
                host.Error.WriteLine(ShownText.WithoutSecrets(diagnostic.ToString()));
            }

            return isUpstream && e.Code != CommandErrors.NodeUsage ? UpstreamCommand.Failed : e.ExitCode;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            host.Error.WriteLine(Unexpected(e).ToString());
            return ExitCodes.For(ErrorCategory.Internal);
        }
    }

    /// <summary>What is said of an error that has no code of its own; a message may quote what was read, so no contents of a config are in it.</summary>
    public static Diagnostic Unexpected(Exception e) => CommandErrors.Internal.With($"{e.GetType().Name}: {ShownText.Line(e.Message)}");

    private static int Run(NodeHost host, IReadOnlyList<string> words)
    {
        if (words is ["--version"] or ["-version"])
        {
            host.Out.WriteLine($"hull-node {Version}");
            return ExitCodes.Success;
        }

        if (words.Count == 0 || words is ["--help"] or ["-h"] or ["help"])
        {
            host.Out.Write(HelpText.All());
            return ExitCodes.Success;
        }

        var command = CommandList.Find(words) ?? throw CommandErrors.NodeUsage.Error($"There is no command '{words[0]}'.");
        var rest = words.Skip(command.Name.Split(' ').Length).ToList();
        if (rest is ["--help"] or ["-h"])
        {
            host.Out.Write(HelpText.Of(command));
            return ExitCodes.Success;
        }

        return command.Run(host, CommandArguments.Read(rest, command.Options, command.Operands.Count));
    }
}
