using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Qcow2;

/// <summary>
/// Writes and reads qcow2 images (QEMU docs/interop/qcow2.txt), big-endian. Written images are of version 3, with
/// clusters of 64 KiB, not compressed; clusters of zeros are not allocated.
/// </summary>
public static class Qcow2Image
{
    private const int HeaderSize = 104;
    private const int ClusterBits = 16;
    private const int ClusterSize = 1 << ClusterBits;
    private const int EntriesPerL2 = ClusterSize / 8;
    private const int ReferencesPerBlock = ClusterSize / 2;
    private const ulong Copied = 1UL << 63;

    /// <summary>Writes an image: data clusters in disk order, each group of them followed by its L2 table.</summary>
    /// <param name="raw">The raw disk; seekable, a multiple of 512 bytes long.</param>
    /// <param name="path">The new file; replaced.</param>
    /// <exception cref="HullException">HULL1002: the length is not a multiple of 512.</exception>
    public static void Write(Stream raw, string path)
    {
        if (raw.Length <= 0 || raw.Length % 512 != 0)
        {
            throw FormatErrors.Malformed.Error($"A disk of {raw.Length} bytes is not a whole number of sectors.");
        }

        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        var groups = (int)((raw.Length + ((long)EntriesPerL2 * ClusterSize) - 1) / ((long)EntriesPerL2 * ClusterSize));
        var l1 = new byte[Wire.Align(groups * 8L, ClusterSize)];
        file.Position = ClusterSize + l1.Length;
        WriteGroups(raw, file, groups, l1);

        var used = file.Position / ClusterSize;
        var (blocks, tableClusters) = ReferenceClusters(used);
        var table = new byte[tableClusters * ClusterSize];
        var total = used + blocks + tableClusters;
        var block = new byte[ClusterSize];
        for (long i = 0; i < blocks; i++)
        {
            block.AsSpan().Clear();
            for (var j = 0; j < Math.Min(ReferencesPerBlock, total - (i * ReferencesPerBlock)); j++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(j * 2), 1);
            }

            BinaryPrimitives.WriteInt64BigEndian(table.AsSpan((int)i * 8), file.Position);
            file.Write(block);
        }

