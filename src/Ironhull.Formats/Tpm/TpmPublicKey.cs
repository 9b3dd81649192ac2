using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Tpm;

/// <summary>The public half of a TPM's signing key (TPM 2.0 part 2, TPMT_PUBLIC). Whose it is must be known from elsewhere.</summary>
/// <param name="Type">RSA or ECC.</param>
/// <param name="Attributes">TPMA_OBJECT.</param>
/// <param name="Curve">TPM_ECC_CURVE of an ECC key; 0 for RSA.</param>
/// <param name="Exponent">The exponent of an RSA key; 0 for ECC.</param>
/// <param name="First">The modulus of an RSA key, or the x coordinate; big-endian.</param>
/// <param name="Second">The y coordinate of an ECC key; empty for RSA.</param>
public sealed record TpmPublicKey(TpmAlgorithm Type, uint Attributes, ushort Curve, uint Exponent, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second)
{
    /// <summary>TPM_ECC_NIST_P256.</summary>
    public const ushort NistP256 = 0x0003;

    /// <summary>TPM_ECC_NIST_P384.</summary>
    public const ushort NistP384 = 0x0004;

    private const uint DefaultExponent = 65537;

    // TPMA_OBJECT: fixedTPM, restricted, sign/encrypt.
    private const uint Restricted = 0x0005_0002;

    /// <summary>
    /// Whether the key was made in the TPM, cannot leave it, and signs nothing but what the TPM says itself: only then is a
    /// signed quote a quote.
    /// </summary>
    public bool IsAttestationKey => (Attributes & Restricted) == Restricted;

    /// <summary>Reads a TPM2B_PUBLIC, as tools store keys, or the TPMT_PUBLIC in it.</summary>
    /// <exception cref="HullException">HULL1001, HULL1002: truncated or malformed; HULL1004: neither an RSA nor an ECC key.</exception>
    public static TpmPublicKey Parse(ReadOnlySpan<byte> data)
    {
        if (data.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(data) == data.Length - 2)
        {
            data = data[2..];
        }

        var reader = new TpmReader(data, "the public key");
        var type = reader.Algorithm();
        reader.Algorithm();
        var attributes = reader.UInt32();
        reader.Sized();
        if (type is not (TpmAlgorithm.Rsa or TpmAlgorithm.Ecc))
        {
            throw FormatErrors.Unsupported.Error($"The public key is of type 0x{(ushort)type:x4}; RSA and ECC are supported.");
        }

        if (reader.Algorithm() != TpmAlgorithm.Null)
        {
            // The symmetric algorithm of a storage key: bits and mode.
            reader.Bytes(4);
        }

        SkipScheme(ref reader);
        TpmPublicKey key;
        if (type == TpmAlgorithm.Rsa)
        {
            reader.UInt16();
            var exponent = reader.UInt32();
            key = new(type, attributes, 0, exponent == 0 ? DefaultExponent : exponent, reader.Sized().ToArray(), default);
        }
        else
        {
            var curve = reader.UInt16();
            SkipScheme(ref reader);
            key = new(type, attributes, curve, 0, reader.Sized().ToArray(), reader.Sized().ToArray());
        }

        reader.End();
        return key;
    }

    private static void SkipScheme(ref TpmReader reader)
    {
        var scheme = reader.Algorithm();
        if (scheme != TpmAlgorithm.Null)
        {
            reader.Bytes(scheme == TpmAlgorithm.EcDaa ? 4 : 2);
        }
    }
}
