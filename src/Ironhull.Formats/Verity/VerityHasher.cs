using System.Security.Cryptography;

namespace Ironhull.Formats.Verity;

/// <summary>Digests of salted blocks: SHA-256 of the salt followed by the block (hash type 1).</summary>
internal sealed class VerityHasher(ReadOnlyMemory<byte> salt, int threads)
{
    private const int Block = VeritySuperblock.BlockSize;

    /// <summary>Blocks that are hashed at a time.</summary>
    public const int Batch = 1024;

    /// <summary>The digests of consecutive blocks.</summary>
    /// <param name="blocks">Whole blocks.</param>
    /// <param name="digests">32 bytes for each.</param>
    public void Hash(ReadOnlyMemory<byte> blocks, Memory<byte> digests)
    {
        var count = blocks.Length / Block;
        var parts = Math.Min(threads, Math.Max(1, count / 64));
        if (parts <= 1)
        {
            HashRange(blocks, digests, 0, count);
            return;
        }

        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, part =>
            HashRange(blocks, digests, (int)((long)count * part / parts), (int)((long)count * (part + 1) / parts)));
    }

    private void HashRange(ReadOnlyMemory<byte> blocks, Memory<byte> digests, int from, int to)
    {
        Span<byte> salted = stackalloc byte[salt.Length + Block];
        salt.Span.CopyTo(salted);
        for (var i = from; i < to; i++)
        {
            blocks.Span.Slice(i * Block, Block).CopyTo(salted[salt.Length..]);
            SHA256.HashData(salted, digests.Span.Slice(i * 32, 32));
        }
    }
}
