using Ironhull.Formats.Io;

namespace Ironhull.Measurement.Attestation;

/// <summary>What a quote has proved.</summary>
/// <param name="Image">The published image.</param>
/// <param name="Version">Its version.</param>
/// <param name="Boot">Which boot of it: kernel image and addons.</param>
/// <param name="Phase">The last phase that was measured when the quote was made; "" when only the kernel had started.</param>
/// <param name="Registers">Every quoted register.</param>
/// <param name="ResetCount">How often the TPM was reset: the same number in two quotes means the same boot.</param>
public sealed record AttestedBoot(
    string Image, string Version, BootPrediction Boot, string Phase, IReadOnlyList<AttestedRegister> Registers, uint ResetCount);

/// <summary>One quoted register.</summary>
/// <param name="Pcr">Its number.</param>
/// <param name="Value">Its value.</param>
/// <param name="By">What explains the value.</param>
public sealed record AttestedRegister(int Pcr, Sha256Digest Value, RegisterBasis By);

/// <summary>What explains the value of a quoted register.</summary>
public enum RegisterBasis
{
    /// <summary>The published values of the image.</summary>
    Image,

    /// <summary>The firmware's event log; whether its events are good is for the verifier's policy.</summary>
    EventLog,

    /// <summary>Nothing but the quote: the running system extends it.</summary>
    Quote,
}
