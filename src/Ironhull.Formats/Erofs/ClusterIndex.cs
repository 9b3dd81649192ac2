using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// The compact index of a compressed file: for each 4096 file bytes (an lcluster) where its extent starts, in packs of
/// 2 entries (8 bytes) or 16 entries (32 bytes) that end in a base block number (Linux: <c>fs/erofs/zmap.c</c>).
/// </summary>
internal static class ClusterIndex
{
    private const int LowBits = 12;
    private const int SmallPack = 2;
    private const int LargePack = 16;

    /// <summary>One lcluster.</summary>
    /// <param name="Type">TypePlain, TypeHead1, TypeNonHead or TypeHead2.</param>
    /// <param name="Low">Head: offset of the extent's start in the lcluster. Non-head: distance to the head, or the pcluster's blocks.</param>
    /// <param name="ToNext">Non-head: distance to the next head.</param>
    /// <param name="Block">Head: first block of the pcluster.</param>
    public readonly record struct Entry(int Type, int Low, int ToNext, uint Block);

    /// <summary>The lclusters of a file's extents.</summary>
    /// <param name="extents">In file order.</param>
    /// <param name="firstBlock">Where the first extent's cluster is.</param>
    /// <param name="fileSize">Bytes.</param>
    public static Entry[] Build(IReadOnlyList<ErofsExtent> extents, uint firstBlock, long fileSize)
    {
        var entries = new List<Entry>(checked((int)ErofsFormat.BlocksOf(fileSize)));
        var offset = 0;
        var block = firstBlock;
        var closed = true;
        foreach (var extent in extents)
        {
            var type = extent.Compressed ? ErofsFormat.TypeHead1 : ErofsFormat.TypePlain;
            var end = offset + extent.Length;
            var span = end >> LowBits;
            entries.Add(new(type, offset, 0, block));
            for (var distance = 1; distance < span; distance++)
            {
                var low = distance == 1 ? extent.Blocks | ErofsFormat.ClusterBlockCount : Math.Min(distance, ErofsFormat.ClusterBlockCount - 1);
                entries.Add(new(ErofsFormat.TypeNonHead, low, span - distance, 0));
            }

            // An extent that ends in its own first lcluster can only be the last one.
            closed = span == 0;
            offset = end & (ErofsFormat.BlockSize - 1);
            block += (uint)extent.Blocks;
        }

        if (!closed && offset != 0)
        {
            // Marks where the file ends in its last lcluster.
            entries.Add(new(ErofsFormat.TypePlain, offset, 0, uint.MaxValue));
        }

        if (entries.Count != ErofsFormat.BlocksOf(fileSize))
        {
            throw CommandErrors.Internal.Error($"A cluster index of {entries.Count} entries was made for a file of {fileSize} bytes.");
        }

        return [.. entries];
    }

    /// <summary>Bytes of an index.</summary>
    /// <param name="entries">Number of lclusters.</param>
    /// <param name="start">Its offset in the image, modulo 32; a multiple of 8.</param>
    public static int Size(int entries, int start)
    {
        var (initial, large) = Split(entries, start);
        return (ErofsFormat.AlignUp(initial, SmallPack) * 4) + (large * 2) + (ErofsFormat.AlignUp(entries - initial - large, SmallPack) * 4);
    }

    /// <summary>Writes an index.</summary>
    public static void Write(ReadOnlySpan<Entry> entries, int start, Span<byte> destination)
    {
        var (initial, large) = Split(entries.Length, start);
        WritePacks(entries[..initial], SmallPack, ref destination);
        WritePacks(entries.Slice(initial, large), LargePack, ref destination);
        WritePacks(entries[(initial + large)..], SmallPack, ref destination);
    }

    /// <summary>Reads an index; block numbers are resolved, nothing else is checked.</summary>
    public static Entry[] Read(ReadOnlySpan<byte> source, int entries, int start, bool packs16, bool bigClusters)
    {
        var result = new Entry[entries];
        var (initial, large) = packs16 ? Split(entries, start) : (entries, 0);
        var at = 0;
        ReadPacks(result.AsSpan(0, initial), SmallPack, bigClusters, source, ref at);
        ReadPacks(result.AsSpan(initial, large), LargePack, bigClusters, source, ref at);
        ReadPacks(result.AsSpan(initial + large), SmallPack, bigClusters, source, ref at);
        return result;
    }

    /// <summary>Bytes of an index with or without packs of 16.</summary>
    public static int Size(int entries, int start, bool packs16) => packs16 ? Size(entries, start) : ErofsFormat.AlignUp(entries, SmallPack) * 4;

