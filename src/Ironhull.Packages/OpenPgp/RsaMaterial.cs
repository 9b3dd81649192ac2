using System.Security.Cryptography;

namespace Ironhull.Packages.OpenPgp;

/// <summary>RSA with PKCS #1 version 1.5 padding (RFC 9580, sections 5.5.5.1 and 5.2.3.1).</summary>
internal sealed class RsaMaterial : KeyMaterial
{
    private const int MinimumBytes = 2048 / 8;
    private readonly byte[] _modulus;
    private readonly byte[] _exponent;

    private RsaMaterial(byte[] modulus, byte[] exponent) => (_modulus, _exponent) = (modulus, exponent);

    public override string Name => $"RSA {_modulus.Length * 8}";

    public static RsaMaterial? TryParse(ReadOnlySpan<byte> bytes) =>
        OpenPgpPacket.TryReadInteger(ref bytes, out var modulus) && OpenPgpPacket.TryReadInteger(ref bytes, out var exponent) &&
        bytes.IsEmpty && modulus.Length is >= 128 and <= 2048 && exponent.Length is > 0 and <= 8
            ? new(modulus, exponent)
            : null;

    public override bool? Verify(SignaturePacket signature, byte[] hash)
    {
        if (_modulus.Length < MinimumBytes)
        {
            return null;
        }

        var value = signature.Value.Span;
        if (signature.Algorithm is not (OpenPgpAlgorithm.Rsa or OpenPgpAlgorithm.RsaSignOnly) || signature.DigestAlgorithm is not { } digest ||
            !OpenPgpPacket.TryReadInteger(ref value, out var s) || !value.IsEmpty || s.Length > _modulus.Length)
        {
            return false;
        }

        using var rsa = RSA.Create(new RSAParameters { Modulus = _modulus, Exponent = _exponent });
        return rsa.VerifyHash(hash, Padded(s, _modulus.Length), digest, RSASignaturePadding.Pkcs1);
    }
}
