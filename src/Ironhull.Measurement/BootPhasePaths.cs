namespace Ironhull.Measurement;

/// <summary>The phases of a boot, as systemd-pcrphase(8) measures them, that a PCR policy is signed for.</summary>
public static class BootPhasePaths
{
    /// <summary>
    /// Each phase with those before it, as systemd-measure(1) signs them without being asked: in the initrd, where ROOT is
    /// unlocked; after it; when the system is set up; when it is ready.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<string>> Signed { get; } =
    [
        ["enter-initrd"],
        ["enter-initrd", "leave-initrd"],
        ["enter-initrd", "leave-initrd", "sysinit"],
        ["enter-initrd", "leave-initrd", "sysinit", "ready"],
    ];
}
