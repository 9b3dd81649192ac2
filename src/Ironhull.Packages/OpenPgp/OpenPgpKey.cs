using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ironhull.Packages.OpenPgp;

/// <summary>A version 4 public key or subkey that may sign data (RFC 9580, section 5.5.2).</summary>
public sealed class OpenPgpKey
{
    private const int Rsa = 1, RsaSignOnly = 3, EdDsaLegacy = 22;

    // Section 9.2: the curve "Ed25519Legacy", 1.3.6.1.4.1.11591.15.1.
    private static ReadOnlySpan<byte> Ed25519Oid => [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01];

    private readonly int _algorithm;
    private readonly byte[] _first;
    private readonly byte[] _second;

    private OpenPgpKey(byte[] hashInput, long created, int algorithm, byte[] first, byte[] second)
    {
        HashInput = hashInput;
        Created = created;
        _algorithm = algorithm;
        _first = first;
        _second = second;
#pragma warning disable CA5350 // Version 4 fingerprints are SHA-1 by definition (section 5.5.4); the key file itself is pinned.
        Fingerprint = Convert.ToHexString(SHA1.HashData(hashInput));
#pragma warning restore CA5350
    }

    /// <summary>40 upper-case hex digits.</summary>
    public string Fingerprint { get; }

    /// <summary>The fingerprint's last 16 digits.</summary>
    public string KeyId => Fingerprint[24..];

    /// <summary>The primary key's fingerprint; its own for a primary key.</summary>
    public string PrimaryFingerprint { get; internal set; } = "";

    /// <summary>The first user id of the primary key.</summary>
    public string UserId { get; internal set; } = "";

    /// <summary>When it was made, seconds since 1970-01-01 UTC.</summary>
    public long Created { get; }

    /// <summary>When it expires, seconds since 1970-01-01 UTC; null for never.</summary>
    public long? Expires { get; internal set; }

    /// <summary>Whether its primary key has revoked it.</summary>
    public bool Revoked { get; internal set; }

    /// <summary>Whether its primary key says that it may sign data.</summary>
    public bool MaySign { get; internal set; }

    /// <summary>"RSA 4096", "Ed25519" …</summary>
    public string Algorithm => _algorithm switch
    {
        Rsa or RsaSignOnly => $"RSA {_first.Length * 8}",
        EdDsaLegacy => "Ed25519",
        var a => $"algorithm {a}",
    };

    /// <summary>What a signature over the key hashes: 0x99, the length, the body (section 5.2.4).</summary>
    internal byte[] HashInput { get; }

    /// <summary>Parses a key packet's body; null when it is not a well-formed version 4 key. A key of an algorithm that is not known verifies nothing.</summary>
    internal static OpenPgpKey? TryParse(ReadOnlySpan<byte> body)
    {
        if (body.Length is < 7 or > ushort.MaxValue || body[0] != 4)
        {
            return null;
        }

        var algorithm = body[5];
        var rest = body[6..];
        byte[] first = [], second = [];
        if (algorithm is Rsa or RsaSignOnly)
        {
            if (!OpenPgpPacket.TryReadInteger(ref rest, out first) || !OpenPgpPacket.TryReadInteger(ref rest, out second) || first.Length is < 128 or > 2048 || second.Length is 0 or > 8)
            {
                return null;
            }
        }
        else if (algorithm == EdDsaLegacy && rest.Length > 10 && rest[0] == Ed25519Oid.Length && rest[1..].StartsWith(Ed25519Oid))
        {
            rest = rest[(1 + Ed25519Oid.Length)..];
            if (!OpenPgpPacket.TryReadInteger(ref rest, out first) || first.Length != 33 || first[0] != 0x40)
            {
                return null;
            }

            first = first[1..];
        }

        var hashInput = new byte[3 + body.Length];
        hashInput[0] = 0x99;
        BinaryPrimitives.WriteUInt16BigEndian(hashInput.AsSpan(1), (ushort)body.Length);
        body.CopyTo(hashInput.AsSpan(3));
        return new(hashInput, BinaryPrimitives.ReadUInt32BigEndian(body[1..]), algorithm, first, second);
    }

    /// <summary>Whether a signature over a digest is this key's; null when that cannot be told because an algorithm is not supported.</summary>
    internal bool? Verify(SignaturePacket signature, byte[]? hash)
    {
        if (hash is null || signature.Name is not { } digest)
        {
            return null;
        }

        var value = signature.Value.Span;
        switch (_algorithm)
        {
            // Keys below 2048 bits are not accepted.
            case Rsa or RsaSignOnly when _first.Length >= 256:
                if (signature.Algorithm is not (Rsa or RsaSignOnly) || !signature.DigestAgrees(hash) || !OpenPgpPacket.TryReadInteger(ref value, out var s) || s.Length > _first.Length)
                {
                    return false;
                }

                using (var rsa = RSA.Create(new RSAParameters { Modulus = _first, Exponent = _second }))
                {
                    return rsa.VerifyHash(hash, Padded(s, _first.Length), digest, RSASignaturePadding.Pkcs1);
                }

            case EdDsaLegacy when _first.Length == 32:
                if (signature.Algorithm != EdDsaLegacy || !signature.DigestAgrees(hash) || !OpenPgpPacket.TryReadInteger(ref value, out var r) || !OpenPgpPacket.TryReadInteger(ref value, out s) || r.Length > 32 || s.Length > 32)
                {
                    return false;
                }

                byte[] both = [.. Padded(r, 32), .. Padded(s, 32)];
                return Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(both, 0, _first, 0, hash, 0, hash.Length);

            default:
                return null;
        }
    }

    // Integers come without leading zeros.
    private static byte[] Padded(byte[] value, int length)
    {
        var padded = new byte[length];
        value.CopyTo(padded, length - value.Length);
        return padded;
    }
}
