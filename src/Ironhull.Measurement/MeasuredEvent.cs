using Ironhull.Formats.Io;

namespace Ironhull.Measurement;

/// <summary>One extension of a register that a boot is expected to make.</summary>
/// <param name="Pcr">The register.</param>
/// <param name="What">What is measured, for people.</param>
/// <param name="Digest">SHA-256 of it: what is extended.</param>
public sealed record MeasuredEvent(int Pcr, string What, Sha256Digest Digest);
