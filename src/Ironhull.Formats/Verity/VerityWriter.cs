using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Verity;

/// <summary>What decides a hash image's bytes beside the data; <see cref="Threads"/> does not.</summary>
public sealed class VerityOptions
{
    /// <summary>Bytes hashed before every block; at most 256.</summary>
    public required ReadOnlyMemory<byte> Salt { get; init; }

    /// <summary>Identifier in the superblock.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Threads that hash.</summary>
    public int Threads { get; init; } = 2;
}

/// <summary>What was written.</summary>
/// <param name="RootHash">The root hash.</param>
/// <param name="DataBlocks">Number of data blocks of 4096 bytes.</param>
/// <param name="Length">Length of the hash image in bytes.</param>
public sealed record VerityWriteResult(Sha256Digest RootHash, long DataBlocks, long Length);

/// <summary>Writes dm-verity hash images, byte for byte as <c>veritysetup format</c> would with the same salt and UUID.</summary>
public static class VerityWriter
{
    private const int Block = VeritySuperblock.BlockSize;

    /// <summary>Hashes data and writes the superblock and the tree.</summary>
    /// <param name="data">Read from its current position to its end; a multiple of 4096 bytes, not empty.</param>
    /// <param name="hash">Writable; written in one forward pass from its current position.</param>
    /// <param name="options">Salt and identifier.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="HullException">HULL1002: the data is empty or no multiple of the block size.</exception>
    public static VerityWriteResult Write(Stream data, Stream hash, VerityOptions options, CancellationToken cancellation = default)
    {
        if (options.Salt.Length > VeritySuperblock.MaxSaltLength)
        {
            throw FormatErrors.LimitExceeded.Error($"The salt has {options.Salt.Length} bytes; 256 are allowed.", remedy: "Use a shorter salt.");
        }

        var hasher = new VerityHasher(options.Salt, options.Threads);
        var (level, count) = HashData(data, hasher, cancellation);
        var layout = new VerityLayout(count);
        var levels = new List<byte[]>();
        while (level.Length > 32)
        {
            // A level's blocks are its digests, the last block filled up with zeros.
            Array.Resize(ref level, (level.Length + Block - 1) & -Block);
            levels.Add(level);
            var above = new byte[level.Length / Block * 32];
            hasher.Hash(level, above);
            level = above;
        }

        var superblock = new byte[Block];
        new VeritySuperblock { Uuid = options.Uuid, DataBlocks = count, Salt = options.Salt }.WriteTo(superblock);
        hash.Write(superblock);
        for (var i = levels.Count - 1; i >= 0; i--)
        {
            hash.Write(levels[i]);
        }

        return new(new(level), count, layout.TotalBlocks * Block);
    }

    private static (byte[] Digests, long Count) HashData(Stream data, VerityHasher hasher, CancellationToken cancellation)
    {
        var buffer = new byte[VerityHasher.Batch * Block];
        var digests = new byte[VerityHasher.Batch * 32];
        long count = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = data.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (read % Block != 0)
            {
                throw FormatErrors.Malformed.Error($"The data ends in the middle of a block, {read % Block} bytes after its start.", remedy: "Pad the data to a multiple of 4096 bytes.");
            }

            var blocks = read / Block;
            if ((count + blocks) * 32 > digests.Length)
            {
                Array.Resize(ref digests, digests.Length * 2);
            }

            hasher.Hash(buffer.AsMemory(0, read), digests.AsMemory((int)(count * 32), blocks * 32));
            count += blocks;
            if (read < buffer.Length)
            {
                break;
            }
        }

        if (count == 0)
        {
            throw FormatErrors.Malformed.Error("There is no data to hash.", remedy: "Hash at least one block.");
        }

        Array.Resize(ref digests, (int)(count * 32));
        return (digests, count);
    }
}
