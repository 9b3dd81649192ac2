using System.Security.Cryptography;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Tpm;

/// <summary>The policy that registers have certain values (TPM 2.0 part 3, TPM2_PolicyPCR).</summary>
public static class PcrPolicy
{
    private const uint PolicyPcr = 0x0000017F;

    /// <summary>The digest of a session, new and of SHA-256, after this one command.</summary>
    /// <param name="selection">The registers.</param>
    /// <param name="values">Their values in ascending order of the registers, one after another.</param>
    public static Sha256Digest Digest(PcrSelection selection, ReadOnlySpan<byte> values) => Sha256Digest.Of(
        new TpmWriter().Bytes(stackalloc byte[Sha256Digest.Size]).UInt32(PolicyPcr).Bytes(selection.ToList()).Bytes(SHA256.HashData(values)).ToArray());
}
