namespace Ironhull.Formats.Erofs;

/// <summary>A compression algorithm of EROFS.</summary>
public enum ErofsAlgorithm
{
    /// <summary>Nothing is compressed.</summary>
    None,

    /// <summary>LZ4 blocks, made by the high-compression encoder.</summary>
    Lz4,

    /// <summary>Zstandard frames; needs Linux 6.10 or newer.</summary>
    Zstd,
}

/// <summary>How file contents are compressed. Every field changes output bytes and is part of <see cref="CacheTag"/>.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Level">3 to 12 for LZ4, 1 to 19 for Zstandard.</param>
/// <param name="ClusterSize">Largest physical cluster in bytes: a power of two, 4096 to 1 MiB.</param>
public sealed record ErofsCompression(ErofsAlgorithm Algorithm, int Level, int ClusterSize)
{
    /// <summary>No compression.</summary>
    public static readonly ErofsCompression None = new(ErofsAlgorithm.None, 0, ErofsFormat.BlockSize);

    /// <summary>Zstandard.</summary>
    public static ErofsCompression Zstd(int level = 3, int clusterSize = 65536) => new(ErofsAlgorithm.Zstd, level, clusterSize);

    /// <summary>LZ4, high compression.</summary>
    public static ErofsCompression Lz4(int level = 12, int clusterSize = 65536) => new(ErofsAlgorithm.Lz4, level, clusterSize);

    /// <summary>A text that differs whenever the compressed form of a file may differ.</summary>
    public string CacheTag => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"erofs-extents-1 {Algorithm} {Level} {ClusterSize}");

    /// <summary>The longest run of file bytes in one physical cluster: eight clusters, at most 1 MiB; bounds the decoder's memory.</summary>
    internal int MaxExtent => Math.Min(ErofsFormat.MaxPhysicalCluster, Math.Max(ClusterSize * 8, 65536));

    internal void Validate()
    {
        var levels = Algorithm switch { ErofsAlgorithm.Lz4 => (3, 12), ErofsAlgorithm.Zstd => (1, 19), _ => (Level, Level) };
        if (Level < levels.Item1 || Level > levels.Item2)
        {
            throw new ArgumentOutOfRangeException(nameof(Level), Level, $"{Algorithm} has the levels {levels.Item1} to {levels.Item2}.");
        }

        if (ClusterSize is < ErofsFormat.BlockSize or > ErofsFormat.MaxPhysicalCluster || !System.Numerics.BitOperations.IsPow2(ClusterSize))
        {
            throw new ArgumentOutOfRangeException(nameof(ClusterSize), ClusterSize, "A cluster is a power of two from 4096 to 1 MiB.");
        }
    }
}
