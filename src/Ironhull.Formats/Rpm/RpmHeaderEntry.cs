using System.Buffers.Binary;

namespace Ironhull.Formats.Rpm;

/// <summary>One 16-byte entry of a header's index (rpm's docs/manual/format_header.md): four big-endian 32-bit numbers.</summary>
/// <param name="Tag">What it says; see <see cref="RpmTag"/> and <see cref="RpmSignatureTag"/>.</param>
/// <param name="Type">What its data is.</param>
/// <param name="Offset">Where its data begins, in bytes from the start of the data store.</param>
/// <param name="Count">Number of values.</param>
public readonly record struct RpmHeaderEntry(int Tag, RpmTagType Type, int Offset, uint Count)
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 16;

    /// <summary>Parses an entry; nothing is checked.</summary>
    /// <param name="data">At least <see cref="Size"/> bytes.</param>
    public static RpmHeaderEntry Parse(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadInt32BigEndian(data),
        (RpmTagType)BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
        BinaryPrimitives.ReadInt32BigEndian(data[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(data[12..]));

    /// <summary>Bytes of one value, or 0 for strings.</summary>
    internal int Width => Type switch
    {
        RpmTagType.Char or RpmTagType.Int8 or RpmTagType.Binary => 1,
        RpmTagType.Int16 => 2,
        RpmTagType.Int32 => 4,
        RpmTagType.Int64 => 8,
        _ => 0,
    };
}
