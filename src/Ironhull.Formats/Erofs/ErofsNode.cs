using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Erofs;

/// <summary>An inode on its way to the disk.</summary>
internal sealed class ErofsNode(Inode inode, string path)
{
    public Inode Inode { get; } = inode;

    /// <summary>The first path, for errors.</summary>
    public string Path { get; } = path;

    public ErofsNode? Parent { get; set; }

    /// <summary>Names and nodes, for a directory; sorted by bytes once the tree is complete.</summary>
    public List<(byte[] Name, ErofsNode Node)> Children { get; } = [];

    public int Links { get; set; } = 1;

    /// <summary>Bytes; for a directory the length of its entry blocks.</summary>
    public long Size { get; set; }

    public int Layout { get; set; }

    /// <summary>First data block, or 0.</summary>
    public uint Block { get; set; }

    /// <summary>Bytes that follow the inode instead of filling a block.</summary>
    public int TailLength { get; set; }

    /// <summary>The content of a file, shared by identical files.</summary>
    public ErofsFileData? Data { get; set; }

    public bool Extended { get; set; }

    public int XattrSize { get; set; }

    public int Nid { get; set; }

    public int HeaderSize => (Extended ? ErofsFormat.ExtendedInodeSize : ErofsFormat.CompactInodeSize) + XattrSize;

    /// <summary>Offset of the compressed map header behind the inode, from the inode's start.</summary>
    public int MapOffset => ErofsFormat.AlignUp(HeaderSize, ErofsFormat.MapHeaderSize);
}

/// <summary>A file's bytes: read once however many inodes hold them.</summary>
internal sealed class ErofsFileData(Content content)
{
    public Content Content { get; } = content;

    public uint Block { get; set; }

    /// <summary>Extents when the file is compressed; otherwise null.</summary>
    public List<ErofsExtent>? Extents { get; set; }

    public int CompressedBlocks { get; set; }

    /// <summary>Its first byte in <see cref="ErofsFragments"/>, or -1.</summary>
    public long Fragment { get; set; } = -1;

    /// <summary>Whole blocks written when the file is stored as is.</summary>
    public long PlainBlocks { get; set; }
}
