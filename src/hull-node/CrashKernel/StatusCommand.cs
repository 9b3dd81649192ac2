using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;

namespace Ironhull.Node.CrashKernel;

/// <summary><c>hull-node crash-kernel status</c>: one fact a line, for people and programs.</summary>
internal sealed class StatusCommand() : NodeCommand("crash-kernel status", "say whether a kernel for crashes is loaded, how much memory it has, and whether kexec is locked")
{
    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        host.Out.WriteLine($"loaded={(host.Kexec.IsLoaded ? "yes" : "no")}");
        host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reserved-bytes={host.Kexec.ReservedBytes}"));
        host.Out.WriteLine($"locked={(host.Kexec.IsLocked ? "yes" : "no")}");
        return ExitCodes.Success;
    }
}
