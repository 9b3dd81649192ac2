using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ironhull.Packages.OpenPgp;

/// <summary>A public key or subkey of version 4 or 6 (RFC 9580, section 5.5.2).</summary>
public sealed class OpenPgpKey
{
    private readonly int _version;
    private readonly KeyMaterial _material;

    private OpenPgpKey(int version, byte[] hashInput, long created, KeyMaterial material)
    {
        _version = version;
        _material = material;
        HashInput = hashInput;
        Created = created;
#pragma warning disable CA5350 // Version 4 fingerprints are SHA-1 by definition (section 5.5.4.2); the key file itself is pinned.
        Fingerprint = Convert.ToHexString(version == 6 ? SHA256.HashData(hashInput) : SHA1.HashData(hashInput));
#pragma warning restore CA5350
    }

    /// <summary>Upper-case hex digits: 40 of a version 4 key, 64 of a version 6 key.</summary>
    public string Fingerprint { get; }

    /// <summary>16 digits of the fingerprint: version 4 the last, version 6 the first (section 5.5.4).</summary>
    public string KeyId => KeyIdOf(Fingerprint);

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

    /// <summary>Whether its primary key says that it may sign data and, for a subkey, it says itself that it belongs to the primary key.</summary>
    public bool MaySign { get; internal set; }

    /// <summary>"RSA 4096", "ECDSA P-256", "Ed25519", "ML-DSA-65+Ed25519" …</summary>
    public string Algorithm => _material.Name;

    /// <summary>Whether it is of version 6, whose properties stand in a direct-key signature (section 10.1.1).</summary>
    internal bool IsVersion6 => _version == 6;

    /// <summary>What a signature over the key hashes: 0x99 or 0x9B, the length, the body (section 5.2.4).</summary>
    internal byte[] HashInput { get; }

    /// <summary>Parses a key packet's body; null when it is not a well-formed key of version 4 or 6. A key of an algorithm that is not known verifies nothing.</summary>
    internal static OpenPgpKey? TryParse(ReadOnlySpan<byte> body)
    {
        if (body.Length is < 7 or > ushort.MaxValue || body[0] is not (4 or 6))
        {
            return null;
        }

        var version = body[0];
        var values = body[6..];
        if (version == 6)
        {
            // The length of the values stands before them.
            if (values.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(values) != values.Length - 4)
            {
                return null;
            }

            values = values[4..];
        }

        return KeyMaterial.TryParse(version, body[5], values) is { } material
            ? new(version, Hashed(version, body), BinaryPrimitives.ReadUInt32BigEndian(body[1..]), material)
            : null;
    }

    /// <summary>The key id within a fingerprint.</summary>
    internal static string KeyIdOf(string fingerprint) => fingerprint.Length == 64 ? fingerprint[..16] : fingerprint[24..];

    /// <summary>Whether a signature over a digest is this key's; null when that cannot be told because an algorithm is not supported.</summary>
    internal bool? Verify(SignaturePacket signature, byte[]? hash)
    {
        if (hash is null)
        {
            return null;
        }

        // Section 5.2: a key signs in its own version; version 3 is the older form of 4.
        return IsVersion6 == (signature.Version == 6) && signature.DigestAgrees(hash) ? _material.Verify(signature, hash) : false;
    }

    private static byte[] Hashed(int version, ReadOnlySpan<byte> body)
    {
        if (version == 6)
        {
            var length = new byte[5];
            length[0] = 0x9B;
            BinaryPrimitives.WriteInt32BigEndian(length.AsSpan(1), body.Length);
            return [.. length, .. body];
        }

        return [0x99, (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }
}
