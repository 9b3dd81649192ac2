namespace Ironhull.Formats.Erofs;

/// <summary>What decides an image's bytes beside the tree; <see cref="Threads"/> and <see cref="Cache"/> do not.</summary>
public sealed class ErofsWriterOptions
{
    /// <summary>Compression of file contents.</summary>
    public ErofsCompression Compression { get; init; } = ErofsCompression.Zstd();

    /// <summary>Volume identifier.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Seconds since 1970-01-01 UTC; an inode with this modification time takes 32 bytes less.</summary>
    public required long BuildTimeSeconds { get; init; }

    /// <summary>Volume name: at most 16 bytes of UTF-8.</summary>
    public string VolumeName { get; init; } = "";

    /// <summary>Stores the end of a file, directory or link that does not fill a block beside its inode.</summary>
    public bool InlineTails { get; init; } = true;

    /// <summary>
    /// Files up to this many bytes are compressed together in one hidden file ("fragments"; Linux 6.1 and newer), at most 1 MiB;
    /// 0: every file for itself. Without effect when nothing is compressed.
    /// </summary>
    public int FragmentLimit { get; init; }

    /// <summary>Worker threads that compress.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Compressed contents of earlier builds, if any.</summary>
    public IErofsExtentCache? Cache { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Length">Image length in bytes, a multiple of 4096.</param>
/// <param name="Inodes">Number of inodes.</param>
/// <param name="ContentBytes">File bytes before compression, hard links and identical files counted once.</param>
/// <param name="DataBytes">Bytes of the data area.</param>
/// <param name="MetadataBytes">Bytes of inodes, indexes, directories and inline tails.</param>
/// <param name="CacheHits">Work items taken from the cache.</param>
/// <param name="CacheMisses">Work items compressed.</param>
public sealed record ErofsWriteResult(long Length, int Inodes, long ContentBytes, long DataBytes, long MetadataBytes, int CacheHits, int CacheMisses);
