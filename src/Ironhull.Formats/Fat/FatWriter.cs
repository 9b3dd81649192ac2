using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Fat;

/// <summary>
/// Writes a FAT32 volume from a tree (Microsoft FAT specification 1.03): every directory and file in one run of
/// clusters, in path order, so the volume is a pure function of tree and options.
/// </summary>
public static class FatWriter
{
    private const byte VolumeLabelAttribute = 0x08;
    private const byte DirectoryAttribute = 0x10;
    private const byte ArchiveAttribute = 0x20;

    /// <summary>Writes a volume.</summary>
    /// <param name="disk">Seekable and writable; zero from <paramref name="offset"/> for the volume's length: only what is not zero is written.</param>
    /// <param name="offset">Byte offset of the volume on the disk.</param>
    /// <param name="tree">Directories and regular files; owners, modes and extended attributes have no place in FAT and are dropped.</param>
    /// <param name="options">Size, identity and time.</param>
    /// <exception cref="HullException">HULL1002, HULL1003, HULL1004, HULL1005: bad label, the tree does not fit, an entry FAT cannot hold, a bad name or two names that differ in case only.</exception>
    public static void Write(Stream disk, long offset, FileTree tree, FatOptions options)
    {
        var geometry = FatGeometry.For(options.Length);
        RequireLabel(options.Label);
        var nodes = Plan(tree, geometry, out var nextFree);
        var buffer = new byte[FatGeometry.SectorSize];
        void WriteSector(long sector)
        {
            disk.Position = offset + (sector * FatGeometry.SectorSize);
            disk.Write(buffer);
        }

        geometry.WriteBootSector(buffer, options);
        WriteSector(0);
        WriteSector(6);
        FatGeometry.WriteInformationSector(buffer, geometry.ClusterCount - (nextFree - 2), nextFree);
        WriteSector(1);
        FatGeometry.WriteInformationSector(buffer, uint.MaxValue, uint.MaxValue);
        WriteSector(7);
        buffer.AsSpan().Clear();
        buffer[510] = 0x55;
        buffer[511] = 0xAA;
        WriteSector(2);
        WriteSector(8);

        var table = MakeTable(nodes, nextFree);
        for (var copy = 0; copy < geometry.FatCount; copy++)
        {
            disk.Position = offset + ((geometry.ReservedSectors + (long)(copy * geometry.FatSectors)) * FatGeometry.SectorSize);
            disk.Write(table);
        }

        var stamp = DosTime(options.TimestampSeconds);
        foreach (var node in nodes)
        {
            if (node.ClusterCount == 0)
            {
                continue;
            }

            disk.Position = offset + geometry.OffsetOf(node.FirstCluster);
            if (node.IsDirectory)
            {
                disk.Write(MakeDirectory(node, options.Label, stamp));
            }
            else
            {
                SparseFile.CopyNonZero(node.Inode.Content!, disk, disk.Position);
            }
        }
    }

    private static List<Node> Plan(FileTree tree, FatGeometry geometry, out uint nextFree)
    {
        var nodes = new List<Node>();
        var byPath = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var (path, inode) in tree.Entries)
        {
            var node = new Node(path == "/" ? "" : path[(path.LastIndexOf('/') + 1)..], inode);
            nodes.Add(node);
            byPath.Add(path, node);
            if (path == "/")
            {
                continue;
            }

            FatName.Validate(node.Name);
            if (inode.Type is not (InodeType.File or InodeType.Directory))
            {
                throw FormatErrors.Unsupported.Error($"{path} is a {inode.Type}, which FAT cannot hold.");
            }

            if (inode.Content?.Length > uint.MaxValue)
            {
                throw FormatErrors.Unsupported.Error($"{path} has {inode.Content.Length} bytes; a file on FAT has less than 4 GiB.");
            }

            var parent = byPath[FileTree.Parent(path)];
            node.Parent = parent;
            if (!parent.Names.Add(node.Name))
            {
                throw FormatErrors.UnsafePath.Error($"{path} differs from another name in its directory in case only.");
            }

            parent.Children.Add(node);
        }

        nextFree = 2;
        foreach (var node in nodes)
        {
            long entries = node.Children.Sum(c => FatName.EntryCount(c.Name)) + (node.Parent is null ? 1 : 2);
            if (node.IsDirectory && entries > 65536)
            {
                throw FormatErrors.LimitExceeded.Error($"Directory {node.Name} needs {entries} entries; FAT has at most 65536.");
            }

            var length = node.IsDirectory ? entries * FatName.EntrySize : node.Inode.Content!.Length;
            var clusters = (length + geometry.ClusterSize - 1) / geometry.ClusterSize;
            if (clusters > geometry.ClusterCount + 2 - nextFree)
            {
                throw FormatErrors.LimitExceeded.Error(
                    $"The tree does not fit into the volume of {(long)geometry.TotalSectors * FatGeometry.SectorSize} bytes.", remedy: "Make the partition larger, or put less into it.");
            }

            node.ClusterCount = (uint)clusters;
            node.ClusterSize = geometry.ClusterSize;
            node.FirstCluster = clusters == 0 ? 0 : nextFree;
            nextFree += (uint)clusters;
        }

