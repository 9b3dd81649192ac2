using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ironhull.Packages.OpenPgp;

/// <summary>A version 4 signature packet (RFC 9580, section 5.2.3).</summary>
internal sealed class SignaturePacket
{
    public const int Binary = 0x00, Text = 0x01, GenericCertification = 0x10, PositiveCertification = 0x13, SubkeyBinding = 0x18, DirectKey = 0x1F,
        KeyRevocation = 0x20, SubkeyRevocation = 0x28;

    private readonly ReadOnlyMemory<byte> _hashedPart;
    private readonly ReadOnlyMemory<byte> _left16;

    private SignaturePacket(ReadOnlyMemory<byte> hashedPart, ReadOnlyMemory<byte> left16, ReadOnlyMemory<byte> value)
    {
        _hashedPart = hashedPart;
        _left16 = left16;
        Value = value;
    }

    public int Type => _hashedPart.Span[1];

    public int Algorithm => _hashedPart.Span[2];

    public int Digest => _hashedPart.Span[3];

    /// <summary>The algorithm's integers.</summary>
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

    /// <summary>40 upper-case hex digits, or empty. A hint only.</summary>
    public string IssuerFingerprint { get; private set; } = "";

    /// <summary>A subpacket that must be understood is not.</summary>
    public bool HasUnknownCritical { get; private set; }

    /// <summary>"SHA256" …, or the number when it is not known.</summary>
    public string DigestName => Digest switch
    {
        1 => "MD5",
        2 => "SHA1",
        8 => "SHA256",
        9 => "SHA384",
        10 => "SHA512",
        11 => "SHA224",
        var d => $"digest {d}",
    };

    /// <summary>Parses a body; null when it is not a well-formed version 4 signature.</summary>
    public static SignaturePacket? TryParse(ReadOnlyMemory<byte> body)
    {
        var span = body.Span;
        if (span.Length < 10 || span[0] != 4)
        {
            return null;
        }

        var hashedLength = BinaryPrimitives.ReadUInt16BigEndian(span[4..]);
        if (6 + hashedLength + 2 > span.Length)
        {
            return null;
        }

        var unhashedLength = BinaryPrimitives.ReadUInt16BigEndian(span[(6 + hashedLength)..]);
        var end = 8 + hashedLength + unhashedLength;
        if (end + 2 > span.Length)
        {
            return null;
        }

        var signature = new SignaturePacket(body[..(6 + hashedLength)], body.Slice(end, 2), body[(end + 2)..]);
        return signature.ReadSubpackets(span.Slice(6, hashedLength), hashed: true) && signature.ReadSubpackets(span.Slice(8 + hashedLength, unhashedLength), hashed: false)
            ? signature
            : null;
    }

    /// <summary>The digest of data and of the signature's own fields; null when the digest algorithm is not accepted (SHA-256, 384, 512 are).</summary>
    public byte[]? Hash(params ReadOnlySpan<byte[]> data)
    {
        using var hash = Name is { } name ? IncrementalHash.CreateHash(name) : null;
        if (hash is null)
        {
            return null;
        }

        foreach (var piece in data)
        {
            hash.AppendData(piece);
        }

        hash.AppendData(_hashedPart.Span);
        Span<byte> trailer = stackalloc byte[6];
        trailer[0] = 4;
        trailer[1] = 0xFF;
        BinaryPrimitives.WriteInt32BigEndian(trailer[2..], _hashedPart.Length);
        hash.AppendData(trailer);
        return hash.GetHashAndReset();
    }

    public HashAlgorithmName? Name => Digest switch
    {
        8 => HashAlgorithmName.SHA256,
        9 => HashAlgorithmName.SHA384,
        10 => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>Whether the two bytes that the packet repeats from the digest agree.</summary>
    public bool DigestAgrees(ReadOnlySpan<byte> hash) => hash[..2].SequenceEqual(_left16.Span);

    private bool ReadSubpackets(ReadOnlySpan<byte> bytes, bool hashed)
    {
        while (!bytes.IsEmpty)
        {
            var (size, length) = SubpacketLength(bytes);
            if (size < 0 || length < 1 || length > bytes.Length - size)
            {
                return false;
            }

            var subpacket = bytes.Slice(size, (int)length);
            Read(subpacket[0] & 0x7F, (subpacket[0] & 0x80) != 0, subpacket[1..], hashed);
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

    // Only what is hashed is believed; the issuer is a hint wherever it is.
    private void Read(int type, bool critical, ReadOnlySpan<byte> value, bool hashed)
    {
        switch (type)
        {
            case 16 when value.Length == 8:
                IssuerKeyId = Convert.ToHexString(value);
                break;
            case 33 when value.Length == 21 && value[0] == 4:
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
            // Preferences, notes and certification details change nothing about a signature over data.
            case 4 or 5 or 6 or 7 or 11 or 12 or 21 or 22 or 23 or 24 or 25 or 26 or 28 or 29 or 30 or 32 or 34 or 35:
                break;
            default:
                HasUnknownCritical |= critical && hashed;
                break;
        }
    }
}
