using Ironhull.Compose.Yaml;

namespace Ironhull.Compose.Definition;

/// <summary>How the image boots.</summary>
/// <param name="CommandLine">The kernel command line, without <c>usrhash=</c>, which the build adds.</param>
/// <param name="Counter">Boot attempts before systemd-boot falls back; 0 leaves boot counting off.</param>
/// <param name="LoaderTimeout">Seconds that systemd-boot's menu shows.</param>
/// <param name="Kernel">Path of the kernel in the tree; may hold <c>*</c>, must match one file.</param>
/// <param name="Stub">Path of systemd's UEFI stub in the tree.</param>
/// <param name="Loader">Path of systemd-boot in the tree.</param>
/// <param name="AddonStub">Path of systemd's stub for addons in the tree.</param>
public sealed record BootDefinition(string CommandLine, int Counter, int LoaderTimeout, string Kernel, string Stub, string Loader, string AddonStub)
{
    internal static BootDefinition Read(FieldReader f) => new(
        f.OptionalString("commandLine", "", "The kernel command line; usrhash= is added by the build."),
        f.OptionalInt("counter", 3, 0, 99, "Boot attempts before the loader falls back to the other slot; 0 turns boot counting off."),
        f.OptionalInt("loaderTimeout", 0, 0, 600, "Seconds that the boot menu shows."),
        f.OptionalString("kernel", "/boot/vmlinuz-*", "The kernel in the tree; may hold *.", TextForm.AbsolutePath),
        f.OptionalString("stub", "/usr/lib/systemd/boot/efi/linuxx64.efi.stub", "systemd's UEFI stub in the tree.", TextForm.AbsolutePath),
        f.OptionalString("loader", "/usr/lib/systemd/boot/efi/systemd-bootx64.efi", "systemd-boot in the tree.", TextForm.AbsolutePath),
        f.OptionalString("addonStub", "/usr/lib/systemd/boot/efi/addonx64.efi.stub", "systemd's stub for addons in the tree; needed when there are addons.", TextForm.AbsolutePath));
}
