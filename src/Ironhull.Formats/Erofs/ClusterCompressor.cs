using K4os.Compression.LZ4;
using ZstdSharp.Unsafe;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// Compresses one run of bytes into one cluster. An instance serves one work item: a match finder's state depends on
/// what it saw before, so that a longer life would make the output depend on scheduling.
/// </summary>
internal abstract class ClusterCompressor : IDisposable
{
    public static ClusterCompressor Create(ErofsCompression compression) => compression.Algorithm switch
    {
        ErofsAlgorithm.Zstd => new Zstd(compression.Level, System.Numerics.BitOperations.Log2((uint)compression.MaxExtent)),
        ErofsAlgorithm.Lz4 => new Lz4(compression.Level),
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };

    /// <summary>Compresses all of <paramref name="source"/>.</summary>
    /// <returns>The compressed length, or 0 when it does not fit.</returns>
    public abstract int Compress(ReadOnlySpan<byte> source, Span<byte> destination);

    public virtual void Dispose()
    {
    }

    private sealed class Zstd : ClusterCompressor
    {
        private readonly ZstdSharp.Compressor _compressor;

        public Zstd(int level, int windowLog)
        {
            _compressor = new(level);
            _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, windowLog);
            _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 0);
        }

        public override int Compress(ReadOnlySpan<byte> source, Span<byte> destination) =>
            _compressor.TryWrap(source, destination, out var written) ? written : 0;

        public override void Dispose() => _compressor.Dispose();
    }

    private sealed class Lz4(int level) : ClusterCompressor
    {
        private readonly LZ4Level _level = (LZ4Level)level;

        public override int Compress(ReadOnlySpan<byte> source, Span<byte> destination) =>
            Math.Max(0, LZ4Codec.Encode(source, destination, _level));
    }
}
