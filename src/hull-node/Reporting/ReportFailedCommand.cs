using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Reporting;

namespace Ironhull.Node.Reporting;

/// <summary><c>hull-node report failed</c>: the first boot has failed, and why.</summary>
internal sealed class ReportFailedCommand() : ReportCommand("report failed", "tell the platform that the first boot has failed, and why", TimeSpan.FromMinutes(1))
{
    private const int LongestReason = 65536;

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options => [.. Common, new("reason", "TEXT", "why"), new("reason-file", "FILE", "a file that says why")];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        Send(host, arguments, MachineReport.Failed(arguments["reason"] ?? (arguments["reason-file"] is { } file ? Text(file) : throw CommandErrors.NodeUsage.Error("'--reason' or '--reason-file' must be provided."))));
        return ExitCodes.Success;
    }

    private static string Text(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[LongestReason];
        return Encoding.UTF8.GetString(buffer.AsSpan(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)));
    }
}
