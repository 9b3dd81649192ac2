using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// The superblock: 128 bytes at byte 1024 (<c>struct erofs_super_block</c>), followed by one length-prefixed record of
/// settings for each compression algorithm.
/// </summary>
public sealed record ErofsSuperblock
{
    /// <summary>Compatible features (EROFS_FEATURE_COMPAT_*).</summary>
    public required uint FeatureCompat { get; init; }

    /// <summary>Incompatible features (EROFS_FEATURE_INCOMPAT_*).</summary>
    public required uint FeatureIncompat { get; init; }

    /// <summary>Slot number of the root directory's inode; 16 bits on disk.</summary>
    public required int RootNid { get; init; }

    /// <summary>Number of inodes.</summary>
    public required ulong Inodes { get; init; }

    /// <summary>Modification time of every compact inode: seconds since 1970-01-01 UTC.</summary>
    public required long BuildTimeSeconds { get; init; }

    /// <summary>Size of the file system in blocks.</summary>
    public required uint Blocks { get; init; }

    /// <summary>First block of the area that nids count from.</summary>
    public required uint MetaBlock { get; init; }

    /// <summary>First block of the area that shared extended attributes count from.</summary>
    public uint XattrBlock { get; init; }

    /// <summary>Volume identifier; written in the order in which its text form reads.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Volume name, at most 16 bytes of UTF-8.</summary>
    public string VolumeName { get; init; } = "";

    /// <summary>Slot number of the hidden file's inode, or 0; only kept with fragments.</summary>
    public long PackedNid { get; init; }

    /// <summary>Bitmap of the compression algorithms in use: bit 0 LZ4, bit 3 Zstandard.</summary>
    public int Algorithms { get; init; }

    /// <summary>Largest physical cluster in blocks; only kept for LZ4.</summary>
    public int MaxClusterBlocks { get; init; } = 1;

    /// <summary>log2 of the window that a Zstandard frame needs, bytes.</summary>
    public int ZstdWindowLog { get; init; }

    /// <summary>Reads and checks a superblock.</summary>
    /// <param name="block">The first 4096 bytes of the image.</param>
    /// <param name="name">What to call the image in an error.</param>
    /// <exception cref="HullException">HULL1001, HULL1002 or HULL1004.</exception>
    public static ErofsSuperblock Parse(ReadOnlySpan<byte> block, string name)
    {
        if (block.Length < ErofsFormat.BlockSize)
        {
            throw FormatErrors.Truncated.Error("The image is shorter than one block.", Location.At(name, block.Length));
        }

        var s = block[ErofsFormat.SuperblockOffset..];
        var where = Location.At(name, ErofsFormat.SuperblockOffset);
        if (BinaryPrimitives.ReadUInt32LittleEndian(s) != ErofsFormat.Magic)
        {
            throw FormatErrors.Malformed.Error("There is no EROFS superblock here.", where);
        }

        if (s[12] != ErofsFormat.BlockBits)
        {
            throw FormatErrors.Unsupported.Error($"The block size is 2^{s[12]} bytes; only 4096 is supported.", where);
        }

        var compat = BinaryPrimitives.ReadUInt32LittleEndian(s[8..]);
        if ((compat & ErofsFormat.CompatChecksum) != 0 && Checksum(block) != BinaryPrimitives.ReadUInt32LittleEndian(s[4..]))
        {
            throw FormatErrors.Malformed.Error("The superblock's checksum is wrong.", where);
        }

        var incompat = BinaryPrimitives.ReadUInt32LittleEndian(s[80..]);
        if ((incompat & ~ErofsFormat.IncompatSupported) != 0 || s[90] != 0)
        {
            throw FormatErrors.Unsupported.Error($"The image uses features 0x{incompat:x}; 0x{ErofsFormat.IncompatSupported:x} are supported.", where);
        }

        var compressed = (incompat & (ErofsFormat.IncompatBigPcluster | ErofsFormat.IncompatTailPacking)) != 0;
        if (compressed && (incompat & ErofsFormat.IncompatZeroPadding) == 0)
        {
            throw FormatErrors.Unsupported.Error("The image has the compressed layout from before Linux 5.4.", where);
        }

        var uuid = new Guid(s.Slice(48, 16), bigEndian: true);
        var label = s.Slice(64, 16);
        var end = label.IndexOf((byte)0);
        return new()
        {
            FeatureCompat = compat,
            FeatureIncompat = incompat,
            RootNid = BinaryPrimitives.ReadUInt16LittleEndian(s[14..]),
            Inodes = BinaryPrimitives.ReadUInt64LittleEndian(s[16..]),
            BuildTimeSeconds = BinaryPrimitives.ReadInt64LittleEndian(s[24..]),
            Blocks = BinaryPrimitives.ReadUInt32LittleEndian(s[36..]),
            MetaBlock = BinaryPrimitives.ReadUInt32LittleEndian(s[40..]),
            XattrBlock = BinaryPrimitives.ReadUInt32LittleEndian(s[44..]),
            Uuid = uuid,
            VolumeName = Encoding.UTF8.GetString(end < 0 ? label : label[..end]),
            PackedNid = (incompat & ErofsFormat.IncompatFragments) != 0 ? ReadPackedNid(s, where) : 0,
            Algorithms = (incompat & ErofsFormat.IncompatBigPcluster) != 0 ? BinaryPrimitives.ReadUInt16LittleEndian(s[84..]) : 1,
        };
    }

