using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;

namespace Ironhull.Node.CrashKernel;

/// <summary><c>hull-node crash-kernel load</c>.</summary>
internal sealed class LoadCommand() : NodeCommand("crash-kernel load", "load the kernel that starts after a crash")
{
    private const string CopyConsoles = "copy-consoles";
    private const string Signatures = "pcr-signatures";

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options { get; } =
    [
        new(CopyConsoles, null, "add the consoles of the running kernel to the command line"),
        new(Signatures, "FILE", "add the signatures of the running image's PCR policy, with which the TPM opens a sealed ROOT; a file that is not there adds nothing"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Operands { get; } = ["KERNEL", "INITRD", "COMMANDLINE"];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var line = arguments.Operands[2];
        line = arguments.Has(CopyConsoles) ? string.Join(' ', [line, .. host.Kexec.Consoles]) : line;
        line = arguments[Signatures] is { } file && PcrSignatures.Read(file) is { } word ? $"{line} {word}" : line;
        new CrashKernelLoader(host.KexecCall, host.Kexec).Load(arguments.Operands[0], arguments.Operands[1], line);
        host.Out.WriteLine($"loaded {arguments.Operands[0]} for crashes: {line}");
        return ExitCodes.Success;
    }
}
