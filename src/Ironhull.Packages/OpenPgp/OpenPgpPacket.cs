using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.OpenPgp;

/// <summary>A packet (RFC 9580, section 4): its type and its body.</summary>
internal readonly record struct OpenPgpPacket(int Type, ReadOnlyMemory<byte> Body)
{
    public const int Signature = 2, PublicKey = 6, UserId = 13, PublicSubkey = 14, UserAttribute = 17;

    /// <summary>Splits bytes into packets.</summary>
    /// <exception cref="HullException">HULL2010: a length does not fit, or is partial or indeterminate.</exception>
    public static List<OpenPgpPacket> Split(ReadOnlyMemory<byte> bytes, string name)
    {
        var packets = new List<OpenPgpPacket>();
        while (!bytes.IsEmpty)
        {
            var span = bytes.Span;
            var tag = span[0];
            if ((tag & 0x80) == 0)
            {
                throw Bad("A packet does not begin with a packet header.", name);
            }

            int type, header;
            long length;
            if ((tag & 0x40) != 0)
            {
                type = tag & 0x3F;
                (header, length) = NewLength(span[1..]);
                header = header < 0 ? header : header + 1;
            }
            else
            {
                type = (tag >> 2) & 0xF;
                (header, length) = (tag & 3) switch
                {
                    0 when span.Length >= 2 => (2, span[1]),
                    1 when span.Length >= 3 => (3, BinaryPrimitives.ReadUInt16BigEndian(span[1..])),
                    2 when span.Length >= 5 => (5, (long)BinaryPrimitives.ReadUInt32BigEndian(span[1..])),
                    _ => (-1, 0),
                };
            }

            if (header < 0 || length > span.Length - header)
            {
                throw Bad("A packet's length is not valid.", name);
            }

            packets.Add(new(type, bytes.Slice(header, (int)length)));
            bytes = bytes[(header + (int)length)..];
        }

        return packets;
    }

    /// <summary>The length of a new-format packet or a subpacket (sections 4.2.1, 5.2.3.7); a negative size when not valid.</summary>
    public static (int Size, long Length) NewLength(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [< 192, ..] => (1, bytes[0]),
        [< 224, _, ..] => (2, ((bytes[0] - 192) << 8) + bytes[1] + 192),
        [255, _, _, _, _, ..] => (5, BinaryPrimitives.ReadUInt32BigEndian(bytes[1..])),
        _ => (-1, 0),
    };

    /// <summary>Reads a multiprecision integer (section 3.2) without its leading zero bits; false when it does not fit.</summary>
    public static bool TryReadInteger(ref ReadOnlySpan<byte> bytes, out byte[] value)
    {
        value = [];
        if (bytes.Length < 2)
        {
            return false;
        }

        var length = (BinaryPrimitives.ReadUInt16BigEndian(bytes) + 7) / 8;
        if (length > bytes.Length - 2)
        {
            return false;
        }

        value = bytes.Slice(2, length).ToArray();
        bytes = bytes[(2 + length)..];
        return true;
    }

    private static HullException Bad(string message, string name) => PackageErrors.MalformedOpenPgp.Error(message, new(name));
}