        return nodes;
    }

    private static byte[] MakeTable(List<Node> nodes, uint nextFree)
    {
        var table = new byte[nextFree * 4];
        void Set(uint cluster, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan((int)cluster * 4), value);
        Set(0, 0x0FFF_FFF8);
        Set(1, 0x0FFF_FFFF);
        foreach (var node in nodes)
        {
            for (uint i = 0; i < node.ClusterCount; i++)
            {
                Set(node.FirstCluster + i, i + 1 == node.ClusterCount ? 0x0FFF_FFFF : node.FirstCluster + i + 1);
            }
        }

        return table;
    }

    private static byte[] MakeDirectory(Node node, string label, uint stamp)
    {
        var bytes = new byte[node.ClusterCount * node.ClusterSize];
        var at = 0;
        if (node.Parent is null)
        {
            WriteEntry(bytes, Encoding.ASCII.GetBytes(label.PadRight(11)), VolumeLabelAttribute, 0, 0, stamp);
            at += FatName.EntrySize;
        }
        else
        {
            WriteEntry(bytes, ".          "u8, DirectoryAttribute, node.FirstCluster, 0, stamp);
            var above = node.Parent.Parent is null ? 0 : node.Parent.FirstCluster; // FAT specification section 6.5: 0 names the root
            WriteEntry(bytes.AsSpan(FatName.EntrySize), "..         "u8, DirectoryAttribute, above, 0, stamp);
            at += 2 * FatName.EntrySize;
        }

        // Names that are short as they stand go first, so that no made-up short name takes theirs.
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var shortNames = new Dictionary<Node, byte[]>();
        foreach (var child in node.Children.OrderBy(c => FatName.NeedsLongName(c.Name)))
        {
            shortNames[child] = FatName.MakeShort(child.Name, taken);
        }

        foreach (var child in node.Children)
        {
            if (FatName.NeedsLongName(child.Name))
            {
                at += FatName.WriteLong(bytes.AsSpan(at), child.Name, shortNames[child]);
            }

            var length = child.IsDirectory ? 0 : (uint)child.Inode.Content!.Length;
            WriteEntry(bytes.AsSpan(at), shortNames[child], child.IsDirectory ? DirectoryAttribute : ArchiveAttribute, child.FirstCluster, length, stamp);
            at += FatName.EntrySize;
        }

        return bytes;
    }

    private static void WriteEntry(Span<byte> entry, ReadOnlySpan<byte> shortName, byte attribute, uint cluster, uint length, uint stamp)
    {
        shortName.CopyTo(entry);
        entry[11] = attribute;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[14..], stamp);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[18..], (ushort)(stamp >> 16));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[20..], (ushort)(cluster >> 16));
        BinaryPrimitives.WriteUInt32LittleEndian(entry[22..], stamp);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[28..], length);
    }

    /// <summary>DOS date in the upper, time in the lower 16 bits (FAT specification section 6.3), UTC.</summary>
    private static uint DosTime(long seconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 315532800, 4354819198));
        var date = ((uint)(time.Year - 1980) << 9) | ((uint)time.Month << 5) | (uint)time.Day;
        var clock = ((uint)time.Hour << 11) | ((uint)time.Minute << 5) | (uint)(time.Second / 2);
        return (date << 16) | clock;
    }

    private static void RequireLabel(string label)
    {
        if (label.Length > 11 || !label.All(c => c is >= 'A' and <= 'Z' or >= '0' and <= '9' or ' ' or '-' or '_'))
        {
            throw FormatErrors.Malformed.Error($"'{label}' is not a volume label: at most 11 characters of A-Z, 0-9, space, '-' and '_'.");
        }
    }

    private sealed class Node(string name, Inode inode)
    {
        public string Name => name;

        public Inode Inode => inode;

        public bool IsDirectory => inode.Type == InodeType.Directory;

        public Node? Parent { get; set; }

        public List<Node> Children { get; } = [];

        public HashSet<string> Names { get; } = new(StringComparer.OrdinalIgnoreCase);

        public uint FirstCluster { get; set; }

        public uint ClusterCount { get; set; }

        public int ClusterSize { get; set; }
    }
}
