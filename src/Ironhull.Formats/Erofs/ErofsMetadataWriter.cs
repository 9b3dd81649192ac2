using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// Lays out and writes the metadata area: each inode with its extended attributes, then its inline tail or cluster index.
/// What fits in a block never crosses a block's end; smaller inodes fill the gaps that this leaves.
/// </summary>
internal sealed class ErofsMetadataWriter
{
    private readonly ErofsNodeTree _tree;
    private readonly ErofsWriterOptions _options;
    private readonly Stack<int>?[] _gaps = new Stack<int>?[(ErofsFormat.BlockSize / ErofsFormat.SlotSize) + 1];
    private long _end;

    public ErofsMetadataWriter(ErofsNodeTree tree, ErofsWriterOptions options)
    {
        _tree = tree;
        _options = options;

        // Slot 0 stays empty: 0 as an inode number means "none" to readers of directories.
        _end = ErofsFormat.SlotSize;
    }

    /// <summary>Gives every inode its place. Called when the data area is written.</summary>
    public void Layout()
    {
        foreach (var node in _tree.Nodes)
        {
            if (node.Data is { } data)
            {
                node.Block = data.Block;
                if (data.Extents is not null)
                {
                    node.Layout = ErofsFormat.LayoutCompressedCompact;
                    node.TailLength = 0;
                }
            }

            node.Nid = checked((int)(Place(LengthOf(node), node.HeaderSize) / ErofsFormat.SlotSize));
        }
    }

    /// <summary>Gives directories and links that fill whole blocks their data blocks.</summary>
    /// <param name="block">The first free block.</param>
    /// <returns>The next free block.</returns>
    public uint PlaceFlatBlocks(uint block)
    {
        foreach (var node in FlatNodes())
        {
            node.Block = block;
            block += (uint)ErofsFormat.BlocksOf(node.Size - node.TailLength);
        }

        return block;
    }

    /// <summary>Writes the blocks that <see cref="PlaceFlatBlocks"/> placed.</summary>
    public void WriteFlatBlocks(Stream output)
    {
        foreach (var node in FlatNodes())
        {
            var bytes = FlatBytes(node);
            var length = (int)(node.Size - node.TailLength);
            output.Write(bytes, 0, length);
            output.Write(new byte[-length & (ErofsFormat.BlockSize - 1)]);
        }
    }

    /// <summary>The metadata area: whole blocks.</summary>
    public byte[] Write()
    {
        var bytes = new byte[ErofsFormat.AlignUp(_end, ErofsFormat.BlockSize)];
        var number = 1u;
        foreach (var node in _tree.Nodes)
        {
            WriteNode(node, number++, bytes.AsSpan(node.Nid * ErofsFormat.SlotSize, LengthOf(node)));
        }

        return bytes;
    }

    private IEnumerable<ErofsNode> FlatNodes() => _tree.Nodes.Where(n =>
        n.Inode.Type is InodeType.Directory or InodeType.SymbolicLink && n.Size > n.TailLength);

    private static byte[] FlatBytes(ErofsNode node) =>
        node.Inode.Type == InodeType.Directory ? ErofsDirectory.Write(node) : ErofsNodeTree.LinkBytes(node);

    private static int LengthOf(ErofsNode node)
    {
        if (node.Layout != ErofsFormat.LayoutCompressedCompact)
        {
            return node.HeaderSize + node.TailLength;
        }

        var index = node.MapOffset + ErofsFormat.MapHeaderSize;
        if (node.Data!.Fragment >= 0)
        {
            return index;
        }

        return index + ClusterIndex.Size((int)ErofsFormat.BlocksOf(node.Size), index & 31);
    }

    private long Place(int length, int header)
    {
        var size = ErofsFormat.AlignUp(length, ErofsFormat.SlotSize);
        if (size <= ErofsFormat.BlockSize)
        {
            for (var slots = size / ErofsFormat.SlotSize; slots < _gaps.Length; slots++)
            {
                if (_gaps[slots] is { Count: > 0 } stack)
                {
                    var gap = stack.Pop();
                    AddGap(gap + size, (slots * ErofsFormat.SlotSize) - size);
                    return gap;
                }
            }
        }

        var left = (int)(-_end & (ErofsFormat.BlockSize - 1));
        if (size <= ErofsFormat.BlockSize ? size > left : header > left)
        {
            AddGap((int)_end, left);
            _end += left;
        }

        var place = _end;
        _end += size;
        if (_end > (long)int.MaxValue)
        {
            throw FormatErrors.LimitExceeded.Error("The metadata area is larger than 2 GiB.", remedy: "Make the tree smaller.");
        }

        return place;
    }

