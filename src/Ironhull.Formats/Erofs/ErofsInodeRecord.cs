using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Erofs;

/// <summary>An inode as it lies on the disk: 32 bytes (<c>erofs_inode_compact</c>) or 64 (<c>erofs_inode_extended</c>).</summary>
internal sealed record ErofsInodeRecord
{
    public required long Nid { get; init; }

    /// <summary>Byte offset in the image.</summary>
    public required long Offset { get; init; }

    public required int Layout { get; init; }

    public required int Mode { get; init; }

    public required long Size { get; init; }

    /// <summary>First block, number of compressed blocks, or device number.</summary>
    public required uint Union { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required long ModifiedSeconds { get; init; }

    public required uint Links { get; init; }

    /// <summary>Bytes of the fixed part.</summary>
    public required int FixedSize { get; init; }

    public required int XattrSize { get; init; }

    /// <summary>Offset of what follows the inode and its extended attributes: an inline tail or a cluster index.</summary>
    public long End => Offset + FixedSize + XattrSize;

    public static ErofsInodeRecord Read(ErofsSource source, ErofsSuperblock superblock, ulong nid)
    {
        var origin = (long)superblock.MetaBlock << ErofsFormat.BlockBits;
        if (nid > (ulong)(source.Length / ErofsFormat.SlotSize))
        {
            throw FormatErrors.Malformed.Error($"The inode number {nid} lies outside the image.", new Location(source.Name));
        }

        var offset = origin + ((long)nid * ErofsFormat.SlotSize);
        Span<byte> bytes = stackalloc byte[ErofsFormat.ExtendedInodeSize];
        source.Read(offset, bytes[..ErofsFormat.CompactInodeSize]);
        var where = Location.At(source.Name, offset);
        var format = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        var extended = (format & 1) != 0;
        var layout = format >> 1 & 7;
        if (format >> 4 != 0 || layout is not (ErofsFormat.LayoutPlain or ErofsFormat.LayoutInline or ErofsFormat.LayoutCompressedCompact))
        {
            throw FormatErrors.Unsupported.Error($"The inode {nid} has the format 0x{format:x}.", where);
        }

        if (extended)
        {
            source.Read(offset, bytes);
        }

        var size = extended ? BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (size < 0 || size > 1L << 46)
        {
            throw FormatErrors.Malformed.Error($"The inode {nid} has the size {size}.", where);
        }

        return new()
        {
            Nid = (long)nid,
            Offset = offset,
            Layout = layout,
            FixedSize = extended ? ErofsFormat.ExtendedInodeSize : ErofsFormat.CompactInodeSize,
            XattrSize = ErofsXattrs.SizeOf(BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..])),
            Mode = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            Size = size,
            Union = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            Uid = extended ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[24..]),
            Gid = extended ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]),
            ModifiedSeconds = extended ? BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]) : superblock.BuildTimeSeconds,
            Links = extended ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
        };
    }
}
