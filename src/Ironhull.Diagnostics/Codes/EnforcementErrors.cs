namespace Ironhull.Diagnostics;

/// <summary>HULL55xx: addons of the boot image, and the policy of which code may run.</summary>
public static class EnforcementErrors
{
    /// <summary>Two installed addons are of one group.</summary>
    public static readonly ErrorCode ConflictingAddons = new(
        "HULL5501", ErrorCategory.Input, "Two installed addons exclude each other", "Install one addon of a group at most; the others stay in the catalogue.");

    /// <summary>The stub that addons are made from is missing.</summary>
    public static readonly ErrorCode AddonStubMissing = new(
        "HULL5502", ErrorCategory.Input, "The image has no stub to make addons from", "Add the package that brings systemd's EFI stubs, or name the stub with 'boot.addonStub'.");

    /// <summary>The kernel would not take the policy.</summary>
    public static readonly ErrorCode MalformedPolicy = new(
        "HULL5503", ErrorCategory.Input, "An IPE policy is not one that the kernel takes", "Correct the line; the grammar is in docs/reference/ipe.md.");

    /// <summary>A policy lets unverified files through.</summary>
    public static readonly ErrorCode PermissivePolicy = new(
        "HULL5504", ErrorCategory.Input, "An IPE policy lets unverified files through", "Never sign such a policy: whoever has it can put it on any machine that trusts the key. Choose the audit or off profile with an addon instead.");

    /// <summary>The command line switches the policy off.</summary>
    public static readonly ErrorCode PolicyNotEnforced = new(
        "HULL5505", ErrorCategory.Input, "The image has an IPE policy that would not be enforced", "Add 'ipe' to 'lsm=' and remove 'ipe.enforce=0' from the image's command line; choose the audit or off profile with an addon instead.");

    /// <summary>A container's volume cannot be signed later.</summary>
    public static readonly ErrorCode VolumeNotDeferrable = new(
        "HULL5506", ErrorCategory.Unsupported, "A container's volume cannot be signed later", "Build without --defer-signing: with --certificate and --command the keys may lie elsewhere.");
}