    private void AddGap(int offset, int length)
    {
        if (length > 0)
        {
            (_gaps[length / ErofsFormat.SlotSize] ??= new()).Push(offset);
        }
    }

    private void WriteNode(ErofsNode node, uint number, Span<byte> bytes)
    {
        var inode = node.Inode;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)((node.Extended ? 1 : 0) | (node.Layout << 1)));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)ErofsXattrs.Count(node.XattrSize));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], (ushort)(TypeBits(inode.Type) | (inode.Mode & 0xFFF)));
        var union = inode.Type is InodeType.CharacterDevice or InodeType.BlockDevice ? DeviceNumber(inode)
            : node.Layout == ErofsFormat.LayoutCompressedCompact ? (uint)node.Data!.CompressedBlocks
            : node.Block;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], union);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], number);
        if (node.Extended)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], node.Size);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], inode.Uid);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], inode.Gid);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], inode.ModifiedSeconds);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[44..], node.Links);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], (ushort)node.Links);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)node.Size);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[24..], (ushort)inode.Uid);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[26..], (ushort)inode.Gid);
        }

        if (node.XattrSize > 0)
        {
            ErofsXattrs.Write(inode.Xattrs, node.Path, bytes[(node.HeaderSize - node.XattrSize)..node.HeaderSize]);
        }

        if (node.Layout == ErofsFormat.LayoutCompressedCompact)
        {
            WriteIndex(node, bytes[node.MapOffset..]);
        }
        else if (node.TailLength > 0)
        {
            WriteTail(node, bytes.Slice(node.HeaderSize, node.TailLength));
        }
    }

    private void WriteIndex(ErofsNode node, Span<byte> map)
    {
        if (node.Data!.Fragment >= 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(map, (ulong)node.Data.Fragment | ErofsFormat.WholeFragment);
            return;
        }

        // struct z_erofs_map_header
        BinaryPrimitives.WriteUInt16LittleEndian(map[4..], ErofsFormat.AdviseCompacted2B | ErofsFormat.AdviseBigPcluster1 | ErofsFormat.AdviseBigPcluster2);
        map[6] = (byte)(_options.Compression.Algorithm == ErofsAlgorithm.Zstd ? ErofsFormat.AlgorithmZstd : ErofsFormat.AlgorithmLz4);
        var entries = ClusterIndex.Build(node.Data.Extents!, node.Data.Block, node.Size);
        ClusterIndex.Write(entries, (node.MapOffset + ErofsFormat.MapHeaderSize) & 31, map[ErofsFormat.MapHeaderSize..]);
    }

    private static void WriteTail(ErofsNode node, Span<byte> tail)
    {
        if (node.Inode.Type == InodeType.File)
        {
            node.Inode.Content!.Read(node.Size - tail.Length, tail);
        }
        else
        {
            FlatBytes(node).AsSpan((int)node.Size - tail.Length).CopyTo(tail);
        }
    }

    internal static int TypeBits(InodeType type) => type switch
    {
        InodeType.File => ErofsFormat.ModeFile,
        InodeType.Directory => ErofsFormat.ModeDirectory,
        InodeType.SymbolicLink => ErofsFormat.ModeLink,
        InodeType.CharacterDevice => ErofsFormat.ModeCharacter,
        InodeType.BlockDevice => ErofsFormat.ModeBlock,
        InodeType.Fifo => ErofsFormat.ModeFifo,
        _ => ErofsFormat.ModeSocket,
    };

    // new_encode_dev (Linux: include/linux/kdev_t.h): 12 bits of major between 8 low and 12 high bits of minor.
    private static uint DeviceNumber(Inode inode)
    {
        var (major, minor) = inode.Device;
        return (minor & 0xFF) | ((major & 0xFFF) << 8) | ((minor & 0xFFF00) << 12);
    }
}