    // Packs of 16 are aligned to 32 bytes; packs of 2 fill the space before and after.
    private static (int Initial, int Large) Split(int entries, int start)
    {
        var initial = (-start & 31) / 4;
        return initial < entries ? (initial, (entries - initial) & -LargePack) : (entries, 0);
    }

    private static int PackBytes(int count) => count == LargePack ? 32 : 8;

    private static void WritePacks(ReadOnlySpan<Entry> entries, int count, ref Span<byte> destination)
    {
        var bits = (PackBytes(count) - 4) * 8 / count;
        while (!entries.IsEmpty)
        {
            var pack = entries[..Math.Min(count, entries.Length)];
            var bytes = destination[..PackBytes(count)];
            bytes.Clear();
            for (var i = 0; i < pack.Length; i++)
            {
                var last = i + 1 == count;
                var low = pack[i].Low;
                if (last && pack[i].Type == ErofsFormat.TypeNonHead && (low & ErofsFormat.ClusterBlockCount) == 0)
                {
                    low = Math.Min(pack[i].ToNext, ErofsFormat.ClusterBlockCount - 1);
                }

                PutBits(bytes, i * bits, (uint)((pack[i].Type << LowBits) | low), bits);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(bytes[^4..], Base(pack));
            entries = entries[pack.Length..];
            destination = destination[bytes.Length..];
        }
    }

    private static uint Base(ReadOnlySpan<Entry> pack)
    {
        uint? result = null;
        for (var i = 0; i < pack.Length; i++)
        {
            if (pack[i].Type == ErofsFormat.TypeNonHead || pack[i].Block == uint.MaxValue)
            {
                continue;
            }

            var candidate = pack[i].Block - (uint)BlocksBefore(pack, i, bigClusters: true);
            if (result is not null && result != candidate)
            {
                throw CommandErrors.Internal.Error("The physical clusters of a file are not consecutive.");
            }

            result = candidate;
        }

        return result ?? 0;
    }

    /// <summary>How many blocks a reader counts between the pack's base and the head at <paramref name="head"/>.</summary>
    private static int BlocksBefore(ReadOnlySpan<Entry> pack, int head, bool bigClusters)
    {
        var blocks = bigClusters ? 0 : 1;
        var i = head;
        while (i > 0)
        {
            --i;
            var entry = pack[i];
            if (entry.Type != ErofsFormat.TypeNonHead)
            {
                blocks++;
            }
            else if (!bigClusters)
            {
                i -= entry.Low;
                blocks += i >= 0 ? 1 : 0;
            }
            else if ((entry.Low & ErofsFormat.ClusterBlockCount) != 0)
            {
                --i;
                blocks += entry.Low & ~ErofsFormat.ClusterBlockCount;
            }
            else
            {
                i -= Math.Max(entry.Low - 2, 0);
            }
        }

        return blocks;
    }

    private static void ReadPacks(Span<Entry> entries, int count, bool bigClusters, ReadOnlySpan<byte> source, ref int at)
    {
        var bits = (PackBytes(count) - 4) * 8 / count;
        while (!entries.IsEmpty)
        {
            var pack = entries[..Math.Min(count, entries.Length)];
            var bytes = source.Slice(at, PackBytes(count));
            at += bytes.Length;
            for (var i = 0; i < pack.Length; i++)
            {
                var value = GetBits(bytes, i * bits, bits);
                pack[i] = new((int)(value >> LowBits) & 3, (int)(value & ((1 << LowBits) - 1)), 0, 0);
            }

            var origin = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);
            for (var i = 0; i < pack.Length; i++)
            {
                if (pack[i].Type != ErofsFormat.TypeNonHead)
                {
                    pack[i] = pack[i] with { Block = unchecked(origin + (uint)BlocksBefore(pack, i, bigClusters)) };
                }
            }

            entries = entries[pack.Length..];
        }
    }

    private static void PutBits(Span<byte> bytes, int position, uint value, int bits)
    {
        for (var i = 0; i < bits; i++)
        {
            if ((value >> i & 1) != 0)
            {
                bytes[(position + i) >> 3] |= (byte)(1 << ((position + i) & 7));
            }
        }
    }

    private static uint GetBits(ReadOnlySpan<byte> bytes, int position, int bits)
    {
        uint value = 0;
        for (var i = 0; i < bits; i++)
        {
            value |= (uint)(bytes[(position + i) >> 3] >> ((position + i) & 7) & 1) << i;
        }

        return value;
    }
}