        var tableOffset = file.Position;
        file.Write(table);
        file.Position = 0;
        file.Write(MakeHeader(raw.Length, groups, tableOffset, (uint)tableClusters));
        file.Position = ClusterSize;
        file.Write(l1);
    }

    /// <summary>Opens an image of version 2 or 3.</summary>
    /// <param name="file">Seekable; used as long as the result is.</param>
    /// <returns>The disk's bytes as a read-only stream whose reads may report HULL100x.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1004: truncated, malformed, or of a feature that is not supported: backing files, encryption, external data, compression.</exception>
    public static Stream Open(Stream file)
    {
        var header = new byte[HeaderSize];
        Wire.ReadAt(file, 0, header.AsSpan(0, 72), "The qcow2 header");
        if (BinaryPrimitives.ReadUInt32BigEndian(header) != 0x5146_49FB)
        {
            throw FormatErrors.Malformed.Error("There is no qcow2 signature (QFI).");
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        if (version == 3)
        {
            Wire.ReadAt(file, 72, header.AsSpan(72), "The qcow2 header");
        }

        var incompatible = BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(72)) & ~1UL; // bit 0: reference counts may be stale, of no matter to a reader
        if (version is not (2 or 3) || incompatible != 0
            || BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)) != 0 || BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(32)) != 0)
        {
            throw FormatErrors.Unsupported.Error($"The qcow2 image is of version {version} with incompatible features 0x{incompatible:x}, has a backing file or is encrypted.");
        }

        var clusterBits = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(20));
        var length = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(24));
        var l1Size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(36));
        if (clusterBits is < 9 or > 21 || length is < 0 or > 1L << 50)
        {
            throw FormatErrors.Malformed.Error($"The qcow2 header announces clusters of 2^{clusterBits} and a disk of {length} bytes.");
        }

        var perTable = 1L << (clusterBits + clusterBits - 3);
        if (l1Size < (length + perTable - 1) / perTable || l1Size * 8L > Math.Min(file.Length, 32 << 20))
        {
            throw FormatErrors.Malformed.Error($"The qcow2 L1 table has {l1Size} entries for a disk of {length} bytes.");
        }

        var l1 = new byte[l1Size * 8];
        Wire.ReadAt(file, (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(40)), long.MaxValue), l1, "The qcow2 L1 table");
        return new Reader(file, length, l1, clusterBits);
    }

    private static void WriteGroups(Stream raw, FileStream file, int groups, byte[] l1)
    {
        var cluster = new byte[ClusterSize];
        var l2 = new byte[ClusterSize];
        var holes = new HoleFinder(raw);
        for (var group = 0; group < groups; group++)
        {
            l2.AsSpan().Clear();
            for (var i = 0; i < EntriesPerL2; i++)
            {
                var position = (((long)group * EntriesPerL2) + i) * ClusterSize;
                if (position >= raw.Length)
                {
                    break;
                }

                var skipped = (Math.Min(holes.NextData(position), raw.Length) - position) / ClusterSize;
                if (skipped > 0)
                {
                    i += (int)Math.Min(skipped, EntriesPerL2) - 1; // the loop adds one
                    continue;
                }

                raw.Position = position;
                var read = raw.ReadAtLeast(cluster, cluster.Length, throwOnEndOfStream: false);
                if (!Wire.IsZero(cluster.AsSpan(0, read)))
                {
                    cluster.AsSpan(read).Clear();
                    BinaryPrimitives.WriteUInt64BigEndian(l2.AsSpan(i * 8), (ulong)file.Position | Copied);
                    file.Write(cluster);
                }
            }

            if (!Wire.IsZero(l2))
            {
                BinaryPrimitives.WriteUInt64BigEndian(l1.AsSpan(group * 8), (ulong)file.Position | Copied);
                file.Write(l2);
            }
        }
    }

    /// <summary>How many reference count blocks and table clusters describe the used clusters and themselves.</summary>
    private static (long Blocks, long TableClusters) ReferenceClusters(long used)
    {
        long blocks = 0, tableClusters = 0;
        while (true)
        {
            var total = used + blocks + tableClusters;
            var neededBlocks = (total + ReferencesPerBlock - 1) / ReferencesPerBlock;
            var neededTable = ((neededBlocks * 8) + ClusterSize - 1) / ClusterSize;
            if (neededBlocks == blocks && neededTable == tableClusters)
            {
                return (blocks, tableClusters);
            }

            (blocks, tableClusters) = (neededBlocks, neededTable);
        }
    }

    private static byte[] MakeHeader(long length, int l1Entries, long tableOffset, uint tableClusters)
    {
        var header = new byte[HeaderSize + 8]; // 8 zero bytes end the header extensions
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x5146_49FB);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 3);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(20), ClusterBits);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(24), length);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(36), l1Entries);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(40), ClusterSize);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(48), tableOffset);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(56), tableClusters);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(96), 4);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(100), HeaderSize);
        return header;
    }

    private sealed class Reader(Stream file, long length, byte[] l1, int clusterBits) : DiskReader(length)
    {
        private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
        private readonly byte[] _l2 = new byte[1 << clusterBits];
        private long _cached = -1;

        protected override long RunAt(long position) => (1L << clusterBits) - (position & ((1L << clusterBits) - 1));

        protected override void ReadRun(long position, Span<byte> destination)
        {
            var entry = EntryAt(position);
            if ((entry & (1UL << 62)) != 0)
            {
                throw FormatErrors.Unsupported.Error("The qcow2 image holds compressed clusters.");
            }

            var offset = (long)(entry & OffsetMask);
            if (offset == 0 || (entry & 1) != 0)
            {
                destination.Clear();
                return;
            }

            Wire.ReadAt(file, offset + (position & ((1L << clusterBits) - 1)), destination, "A qcow2 cluster");
        }

        private ulong EntryAt(long position)
        {
            var group = position >> (clusterBits + clusterBits - 3);
            var table = (long)(BinaryPrimitives.ReadUInt64BigEndian(l1.AsSpan((int)group * 8)) & OffsetMask);
            if (table == 0)
            {
                return 0;
            }

            if (_cached != table)
            {
                _cached = -1;
                Wire.ReadAt(file, table, _l2, "A qcow2 L2 table");
                _cached = table;
            }

            var index = (position >> clusterBits) & ((1L << (clusterBits - 3)) - 1);
            return BinaryPrimitives.ReadUInt64BigEndian(_l2.AsSpan((int)index * 8));
        }
    }
}
