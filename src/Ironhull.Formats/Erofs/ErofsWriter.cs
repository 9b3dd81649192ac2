using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// Writes a file tree as an EROFS image. Block 0 holds the superblock; the data area follows, then directories that
/// fill whole blocks, then the metadata area. The same tree and options give the same bytes, whatever the number of
/// threads and whatever the cache holds. Readable by Linux 5.16 (LZ4), 6.1 (fragments) or 6.10 (Zstandard) and newer.
/// </summary>
public static class ErofsWriter
{
    /// <summary>Writes an image.</summary>
    /// <param name="tree">What to write.</param>
    /// <param name="output">Writable and seekable; the image starts at its current position, which is left behind the image.</param>
    /// <param name="options">Compression, identifiers and time.</param>
    /// <param name="cancellation">Stops between work items.</param>
    /// <exception cref="HullException">HULL1003 or HULL1004: the tree cannot be expressed.</exception>
    public static ErofsWriteResult Write(FileTree tree, Stream output, ErofsWriterOptions options, CancellationToken cancellation = default)
    {
        options.Compression.Validate();
        if (Encoding.UTF8.GetByteCount(options.VolumeName) > 16)
        {
            throw FormatErrors.LimitExceeded.Error($"The volume name '{options.VolumeName}' has more than 16 bytes.", remedy: "Use a shorter name.");
        }

        if (options.FragmentLimit is < 0 or > ErofsFormat.MaxFragment)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.FragmentLimit, "Files up to 1 MiB are compressed together.");
        }

        var start = output.Position;
        var nodes = new ErofsNodeTree(tree, options);
        var superblock = new byte[ErofsFormat.BlockSize];
        output.Write(superblock);

        var data = new ErofsDataWriter(output, options, firstBlock: 1);
        data.Write(nodes.Data, nodes.Packed?.Data, nodes.Fragments.Groups, cancellation);

        var metadata = new ErofsMetadataWriter(nodes, options);
        metadata.Layout();
        var metaBlock = metadata.PlaceFlatBlocks(data.NextBlock);
        metadata.WriteFlatBlocks(output);
        var meta = metadata.Write();
        output.Write(meta);

        var blocks = metaBlock + (uint)(meta.Length >> ErofsFormat.BlockBits);
        var compressed = options.Compression.Algorithm != ErofsAlgorithm.None;
        var algorithm = options.Compression.Algorithm == ErofsAlgorithm.Zstd ? ErofsFormat.AlgorithmZstd : ErofsFormat.AlgorithmLz4;
        new ErofsSuperblock
        {
            FeatureCompat = ErofsFormat.CompatChecksum | ErofsFormat.CompatMtime,
            FeatureIncompat = (compressed ? ErofsFormat.IncompatZeroPadding | ErofsFormat.IncompatBigPcluster : 0)
                | (nodes.Packed is null ? 0 : ErofsFormat.IncompatFragments),
            PackedNid = nodes.Packed?.Nid ?? 0,
            RootNid = nodes.Root.Nid,
            Inodes = (ulong)nodes.Nodes.Count,
            BuildTimeSeconds = options.BuildTimeSeconds,
            Blocks = blocks,
            MetaBlock = metaBlock,
            Uuid = options.Uuid,
            VolumeName = options.VolumeName,
            Algorithms = compressed ? 1 << algorithm : 0,
            MaxClusterBlocks = options.Compression.ClusterSize >> ErofsFormat.BlockBits,
            ZstdWindowLog = System.Numerics.BitOperations.Log2((uint)options.Compression.MaxExtent),
        }.WriteTo(superblock);
        output.Position = start;
        output.Write(superblock);
        var length = (long)blocks << ErofsFormat.BlockBits;
        output.Position = start + length;
        return new(
            length,
            nodes.Nodes.Count,
            nodes.Data.Concat(nodes.Fragments.Files).Sum(d => d.Content.Length),
            (long)(data.NextBlock - 1) << ErofsFormat.BlockBits,
            length - ((long)data.NextBlock << ErofsFormat.BlockBits),
            data.CacheHits,
            data.CacheMisses);
    }
}
