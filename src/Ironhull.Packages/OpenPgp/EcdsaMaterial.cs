using System.Security.Cryptography;

namespace Ironhull.Packages.OpenPgp;

/// <summary>ECDSA on the curves of NIST (RFC 9580, sections 5.5.5.4, 5.2.3.2 and 9.2).</summary>
internal sealed class EcdsaMaterial : KeyMaterial
{
    private readonly ECCurve _curve;
    private readonly int _size;
    private readonly byte[] _point;

    private EcdsaMaterial(string name, ECCurve curve, int size, byte[] point)
    {
        Name = name;
        _curve = curve;
        _size = size;
        _point = point;
    }

    public override string Name { get; }

    // Section 9.2: the encoded object identifiers of P-256, P-384 and P-521.
    private static ReadOnlySpan<byte> P256 => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    private static ReadOnlySpan<byte> P384 => [0x2B, 0x81, 0x04, 0x00, 0x22];

    private static ReadOnlySpan<byte> P521 => [0x2B, 0x81, 0x04, 0x00, 0x23];

    public static KeyMaterial? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] is 0 or 0xFF || bytes.Length < 1 + bytes[0])
        {
            return null;
        }

        var identifier = bytes.Slice(1, bytes[0]);
        var rest = bytes[(1 + bytes[0])..];
        var (name, curve, size) = identifier switch
        {
            _ when identifier.SequenceEqual(P256) => ("ECDSA P-256", ECCurve.NamedCurves.nistP256, 32),
            _ when identifier.SequenceEqual(P384) => ("ECDSA P-384", ECCurve.NamedCurves.nistP384, 48),
            _ when identifier.SequenceEqual(P521) => ("ECDSA P-521", ECCurve.NamedCurves.nistP521, 66),
            _ => default,
        };
        if (name is null)
        {
            return new UnknownMaterial(OpenPgpAlgorithm.Ecdsa);
        }

        // Section 11.2.1: an uncompressed point, 0x04 and the two coordinates.
        return OpenPgpPacket.TryReadInteger(ref rest, out var point) && rest.IsEmpty && point.Length == 1 + (2 * size) && point[0] == 0x04
            ? new EcdsaMaterial(name, curve, size, point)
            : null;
    }

    public override bool? Verify(SignaturePacket signature, byte[] hash)
    {
        var value = signature.Value.Span;
        if (signature.Algorithm != OpenPgpAlgorithm.Ecdsa || !OpenPgpPacket.TryReadInteger(ref value, out var r) || !OpenPgpPacket.TryReadInteger(ref value, out var s) ||
            !value.IsEmpty || r.Length > _size || s.Length > _size)
        {
            return false;
        }

        try
        {
            var point = new ECPoint { X = _point[1..(1 + _size)], Y = _point[(1 + _size)..] };
            using var ecdsa = ECDsa.Create(new ECParameters { Curve = _curve, Q = point });
            byte[] both = [.. Padded(r, _size), .. Padded(s, _size)];
            return ecdsa.VerifyHash(hash, both, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            // The point is not on the curve: such a key signs nothing.
            return false;
        }
    }
}
