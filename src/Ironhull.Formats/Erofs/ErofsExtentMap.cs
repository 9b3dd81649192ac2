using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Erofs;

/// <summary>Where the bytes of a compressed file are, from its cluster index.</summary>
internal sealed class ErofsExtentMap
{
    /// <summary>One extent.</summary>
    /// <param name="Start">First file byte.</param>
    /// <param name="Length">File bytes.</param>
    /// <param name="Address">Byte offset of its cluster in the image.</param>
    /// <param name="StoredLength">Bytes of the cluster.</param>
    /// <param name="Algorithm">The algorithm, or -1 when stored as is.</param>
    public readonly record struct Run(long Start, int Length, long Address, int StoredLength, int Algorithm);

    private ErofsExtentMap(Run[] runs, bool interlaced)
    {
        Runs = runs;
        Interlaced = interlaced;
    }

    /// <summary>In file order, without gaps.</summary>
    public Run[] Runs { get; }

    /// <summary>Whether bytes stored as is keep their place modulo 4096.</summary>
    public bool Interlaced { get; }

    /// <summary>The run that holds a file byte.</summary>
    public int Find(long offset)
    {
        var (low, high) = (0, Runs.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Runs[middle].Start <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>Where a file starts in the hidden file, or null when it has extents of its own.</summary>
    /// <exception cref="HullException">HULL1001.</exception>
    public static long? FragmentOffset(ErofsSource source, ErofsInodeRecord inode)
    {
        Span<byte> map = stackalloc byte[ErofsFormat.MapHeaderSize];
        source.Read(ErofsFormat.AlignUp(inode.End, ErofsFormat.MapHeaderSize), map);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(map);
        return (value & ErofsFormat.WholeFragment) == 0 ? null : (long)(value ^ ErofsFormat.WholeFragment);
    }

    /// <summary>Reads a file's map.</summary>
    /// <exception cref="HullException">HULL1001, HULL1002, HULL1003 or HULL1004.</exception>
    public static ErofsExtentMap Read(ErofsSource source, ErofsInodeRecord inode)
    {
        var header = ErofsFormat.AlignUp(inode.End, ErofsFormat.MapHeaderSize);
        Span<byte> map = stackalloc byte[ErofsFormat.MapHeaderSize];
        source.Read(header, map);
        var where = Location.At(source.Name, header);
        var advise = BinaryPrimitives.ReadUInt16LittleEndian(map[4..]);
        if (map[7] != 0 || (advise & ErofsFormat.AdviseFragment) != 0)
        {
            throw FormatErrors.Unsupported.Error($"The inode {inode.Nid} has logical clusters of another size, or an end in the hidden file.", where);
        }

        var count = ErofsFormat.BlocksOf(inode.Size);
        var index = header + ErofsFormat.MapHeaderSize;
        if (count > (source.Length - index) / 2)
        {
            throw FormatErrors.LimitExceeded.Error($"The inode {inode.Nid} needs {count} index entries, more than the image can hold.", where);
        }

        var packs16 = (advise & ErofsFormat.AdviseCompacted2B) != 0;
        var bytes = source.Read(index, ClusterIndex.Size((int)count, (int)(index & 31), packs16));
        var entries = ClusterIndex.Read(bytes, (int)count, (int)(index & 31), packs16, (advise & ErofsFormat.AdviseBigPcluster1) != 0);
        return new(ToRuns(source, inode, entries, advise, map, index + bytes.Length), (advise & ErofsFormat.AdviseInterlaced) != 0);
    }

    private static Run[] ToRuns(ErofsSource source, ErofsInodeRecord inode, ClusterIndex.Entry[] entries, int advise, ReadOnlySpan<byte> map, long indexEnd)
    {
        var where = Location.At(source.Name, inode.Offset);
        var runs = new List<Run>();
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            if (entry.Type == ErofsFormat.TypeNonHead)
            {
                continue;
            }

            var start = ((long)i << ErofsFormat.BlockBits) + entry.Low;
            if (entry.Low >= ErofsFormat.BlockSize || (runs.Count == 0 && start != 0))
            {
                throw FormatErrors.Malformed.Error($"The extents of inode {inode.Nid} do not start at its first byte.", where);
            }

            Close(runs, Math.Min(start, inode.Size), inode, where);
            if (start >= inode.Size)
            {
                break;
            }

            var algorithm = entry.Type switch
            {
                ErofsFormat.TypePlain => -1,
                ErofsFormat.TypeHead1 => map[6] & 15,
                _ => map[6] >> 4,
            };
            var blocks = 1;
            if (algorithm >= 0 && i + 1 < entries.Length && entries[i + 1].Type == ErofsFormat.TypeNonHead && (entries[i + 1].Low & ErofsFormat.ClusterBlockCount) != 0)
            {
                blocks = entries[i + 1].Low & (ErofsFormat.ClusterBlockCount - 1);
            }

            runs.Add(new(start, 0, (long)entry.Block << ErofsFormat.BlockBits, blocks << ErofsFormat.BlockBits, algorithm));
        }

        Close(runs, inode.Size, inode, where);
        if ((advise & ErofsFormat.AdviseInlinePcluster) != 0 && runs.Count > 0)
        {
            runs[^1] = runs[^1] with { Address = indexEnd, StoredLength = BinaryPrimitives.ReadUInt16LittleEndian(map[2..]) };
        }

        foreach (var run in runs)
        {
            if (run.StoredLength is <= 0 or > ErofsFormat.MaxPhysicalCluster || run.Address > source.Length - run.StoredLength
                || (run.Algorithm < 0 && run.Length > run.StoredLength))
            {
                throw FormatErrors.Malformed.Error($"A cluster of inode {inode.Nid} at byte {run.Address}, {run.StoredLength} bytes long, cannot be right.", where);
            }
        }

        return [.. runs];
    }

    private static void Close(List<Run> runs, long end, ErofsInodeRecord inode, Location where)
    {
        if (runs.Count == 0)
        {
            return;
        }

        var length = end - runs[^1].Start;
        if (length is <= 0 or > ErofsFormat.MaxDecodedCluster)
        {
            throw FormatErrors.Malformed.Error($"An extent of inode {inode.Nid} has the length {length}.", where);
        }

        runs[^1] = runs[^1] with { Length = (int)length };
    }
}
