namespace Ironhull.Formats.Verity;

/// <summary>
/// Where the levels of a hash tree lie: the superblock's block first, then the top level (one block), then each lower
/// level down to the one that holds the data blocks' digests. 128 digests fill a block.
/// </summary>
public sealed class VerityLayout
{
    /// <summary>Digests in one hash block.</summary>
    public const int DigestsPerBlock = VeritySuperblock.BlockSize / 32;

    private readonly long[] _starts;
    private readonly long[] _counts;

    /// <summary>Lays a tree out.</summary>
    /// <param name="dataBlocks">Number of data blocks, at least 1.</param>
    public VerityLayout(long dataBlocks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dataBlocks, 1);
        DataBlocks = dataBlocks;
        var counts = new List<long>();
        for (var below = dataBlocks; below > 1;)
        {
            below = ((below - 1) / DigestsPerBlock) + 1;
            counts.Add(below);
        }

        _counts = [.. counts];
        _starts = new long[_counts.Length];
        long next = 1;
        for (var level = _counts.Length - 1; level >= 0; level--)
        {
            _starts[level] = next;
            next += _counts[level];
        }

        TotalBlocks = next;
    }

    /// <summary>Number of data blocks.</summary>
    public long DataBlocks { get; }

    /// <summary>Number of levels; 0 when there is one data block, whose digest is then the root hash.</summary>
    public int Levels => _counts.Length;

    /// <summary>Blocks of the hash image, the superblock's included.</summary>
    public long TotalBlocks { get; }

    /// <summary>First block of a level in the hash image; level 0 holds the data blocks' digests.</summary>
    public long Start(int level) => _starts[level];

    /// <summary>Number of blocks of a level.</summary>
    public long Count(int level) => _counts[level];
}
