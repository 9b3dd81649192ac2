namespace Ironhull.Formats.Erofs;

/// <summary>
/// Cuts a segment of a file into extents whose compressed form just fills whole blocks. How many bytes of input fill a
/// cluster is found by interpolation: the last extent's ratio gives a first length, and a second one corrects it.
/// </summary>
internal sealed class SegmentCompressor
{
    private const int Block = ErofsFormat.BlockSize;

    // At most this many lengths are tried for one extent.
    private const int MaxTries = 4;

    private readonly ErofsCompression _compression;
    private readonly int _cluster;
    private readonly int _maxExtent;
    private readonly int _tolerance;
    private byte[] _best;
    private byte[] _trial;
    private byte[] _data = new byte[256 * 1024];
    private int _dataLength;
    private readonly List<ErofsExtent> _extents = [];

    public SegmentCompressor(ErofsCompression compression)
    {
        _compression = compression;
        _cluster = compression.ClusterSize;
        _maxExtent = compression.MaxExtent;
        _tolerance = Math.Max(48, _cluster / 40);
        _best = new byte[_cluster * 2];
        _trial = new byte[_cluster * 2];
    }

    /// <summary>Compresses a segment.</summary>
    /// <param name="segment">The bytes; a multiple of 4096 unless it is the file's last segment.</param>
    /// <returns>The form that <see cref="CompressedSegment.TryParse"/> takes apart.</returns>
    public byte[] Compress(ReadOnlySpan<byte> segment)
    {
        using var compressor = ClusterCompressor.Create(_compression);
        _extents.Clear();
        _dataLength = 0;
        var ratio = 0.35;
        var position = 0;
        while (position < segment.Length)
        {
            var rest = segment[position..];
            // Whatever ends in the lcluster in which it starts must be stored as is: a reader takes a head in the last
            // lcluster to run to that lcluster's end.
            if (rest.Length <= Block)
            {
                StoreRaw(rest);
                break;
            }

            var (length, size) = Fill(compressor, rest, ref ratio);
            var blocks = (int)ErofsFormat.BlocksOf(size);
            if (size > 0 && blocks << ErofsFormat.BlockBits < length)
            {
                StoreCompressed(length, size, blocks);
            }
            else
            {
                length = length == rest.Length ? length : Math.Max(Block, length & -Block);
                StoreRaw(rest[..length]);
            }

            position += length;
        }

        return CompressedSegment.Serialise(_extents, _data.AsSpan(0, _dataLength));
    }

    /// <summary>Finds a length whose compressed form fits a cluster, and leaves that form in <see cref="_best"/>.</summary>
    /// <returns>The length and its compressed size, or size 0 when the bytes do not shrink.</returns>
    private (int Length, int Size) Fill(ClusterCompressor compressor, ReadOnlySpan<byte> rest, ref double ratio)
    {
        var limit = Math.Min(rest.Length, _maxExtent);
        var length = Clamp((_cluster - _tolerance) / ratio, limit);
        if (length > limit - (limit / 8))
        {
            length = limit;
        }

        var fitLength = 0;
        var fitSize = 0;
        var failLength = int.MaxValue;
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var size = compressor.Compress(rest[..length], _trial);
            if (size > length - (length / 32) || (size == 0 && length <= _cluster))
            {
                // Not worth it. What was found to fit, if anything, is taken all the same.
                if (fitLength == 0)
                {
                    ratio = 1;
                    return (Math.Min(length, _cluster), 0);
                }

                break;
            }

            if (size is > 0 && size <= _cluster)
            {
                ratio = Math.Max((double)size / length, 0.01);
                if (length > fitLength)
                {
                    (fitLength, fitSize) = (length, size);
                    (_best, _trial) = (_trial, _best);
                }

                var waste = -size & (Block - 1);
                if (length == limit || (waste <= _tolerance && size >= _cluster / 4 * 3))
                {
                    break;
                }
            }
            else
            {
                failLength = Math.Min(failLength, length);
                ratio = size > 0 ? (double)size / length : ratio * 1.8;
            }

            var next = Next(length, size, ratio, limit);
            if (next <= fitLength || next >= failLength)
            {
                // Interpolation left the bracket: halve it, or be content.
                if (fitLength > 0 && (attempt > 1 || failLength - fitLength < Block))
                {
                    break;
                }

                next = fitLength + ((Math.Min(failLength, limit) - fitLength) / 2);
                if (next <= fitLength)
                {
                    break;
                }
            }

            length = next;
        }

        if (fitLength == 0)
        {
            // The tries ended without a fit: a length that fits whatever it holds, at its worst stored as is.
            length = Math.Min(limit, _cluster);
            var size = compressor.Compress(rest[..length], _trial);
            if (size == 0 || size > _cluster)
            {
                return (length, 0);
            }

            (fitLength, fitSize) = (length, size);
            (_best, _trial) = (_trial, _best);
        }

        return (fitLength, fitSize);
    }

    // Aims a little below the whole number of blocks that the last size reached into, or below the cluster's end.
    private int Next(int length, int size, double ratio, int limit)
    {
        var blocks = size == 0 || size > _cluster || size < _cluster / 4 * 3 ? _cluster : ErofsFormat.AlignUp(size, Block);
        var target = blocks - (_tolerance / 4);
        var next = size == 0 ? target / ratio : length + ((target - size) / ratio);
        return Clamp(next, limit);
    }

    private static int Clamp(double length, int limit) => (int)Math.Clamp(length, Math.Min(limit, Block + 1), limit);

    private void StoreRaw(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var length = Math.Min(Block, bytes.Length);
            var block = Append(Block);
            bytes[..length].CopyTo(block);
            block[length..].Clear();
            _extents.Add(new(length, 1, false));
            bytes = bytes[length..];
        }
    }

    private void StoreCompressed(int length, int size, int blocks)
    {
        var cluster = Append(blocks << ErofsFormat.BlockBits);
        cluster[..^size].Clear();
        _best.AsSpan(0, size).CopyTo(cluster[^size..]);
        _extents.Add(new(length, blocks, true));
    }

    private Span<byte> Append(int bytes)
    {
        if (_dataLength + bytes > _data.Length)
        {
            Array.Resize(ref _data, Math.Max(_data.Length * 2, _dataLength + bytes));
        }

        _dataLength += bytes;
        return _data.AsSpan(_dataLength - bytes, bytes);
    }
}
