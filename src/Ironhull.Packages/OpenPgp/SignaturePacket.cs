using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ironhull.Packages.OpenPgp;

/// <summary>A signature packet of version 3, 4 or 6 (RFC 9580, sections 5.2.2 and 5.2.3).</summary>
internal sealed class SignaturePacket
{
    public const int Binary = 0x00, Text = 0x01, GenericCertification = 0x10, PositiveCertification = 0x13, SubkeyBinding = 0x18, PrimaryKeyBinding = 0x19,
        DirectKey = 0x1F, KeyRevocation = 0x20, SubkeyRevocation = 0x28;

    private const int MaximumEmbedded = 4;
    private readonly List<ReadOnlyMemory<byte>> _embedded = [];
    private readonly ReadOnlyMemory<byte> _hashedPart;
    private readonly ReadOnlyMemory<byte> _left16;

    private SignaturePacket(int version, (int Type, int Algorithm, int Digest) kind, ReadOnlyMemory<byte> hashedPart, ReadOnlyMemory<byte> left16, ReadOnlyMemory<byte> salt, ReadOnlyMemory<byte> value)
    {
        Version = version;
        (Type, Algorithm, Digest) = kind;
        _hashedPart = hashedPart;
        _left16 = left16;
        Salt = salt;
        Value = value;
    }

    public int Version { get; }

    public int Type { get; }

    public int Algorithm { get; }

    public int Digest { get; }

    /// <summary>What version 6 hashes first.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>The algorithm's own fields.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>Seconds since 1970-01-01 UTC; 0 when absent.</summary>
    public long Created { get; private set; }

    /// <summary>Seconds after <see cref="Created"/>; 0 for never.</summary>
    public long ExpiresAfter { get; private set; }

    /// <summary>Seconds after the key's creation; 0 for never.</summary>
    public long KeyExpiresAfter { get; private set; }

    /// <summary>Key flags (section 5.2.3.29); -1 when absent. 2 is "may sign data".</summary>
    public int KeyFlags { get; private set; } = -1;

    /// <summary>16 upper-case hex digits, or empty. A hint only.</summary>
    public string IssuerKeyId { get; private set; } = "";

    /// <summary>40 or 64 upper-case hex digits, or empty. A hint only.</summary>
    public string IssuerFingerprint { get; private set; } = "";

    /// <summary>The key id that it names in either way; empty when it names none, or two that differ.</summary>
    public string ClaimedKeyId => IssuerFingerprint.Length == 0 ? IssuerKeyId
        : IssuerKeyId.Length == 0 || IssuerKeyId == OpenPgpKey.KeyIdOf(IssuerFingerprint) ? OpenPgpKey.KeyIdOf(IssuerFingerprint)
        : "";

    /// <summary>A subpacket that must be understood is not.</summary>
    public bool HasUnknownCritical { get; private set; }

    /// <summary>Signatures within the signature (section 5.2.3.34), at most four.</summary>
    public IEnumerable<SignaturePacket> Embedded => _embedded.Select(e => TryParse(e)).OfType<SignaturePacket>();

    /// <summary>"SHA256" …, or the number when it is not known.</summary>
    public string DigestName => OpenPgpDigest.Display(Digest);

    /// <summary>The digest when it is accepted (SHA-2 and SHA-3 of 256 bits and more); otherwise null.</summary>
    public HashAlgorithmName? DigestAlgorithm => OpenPgpDigest.Accepted(Digest);

    /// <summary>Parses a body; null when it is not a well-formed signature of a known version.</summary>
    public static SignaturePacket? TryParse(ReadOnlyMemory<byte> body) => body.Span switch
    {
        [3, ..] => TryParseVersion3(body),
        [4, ..] => TryParse(body, lengthSize: 2),
        [6, ..] => TryParse(body, lengthSize: 4),
        _ => null,
    };

    /// <summary>The digest of data and of the signature's own fields; null when the digest algorithm is not accepted.</summary>
    public byte[]? Hash(params ReadOnlySpan<byte[]> data)
    {
        using var hash = StartHash();
        if (hash is null)
        {
            return null;
        }

        foreach (var piece in data)
        {
            hash.AppendData(piece);
        }

        return FinishHash(hash);
    }

    /// <summary>A digest that waits for the data; null when the digest algorithm is not accepted.</summary>
    public IncrementalHash? StartHash()
    {
        var hash = DigestAlgorithm is { } name ? IncrementalHash.CreateHash(name) : null;
        hash?.AppendData(Salt.Span);
        return hash;
    }

