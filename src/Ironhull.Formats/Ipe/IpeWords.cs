namespace Ironhull.Formats.Ipe;

/// <summary>What a rule is about (kernel, <c>security/ipe/policy.h</c>, <c>enum ipe_op_type</c>).</summary>
public enum IpeOperation
{
    /// <summary>EXECUTE: exec, and memory mapped or changed to executable.</summary>
    Execute,

    /// <summary>FIRMWARE.</summary>
    Firmware,

    /// <summary>KMODULE: kernel modules.</summary>
    KernelModule,

    /// <summary>KEXEC_IMAGE: kernels to start next.</summary>
    KexecImage,

    /// <summary>KEXEC_INITRAMFS: their initrds.</summary>
    KexecInitramfs,

    /// <summary>POLICY: policies of IMA.</summary>
    Policy,

    /// <summary>X509_CERT: certificates for IMA.</summary>
    X509Certificate,
}

/// <summary>What a rule decides.</summary>
public enum IpeAction
{
    /// <summary>ALLOW.</summary>
    Allow,

    /// <summary>DENY.</summary>
    Deny,
}

/// <summary>Something that must hold of a file for its rule to decide.</summary>
/// <param name="Name">"boot_verified", "dmverity_roothash", "dmverity_signature", "fsverity_digest" or "fsverity_signature".</param>
/// <param name="Value">"TRUE", "FALSE", or "ALGORITHM:HEX" of a digest.</param>
public sealed record IpeProperty(string Name, string Value);

/// <summary>A rule; the first one of its operation whose properties all hold decides.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Properties">What must hold; without any it always decides.</param>
/// <param name="Action">The decision.</param>
/// <param name="Line">1-based line of the text.</param>
public sealed record IpeRule(IpeOperation Operation, IReadOnlyList<IpeProperty> Properties, IpeAction Action, int Line);

/// <summary>The spellings of the kernel.</summary>
internal static class IpeWords
{
    public static readonly IReadOnlyList<(string Word, IpeOperation Operation)> Operations =
    [
        ("EXECUTE", IpeOperation.Execute),
        ("FIRMWARE", IpeOperation.Firmware),
        ("KMODULE", IpeOperation.KernelModule),
        ("KEXEC_IMAGE", IpeOperation.KexecImage),
        ("KEXEC_INITRAMFS", IpeOperation.KexecInitramfs),
        ("POLICY", IpeOperation.Policy),
        ("X509_CERT", IpeOperation.X509Certificate),
    ];

    /// <summary>Properties that are TRUE or FALSE.</summary>
    public static readonly IReadOnlyList<string> Flags = ["boot_verified", "dmverity_signature", "fsverity_signature"];

    /// <summary>Properties that are a digest.</summary>
    public static readonly IReadOnlyList<string> Digests = ["dmverity_roothash", "fsverity_digest"];

    public static string Of(IpeOperation operation) => Operations.First(o => o.Operation == operation).Word;
}
