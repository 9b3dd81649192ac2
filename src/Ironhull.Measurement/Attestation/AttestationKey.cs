using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tpm;

namespace Ironhull.Measurement.Attestation;

/// <summary>
/// The key that signs a node's quotes. That it is the key of this node's TPM is what the verifier brings along: it was
/// enrolled before, or its certificate was checked.
/// </summary>
public sealed class AttestationKey : IDisposable
{
    private const int LongestFile = 64 << 10;
    private const int SmallestRsaKey = 2048;
    private readonly AsymmetricAlgorithm _key;

    private AttestationKey(AsymmetricAlgorithm key, bool known)
    {
        _key = key;
        AttributesKnown = known;
    }

    /// <summary>Whether the key's attributes are known to be those of an attestation key; a PEM file does not tell.</summary>
    public bool AttributesKnown { get; }

    /// <summary>Reads a key: TPM2B_PUBLIC or TPMT_PUBLIC as TPM tools write it, or a SubjectPublicKeyInfo as PEM.</summary>
    /// <param name="data">The file.</param>
    /// <exception cref="HullException">HULL6102: it could sign more than quotes, or is too weak; HULL6001, HULL10xx: it is no such file.</exception>
    public static AttestationKey Parse(ReadOnlySpan<byte> data)
    {
        if (data.Length > LongestFile)
        {
            throw FormatErrors.LimitExceeded.Error($"A public key of {data.Length} bytes is not read.");
        }

        if (data.IndexOf("-----BEGIN"u8) >= 0)
        {
            return FromPem(Encoding.ASCII.GetString(data));
        }

        var key = TpmPublicKey.Parse(data);
        return key.IsAttestationKey
            ? new(Import(key), known: true)
            : throw AttestationErrors.NotAnAttestationKey.Error($"Its attributes are 0x{key.Attributes:x8}: not a restricted signing key that is fixed to its TPM.");
    }

    /// <summary>Checks a quote's signature.</summary>
    /// <param name="quote">TPMS_ATTEST.</param>
    /// <param name="signature">TPMT_SIGNATURE.</param>
    /// <exception cref="HullException">HULL6103: it does not verify, or is of another kind of key.</exception>
    public void Verify(ReadOnlySpan<byte> quote, TpmSignature signature)
    {
        var hash = HashOf(signature.Hash);
        var verified = (_key, signature.Scheme) switch
        {
            (RSA rsa, TpmAlgorithm.RsaSsa) => rsa.VerifyData(quote, signature.First.Span, hash, RSASignaturePadding.Pkcs1),
            (RSA rsa, TpmAlgorithm.RsaPss) => rsa.VerifyData(quote, signature.First.Span, hash, RSASignaturePadding.Pss),
            (ECDsa ecdsa, TpmAlgorithm.EcDsa) => Fixed(ecdsa, signature) is { } both && ecdsa.VerifyData(quote, both, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            _ => false,
        };
        if (!verified)
        {
            throw AttestationErrors.BadQuoteSignature.Error($"The {signature.Scheme} signature of {signature.Hash} does not verify with this {_key.SignatureAlgorithm} key.");
        }
    }

    /// <summary>The hash of a quote's scheme, with which the registers' values are hashed too.</summary>
    /// <exception cref="HullException">HULL6103: not SHA-256, SHA-384 or SHA-512.</exception>
    internal static HashAlgorithmName HashOf(TpmAlgorithm algorithm) => algorithm switch
    {
        TpmAlgorithm.Sha256 => HashAlgorithmName.SHA256,
        TpmAlgorithm.Sha384 => HashAlgorithmName.SHA384,
        TpmAlgorithm.Sha512 => HashAlgorithmName.SHA512,
        _ => throw AttestationErrors.BadQuoteSignature.Error($"The hash 0x{(ushort)algorithm:x4} is not accepted; SHA-256, SHA-384 and SHA-512 are."),
    };

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static AttestationKey FromPem(string text)
    {
        // A key's own type is in its PEM: the one that does not fit is refused by the import.
        foreach (var key in (AsymmetricAlgorithm[])[RSA.Create(), ECDsa.Create()])
        {
            try
            {
                key.ImportFromPem(text);
                return new(RequireStrength(key), known: false);
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                key.Dispose();
            }
        }

        throw SigningErrors.KeyUnreadable.Error("The attestation key is neither an RSA nor an ECC public key.");
    }

    private static AsymmetricAlgorithm Import(TpmPublicKey key)
    {
        try
        {
            if (key.Type == TpmAlgorithm.Rsa)
            {
                Span<byte> exponent = stackalloc byte[4];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(exponent, key.Exponent);
                return RequireStrength(RSA.Create(new RSAParameters { Modulus = key.First.ToArray(), Exponent = exponent.TrimStart((byte)0).ToArray() }));
            }

            var (curve, size) = key.Curve switch
            {
                TpmPublicKey.NistP256 => (ECCurve.NamedCurves.nistP256, 32),
                TpmPublicKey.NistP384 => (ECCurve.NamedCurves.nistP384, 48),
                _ => throw FormatErrors.Unsupported.Error($"The key is on curve 0x{key.Curve:x4}; P-256 and P-384 are supported."),
            };
            return ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Padded(key.First.Span, size), Y = Padded(key.Second.Span, size) } });
        }
        catch (CryptographicException e)
        {
            throw FormatErrors.Malformed.Error($"The attestation key is no key: {e.Message}", cause: e);
        }
    }

    private static AsymmetricAlgorithm RequireStrength(AsymmetricAlgorithm key) => key is RSA { KeySize: < SmallestRsaKey }
        ? throw AttestationErrors.NotAnAttestationKey.Error($"An RSA key of {key.KeySize} bits is too short; {SmallestRsaKey} are wanted.")
        : key;

    private static byte[]? Fixed(ECDsa key, TpmSignature signature)
    {
        var size = (key.KeySize + 7) / 8;
        return signature.First.Length <= size && signature.Second.Length <= size ? [.. Padded(signature.First.Span, size), .. Padded(signature.Second.Span, size)] : null;
    }

    // A TPM may leave zeros in front out.
    private static byte[] Padded(ReadOnlySpan<byte> number, int size)
    {
        if (number.Length > size)
        {
            throw FormatErrors.Malformed.Error($"A coordinate has {number.Length} bytes; the curve's have {size}.");
        }

        var padded = new byte[size];
        number.CopyTo(padded.AsSpan(size - number.Length));
        return padded;
    }
}
