using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Verity;

/// <summary>Which block failed.</summary>
/// <param name="Level">-1 for a data block, otherwise the level of the tree; 0 holds the data blocks' digests.</param>
/// <param name="Block">Block number in the data, or in the hash image.</param>
public sealed record VerityFault(int Level, long Block)
{
    /// <summary>Byte offset in the data or the hash image.</summary>
    public long Offset => Block * VeritySuperblock.BlockSize;

    /// <inheritdoc/>
    public override string ToString() => Level < 0 ? $"data block {Block}" : $"hash block {Block} (level {Level})";
}

/// <summary>A hash image that was opened: its superblock, and the check of data against it.</summary>
public sealed class VerityTree
{
    private const int Block = VeritySuperblock.BlockSize;
    private readonly Stream _hash;
    private readonly long _start;
    private readonly string _name;
    private readonly VerityLayout _layout;

    private VerityTree(Stream hash, string name, VeritySuperblock superblock, long start)
    {
        _hash = hash;
        _name = name;
        _start = start;
        Superblock = superblock;
        _layout = new(superblock.DataBlocks);
    }

    /// <summary>The superblock.</summary>
    public VeritySuperblock Superblock { get; }

    /// <summary>Opens a hash image.</summary>
    /// <param name="hash">Seekable; the image starts at its current position. Not owned.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="HullException">HULL1001, HULL1002 or HULL1004.</exception>
    public static VerityTree Open(Stream hash, string name)
    {
        var start = hash.Position;
        var block = new byte[VeritySuperblock.Size];
        var read = hash.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
        var tree = new VerityTree(hash, name, VeritySuperblock.Parse(block.AsSpan(0, read), name), start);
        return tree._layout.TotalBlocks <= (hash.Length - start) / Block
            ? tree
            : throw FormatErrors.Truncated.Error($"The tree of {tree.Superblock.DataBlocks} data blocks has {tree._layout.TotalBlocks} blocks; the image is shorter.", Location.At(name, hash.Length));
    }

    /// <summary>Checks the tree from the root down, then the data, and stops at the first block that is wrong.</summary>
    /// <param name="data">At the first data block.</param>
    /// <param name="rootHash">The root hash that is trusted.</param>
    /// <param name="threads">Threads that hash.</param>
    /// <returns>Null when everything is right.</returns>
    /// <exception cref="HullException">HULL1001: the data is shorter than announced.</exception>
    public VerityFault? Check(Stream data, Sha256Digest rootHash, int threads = 2)
    {
        var hasher = new VerityHasher(Superblock.Salt, threads);
        var expected = rootHash.ToArray();
        for (var level = _layout.Levels - 1; level >= 0; level--)
        {
            var next = new byte[_layout.Count(level) * Block];
            _hash.Position = _start + (_layout.Start(level) * Block);
            if (_hash.ReadAtLeast(next, next.Length, throwOnEndOfStream: false) < next.Length)
            {
                throw FormatErrors.Truncated.Error($"Level {level} of the tree ends early.", Location.At(_name, _hash.Position));
            }

            if (FirstDifference(next, expected, hasher) is { } wrong)
            {
                return new(level, _layout.Start(level) + wrong);
            }

            expected = next;
        }

        var buffer = new byte[VerityHasher.Batch * Block];
        for (long block = 0; block < _layout.DataBlocks;)
        {
            var count = (int)Math.Min(VerityHasher.Batch, _layout.DataBlocks - block);
            if (data.ReadAtLeast(buffer.AsSpan(0, count * Block), count * Block, throwOnEndOfStream: false) < count * Block)
            {
                throw FormatErrors.Truncated.Error($"The data is shorter than {_layout.DataBlocks} blocks.", Location.At(_name, block * Block));
            }

            if (FirstDifference(buffer.AsMemory(0, count * Block), expected.AsMemory((int)(block * 32)), hasher) is { } wrong)
            {
                return new(-1, block + wrong);
            }

            block += count;
        }

        return null;
    }

    /// <summary>As <see cref="Check"/>, but a wrong block is an error.</summary>
    /// <exception cref="HullException">HULL1030: a block does not have the digest that the tree holds for it.</exception>
    public void Verify(Stream data, Sha256Digest rootHash, int threads = 2)
    {
        if (Check(data, rootHash, threads) is { } fault)
        {
            throw FormatErrors.VerityMismatch.Error($"The {fault} does not have the digest that the tree holds for it.", Location.At(_name, fault.Offset));
        }
    }

    private static int? FirstDifference(ReadOnlyMemory<byte> blocks, ReadOnlyMemory<byte> expected, VerityHasher hasher)
    {
        var digests = new byte[blocks.Length / Block * 32];
        hasher.Hash(blocks, digests);
        var same = digests.AsSpan().CommonPrefixLength(expected.Span[..digests.Length]);
        return same == digests.Length ? null : same / 32;
    }
}
