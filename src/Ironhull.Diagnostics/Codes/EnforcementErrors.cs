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
}
