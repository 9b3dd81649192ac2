using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;

namespace Ironhull.Node.CrashKernel;

/// <summary><c>hull-node crash-kernel unload</c>.</summary>
internal sealed class UnloadCommand() : NodeCommand("crash-kernel unload", "unload the kernel that starts after a crash")
{
    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        new CrashKernelLoader(host.KexecCall, host.Kexec).Unload();
        return ExitCodes.Success;
    }
}