    /// <summary>Adds the signature's own fields and the trailer (section 5.2.4; version 3 has no trailer).</summary>
    public byte[] FinishHash(IncrementalHash hash)
    {
        hash.AppendData(_hashedPart.Span);
        if (Version != 3)
        {
            Span<byte> trailer = stackalloc byte[6];
            trailer[0] = (byte)Version;
            trailer[1] = 0xFF;
            BinaryPrimitives.WriteInt32BigEndian(trailer[2..], _hashedPart.Length);
            hash.AppendData(trailer);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Whether the two bytes that the packet repeats from the digest agree.</summary>
    public bool DigestAgrees(ReadOnlySpan<byte> hash) => hash[..2].SequenceEqual(_left16.Span);

    // Section 5.2.2: version, 5, type, creation time, key id, algorithm, digest, two bytes of the digest, values. Type and time are hashed.
    private static SignaturePacket? TryParseVersion3(ReadOnlyMemory<byte> body)
    {
        var span = body.Span;
        return span.Length >= 20 && span[1] == 5
            ? new(3, (span[2], span[15], span[16]), body.Slice(2, 5), body.Slice(17, 2), default, body[19..])
            {
                Created = BinaryPrimitives.ReadUInt32BigEndian(span[3..]),
                IssuerKeyId = Convert.ToHexString(span.Slice(7, 8)),
            }
            : null;
    }

    // Section 5.2.3: version, type, algorithm, digest, the subpackets that are hashed, those that are not, two bytes of the digest,
    // in version 6 the salt, values.
    private static SignaturePacket? TryParse(ReadOnlyMemory<byte> body, int lengthSize)
    {
        var rest = body[Math.Min(4, body.Length)..];
        if (!TryTake(ref rest, lengthSize, out var hashed) || !TryTake(ref rest, lengthSize, out var unhashed) || rest.Length < 3)
        {
            return null;
        }

        var span = body.Span;
        var (left16, salt) = (rest[..2], ReadOnlyMemory<byte>.Empty);
        rest = rest[2..];
        if (span[0] == 6)
        {
            var size = rest.Span[0];
            if (size != OpenPgpDigest.SaltSize(span[3]) || size > rest.Length - 1)
            {
                return null;
            }

            (salt, rest) = (rest.Slice(1, size), rest[(1 + size)..]);
        }

        var signature = new SignaturePacket(span[0], (span[1], span[2], span[3]), body[..(4 + lengthSize + hashed.Length)], left16, salt, rest);
        return signature.ReadSubpackets(hashed, isHashed: true) && signature.ReadSubpackets(unhashed, isHashed: false) ? signature : null;
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> bytes, int lengthSize, out ReadOnlyMemory<byte> taken)
    {
        taken = default;
        if (bytes.Length < lengthSize)
        {
            return false;
        }

        var length = lengthSize == 2 ? BinaryPrimitives.ReadUInt16BigEndian(bytes.Span) : BinaryPrimitives.ReadUInt32BigEndian(bytes.Span);
        if (length > bytes.Length - lengthSize)
        {
            return false;
        }

        taken = bytes.Slice(lengthSize, (int)length);
        bytes = bytes[(lengthSize + (int)length)..];
        return true;
    }

    private bool ReadSubpackets(ReadOnlyMemory<byte> bytes, bool isHashed)
    {
        while (!bytes.IsEmpty)
        {
            var (size, length) = SubpacketLength(bytes.Span);
            if (size < 0 || length < 1 || length > bytes.Length - size)
            {
                return false;
            }

            var subpacket = bytes.Slice(size, (int)length);
            Read(subpacket.Span[0] & 0x7F, (subpacket.Span[0] & 0x80) != 0, subpacket[1..], isHashed);
            bytes = bytes[(size + (int)length)..];
        }

        return true;
    }

    // Section 5.2.3.7: unlike a packet's, a two-octet length goes up to 254.
    private static (int Size, long Length) SubpacketLength(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [>= 224 and < 255, _, ..] => (2, ((bytes[0] - 192) << 8) + bytes[1] + 192),
        _ => OpenPgpPacket.NewLength(bytes),
    };

    // Only what is hashed is believed; the issuer is a hint wherever it is, and an embedded signature speaks for itself.
    private void Read(int type, bool critical, ReadOnlyMemory<byte> bytes, bool hashed)
    {
        var value = bytes.Span;
        switch (type)
        {
            case 16 when value.Length == 8:
                IssuerKeyId = Convert.ToHexString(value);
                break;
            case 33 when (value.Length == 21 && value[0] == 4) || (value.Length == 33 && value[0] == 6):
                IssuerFingerprint = Convert.ToHexString(value[1..]);
                break;
            case 2 when hashed && value.Length == 4:
                Created = BinaryPrimitives.ReadUInt32BigEndian(value);
                break;
            case 3 when hashed && value.Length == 4:
                ExpiresAfter = BinaryPrimitives.ReadUInt32BigEndian(value);
                break;
            case 9 when hashed && value.Length == 4:
                KeyExpiresAfter = BinaryPrimitives.ReadUInt32BigEndian(value);
                break;
            case 27 when hashed && value.Length >= 1:
                KeyFlags = value[0];
                break;
            case 32 when _embedded.Count < MaximumEmbedded:
                _embedded.Add(bytes);
                break;
            // Preferences, notes and certification details change nothing about a signature over data.
            case 4 or 5 or 6 or 7 or 11 or 12 or 21 or 22 or 23 or 24 or 25 or 26 or 28 or 29 or 30 or 32 or 34 or 35 or 39:
                break;
            default:
                HasUnknownCritical |= critical && hashed;
                break;
        }
    }
}
