using Ironhull.Formats.Io;
using Ironhull.Formats.Tpm;

namespace Ironhull.Measurement;

/// <summary>What the registers of a TPM hold after one kernel image of an image was booted with some of its addons.</summary>
/// <param name="Kernel">The unified kernel image's path on the EFI system partition.</param>
/// <param name="Addons">The paths of the addons that are there, in the order in which the boot stub loads them.</param>
/// <param name="Events">Everything that is measured into PCRs 4, 7, 11 and 12 before the kernel starts, in the order of each register.</param>
/// <param name="Phases">The phases that the running system measures into PCR 11, in order.</param>
public sealed record BootPrediction(string Kernel, IReadOnlyList<string> Addons, IReadOnlyList<MeasuredEvent> Events, IReadOnlyList<string> Phases)
{
    /// <summary>Groups of which more than one addon is chosen: the words of the last one win.</summary>
    public IReadOnlyList<string> Conflicts { get; init; } = [];

    /// <summary>The registers that are predicted.</summary>
    public static IReadOnlyList<int> Registers { get; } =
        [FirmwareMeasurements.BootManager, FirmwareMeasurements.SecureBootPolicy, StubMeasurements.KernelBoot, StubMeasurements.KernelConfig];

    /// <summary>A register of the SHA-256 bank when the kernel starts: what the firmware's event log replays to.</summary>
    /// <param name="pcr">One of <see cref="Registers"/>.</param>
    public Sha256Digest AtKernelStart(int pcr) =>
        Events.Where(e => e.Pcr == pcr).Aggregate(default(Sha256Digest), (value, e) => PcrBank.Extend(value, e.Digest));

    /// <summary>PCR 11 after each phase, in order; the last one is the running system's.</summary>
    public IEnumerable<(string Phase, Sha256Digest Value)> AfterPhases()
    {
        var value = AtKernelStart(StubMeasurements.KernelBoot);
        foreach (var phase in Phases)
        {
            value = PcrBank.Extend(value, Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(phase)));
            yield return (phase, value);
        }
    }

    /// <summary>A register of the SHA-256 bank when the system is up.</summary>
    /// <param name="pcr">One of <see cref="Registers"/>.</param>
    public Sha256Digest WhenRunning(int pcr) =>
        pcr == StubMeasurements.KernelBoot && Phases.Count > 0 ? AfterPhases().Last().Value : AtKernelStart(pcr);
}
