namespace Ironhull.Formats.Erofs;

/// <summary>
/// Constants of the EROFS on-disk format, all little-endian (Linux: <c>fs/erofs/erofs_fs.h</c>; field names are kept).
/// </summary>
public static class ErofsFormat
{
    /// <summary>Block size in bytes; the only one written and read here.</summary>
    public const int BlockSize = 4096;

    /// <summary>log2 of <see cref="BlockSize"/>.</summary>
    public const int BlockBits = 12;

    /// <summary>Inodes are addressed in slots of this many bytes (a nid times 32).</summary>
    public const int SlotSize = 32;

    /// <summary>Longest name of a directory entry, bytes (EROFS_NAME_LEN).</summary>
    public const int MaxNameLength = 255;

    /// <summary>Largest physical cluster, bytes (Z_EROFS_PCLUSTER_MAX_SIZE).</summary>
    public const int MaxPhysicalCluster = 1024 * 1024;

    /// <summary>Largest value of <see cref="ErofsWriterOptions.FragmentLimit"/>, bytes.</summary>
    public const int MaxFragment = 1024 * 1024;

    /// <summary>Largest decoded length of a physical cluster, bytes (Z_EROFS_PCLUSTER_MAX_DSIZE).</summary>
    public const int MaxDecodedCluster = 12 * 1024 * 1024;

    internal const uint Magic = 0xE0F5E1E2;
    internal const int SuperblockOffset = 1024;
    internal const int SuperblockSize = 128;

    internal const uint CompatChecksum = 0x1;
    internal const uint CompatMtime = 0x2;

    internal const uint IncompatZeroPadding = 0x1;
    internal const uint IncompatBigPcluster = 0x2;
    internal const uint IncompatTailPacking = 0x10;
    internal const uint IncompatFragments = 0x20;
    internal const uint IncompatSupported = IncompatZeroPadding | IncompatBigPcluster | IncompatTailPacking | IncompatFragments;

    internal const int AlgorithmLz4 = 0;
    internal const int AlgorithmZstd = 3;

    internal const int LayoutPlain = 0;
    internal const int LayoutInline = 2;
    internal const int LayoutCompressedCompact = 3;

    internal const int CompactInodeSize = 32;
    internal const int ExtendedInodeSize = 64;

    internal const int MapHeaderSize = 8;
    internal const int AdviseCompacted2B = 0x1;
    internal const int AdviseBigPcluster1 = 0x2;
    internal const int AdviseBigPcluster2 = 0x4;
    internal const int AdviseInlinePcluster = 0x8;
    internal const int AdviseInterlaced = 0x10;
    internal const int AdviseFragment = 0x20;

    /// <summary>Highest bit of a map header: the whole file lies in the hidden file, at the byte that the other 63 bits say.</summary>
    internal const ulong WholeFragment = 1UL << 63;

    internal const int TypePlain = 0;
    internal const int TypeHead1 = 1;
    internal const int TypeNonHead = 2;
    internal const int TypeHead2 = 3;

    /// <summary>Set in delta[0] of the first non-head lcluster: the low bits are the pcluster's block count.</summary>
    internal const int ClusterBlockCount = 1 << 11;

    internal const int DirentSize = 12;
    internal const int XattrHeaderSize = 12;

    internal const int ModeTypeMask = 0xF000;
    internal const int ModeFifo = 0x1000;
    internal const int ModeCharacter = 0x2000;
    internal const int ModeDirectory = 0x4000;
    internal const int ModeBlock = 0x6000;
    internal const int ModeFile = 0x8000;
    internal const int ModeLink = 0xA000;
    internal const int ModeSocket = 0xC000;

    internal static long BlocksOf(long bytes) => (bytes + BlockSize - 1) >> BlockBits;

    internal static int AlignUp(int value, int alignment) => (value + alignment - 1) & -alignment;

    internal static long AlignUp(long value, int alignment) => (value + alignment - 1) & -(long)alignment;
}