    /// <summary>Writes the superblock, its algorithm settings and its checksum into the image's first block.</summary>
    /// <param name="block">4096 bytes; cleared first.</param>
    public void WriteTo(Span<byte> block)
    {
        block.Clear();
        var s = block[ErofsFormat.SuperblockOffset..];
        BinaryPrimitives.WriteUInt32LittleEndian(s, ErofsFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(s[8..], FeatureCompat);
        s[12] = ErofsFormat.BlockBits;
        BinaryPrimitives.WriteUInt16LittleEndian(s[14..], checked((ushort)RootNid));
        BinaryPrimitives.WriteUInt64LittleEndian(s[16..], Inodes);
        BinaryPrimitives.WriteInt64LittleEndian(s[24..], BuildTimeSeconds);
        BinaryPrimitives.WriteUInt32LittleEndian(s[36..], Blocks);
        BinaryPrimitives.WriteUInt32LittleEndian(s[40..], MetaBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(s[44..], XattrBlock);
        Uuid.TryWriteBytes(s.Slice(48, 16), bigEndian: true, out _);
        Encoding.UTF8.GetBytes(VolumeName, s.Slice(64, 16));
        BinaryPrimitives.WriteUInt32LittleEndian(s[80..], FeatureIncompat);
        if ((FeatureIncompat & ErofsFormat.IncompatBigPcluster) != 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(s[84..], (ushort)Algorithms);
            WriteSettings(s[ErofsFormat.SuperblockSize..]);
        }

        BinaryPrimitives.WriteInt64LittleEndian(s[96..], PackedNid);
        BinaryPrimitives.WriteUInt32LittleEndian(s[4..], Checksum(block));
    }

    private static long ReadPackedNid(ReadOnlySpan<byte> s, Location where)
    {
        var nid = BinaryPrimitives.ReadInt64LittleEndian(s[96..]);
        return nid >= 0 ? nid : throw FormatErrors.Malformed.Error($"The hidden file has the inode number 0x{nid:x}.", where);
    }

    /// <summary>CRC-32C from byte 1024 to the block's end with the checksum field zero; seed all ones, not inverted at the end.</summary>
    private static uint Checksum(ReadOnlySpan<byte> block)
    {
        var crc = uint.MaxValue;
        for (var i = ErofsFormat.SuperblockOffset; i < ErofsFormat.BlockSize; i++)
        {
            var value = i is >= ErofsFormat.SuperblockOffset + 4 and < ErofsFormat.SuperblockOffset + 8 ? (byte)0 : block[i];
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }

    // struct z_erofs_lz4_cfgs and z_erofs_zstd_cfgs, each after its 16-bit length.
    private void WriteSettings(Span<byte> s)
    {
        if ((Algorithms & (1 << ErofsFormat.AlgorithmLz4)) != 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(s, 14);
            BinaryPrimitives.WriteUInt16LittleEndian(s[2..], ushort.MaxValue);
            BinaryPrimitives.WriteUInt16LittleEndian(s[4..], checked((ushort)MaxClusterBlocks));
            s = s[16..];
        }

        if ((Algorithms & (1 << ErofsFormat.AlgorithmZstd)) != 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(s, 6);
            s[3] = (byte)(ZstdWindowLog - 10);
        }
    }
}
