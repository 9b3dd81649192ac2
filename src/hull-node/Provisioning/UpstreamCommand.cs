using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;

namespace Ironhull.Node.Provisioning;

/// <summary>The program under the name <c>ignition</c>: upstream's command line, which has no commands and ends with 1 when a stage failed.</summary>
internal static class UpstreamCommand
{
    /// <summary>The name that chooses it.</summary>
    public const string Name = "ignition";

    /// <summary>The exit code of a stage that failed.</summary>
    public const int Failed = 1;

    private static readonly ProvisionCommand s_command = new();

    /// <summary>Runs a command line.</summary>
    public static int Run(NodeHost host, IReadOnlyList<string> words)
    {
        var arguments = CommandArguments.Read(words, [.. s_command.Options, new("version", null, "print the version"), new("help", null, "print this")], 0);
        if (arguments.Has("version"))
        {
            host.Out.WriteLine($"Ignition (hull-node {NodeApplication.Version})");
            return ExitCodes.Success;
        }

        if (arguments.Has("help"))
        {
            host.Out.Write(HelpText.Of(s_command));
            return ExitCodes.Success;
        }

        return s_command.Run(host, arguments);
    }
}
