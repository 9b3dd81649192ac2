using System.Buffers.Binary;

namespace Ironhull.Formats.Erofs;

/// <summary>The compressed form of one segment of a file: its extents and their blocks, one after the other.</summary>
internal sealed class CompressedSegment
{
    private const int RecordSize = 8;

    private CompressedSegment(ErofsExtent[] extents, ReadOnlyMemory<byte> data)
    {
        Extents = extents;
        Data = data;
    }

    /// <summary>In file order.</summary>
    public ErofsExtent[] Extents { get; }

    /// <summary>Whole blocks; compressed data ends at its cluster's end.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Serialised form, little-endian: extent count, then for each its length and blocks (bit 31: compressed); then the data.</summary>
    public static byte[] Serialise(List<ErofsExtent> extents, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[4 + (RecordSize * extents.Count) + data.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, extents.Count);
        var at = 4;
        foreach (var extent in extents)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), extent.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4), (uint)extent.Blocks | (extent.Compressed ? 1u << 31 : 0));
            at += RecordSize;
        }

        data.CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Takes a serialised segment apart; null when it does not describe <paramref name="length"/> file bytes.</summary>
    public static CompressedSegment? TryParse(byte[] bytes, int length)
    {
        if (bytes.Length < 4)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (count < 0 || count > (bytes.Length - 4) / RecordSize)
        {
            return null;
        }

        var extents = new ErofsExtent[count];
        var at = 4;
        long total = 0;
        long blocks = 0;
        for (var i = 0; i < count; i++, at += RecordSize)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4));
            extents[i] = new(size, (int)(packed & int.MaxValue), packed >> 31 != 0);
            if (size <= 0 || extents[i].Blocks <= 0)
            {
                return null;
            }

            total += size;
            blocks += extents[i].Blocks;
        }

        return total == length && (blocks << ErofsFormat.BlockBits) == bytes.Length - at ? new(extents, bytes.AsMemory(at)) : null;
    }
}
