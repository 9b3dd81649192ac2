using Ironhull.Diagnostics;

namespace Ironhull.Formats.Tpm;

/// <summary>A signature that a TPM made (TPM 2.0 part 2, TPMT_SIGNATURE).</summary>
/// <param name="Scheme">RSASSA, RSAPSS or ECDSA.</param>
/// <param name="Hash">The hash of what was signed.</param>
/// <param name="First">The RSA signature, or r of the ECDSA signature; big-endian.</param>
/// <param name="Second">s of the ECDSA signature; empty for RSA.</param>
public sealed record TpmSignature(TpmAlgorithm Scheme, TpmAlgorithm Hash, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second)
{
    /// <summary>Reads a signature.</summary>
    /// <exception cref="HullException">HULL1001, HULL1002: truncated or longer than it says; HULL1004: another scheme.</exception>
    public static TpmSignature Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TpmReader(data, "the signature");
        var scheme = reader.Algorithm();
        if (scheme is not (TpmAlgorithm.RsaSsa or TpmAlgorithm.RsaPss or TpmAlgorithm.EcDsa))
        {
            throw FormatErrors.Unsupported.Error($"The signature is of scheme 0x{(ushort)scheme:x4}; RSASSA, RSAPSS and ECDSA are supported.");
        }

        var hash = reader.Algorithm();
        var first = reader.Sized().ToArray();
        var second = scheme == TpmAlgorithm.EcDsa ? reader.Sized().ToArray() : [];
        reader.End();
        return new(scheme, hash, first, second);
    }
}
