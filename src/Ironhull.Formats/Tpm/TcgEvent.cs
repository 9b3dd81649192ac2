using Ironhull.Formats.Io;

namespace Ironhull.Formats.Tpm;

/// <summary>One record of an event log (TCG_PCR_EVENT2).</summary>
/// <param name="Offset">Where the record starts in the log, bytes.</param>
/// <param name="Pcr">The register that was extended, 0 to 23.</param>
/// <param name="Type">What was measured; values outside the enumeration occur.</param>
/// <param name="Digests">The digest that was extended, for each bank of the log.</param>
/// <param name="Data">What the firmware says about it. Only the digests were measured: nothing ties this to them but a check of its own.</param>
public sealed record TcgEvent(int Offset, int Pcr, TcgEventType Type, IReadOnlyDictionary<TpmAlgorithm, ReadOnlyMemory<byte>> Digests, ReadOnlyMemory<byte> Data)
{
    /// <summary>The digest of the SHA-256 bank, or null.</summary>
    public Sha256Digest? Sha256 => Digests.TryGetValue(TpmAlgorithm.Sha256, out var digest) ? new Sha256Digest(digest.Span) : null;
}
