namespace Ironhull.Diagnostics;

/// <summary>HULL71xx: the kernel that starts after a crash, on a node.</summary>
public static class CrashKernelErrors
{
    /// <summary>The running kernel has reserved no memory.</summary>
    public static readonly ErrorCode NoMemory = new(
        "HULL7101", ErrorCategory.Environment, "No memory is reserved for the kernel that starts after a crash", "Switch the addon 'kdump' on (crashkernel=SIZE on the kernel command line) and restart; where it is on, the machine has too little memory for it.");

    /// <summary>The kernel or its initrd cannot be read.</summary>
    public static readonly ErrorCode FileUnreadable = new(
        "HULL7102", ErrorCategory.Input, "The kernel for crashes or its initrd cannot be read", "Put the image's signed extension 'kdump.raw' into /var/lib/extensions and restart.");

    /// <summary>Loading has been locked for this boot.</summary>
    public static readonly ErrorCode Locked = new(
        "HULL7103", ErrorCategory.Environment, "kexec is locked until the next boot", "Restart: the kernel for crashes is loaded while the system starts, before kernel.kexec_load_disabled is set.");

    /// <summary>The kernel's signature, or where its files come from, is not trusted.</summary>
    public static readonly ErrorCode Untrusted = new(
        "HULL7104", ErrorCategory.Integrity, "The running kernel does not trust the kernel for crashes", "Use the kernel and the initrd of the extension that was built and signed with this image; a copy elsewhere is refused. The kernel's log says what is wrong.");

    /// <summary>The kernel refused it for another reason.</summary>
    public static readonly ErrorCode Refused = new(
        "HULL7105", ErrorCategory.Environment, "The running kernel refuses to load or unload the kernel for crashes", "The kernel's log says more ('journalctl -k'); only root with CAP_SYS_BOOT may do it.");

    /// <summary>The signatures of the PCR policy cannot be used.</summary>
    public static readonly ErrorCode SignaturesInvalid = new(
        "HULL7106", ErrorCategory.Input, "The signatures of the PCR policy cannot be read", "Name the file that systemd has made of the running image's section .pcrsig: /run/systemd/tpm2-pcr-signature.json.");
}
