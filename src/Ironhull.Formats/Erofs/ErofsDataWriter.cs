using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Erofs;

/// <summary>Writes the data area: the contents, compressed in segments by several threads, in path order.</summary>
internal sealed class ErofsDataWriter
{
    /// <summary>A work item: a longer file is cut, so that it neither stops the other threads nor fills the memory.</summary>
    private const int SegmentSize = 4 * 1024 * 1024;

    // Input bytes that may be under way.
    private const long Window = 64 * 1024 * 1024;

    /// <summary>A segment of a file, with the digest of what it depends on, or of the hidden file.</summary>
    private readonly record struct Item(ErofsFileData Data, int Segment, long Offset, int Length, bool Compress, Sha256Digest? Group = null);

    private readonly Stream _output;
    private readonly ErofsWriterOptions _options;
    private readonly List<Item> _items = [];
    private readonly byte[] _copyBuffer = new byte[256 * 1024];
    private uint _nextBlock;
    private int _hits;
    private int _misses;

    /// <param name="output">At the first data block.</param>
    /// <param name="options">Compression, threads and cache.</param>
    /// <param name="firstBlock">Number of the first data block.</param>
    public ErofsDataWriter(Stream output, ErofsWriterOptions options, uint firstBlock)
    {
        _output = output;
        _options = options;
        _nextBlock = firstBlock;
    }

    public uint NextBlock => _nextBlock;

    public int CacheHits => _hits;

    public int CacheMisses => _misses;

    /// <summary>Writes the data area.</summary>
    /// <param name="contents">Files, in path order.</param>
    /// <param name="packed">The hidden file, if there is one.</param>
    /// <param name="groups">The hidden file's parts.</param>
    /// <param name="cancellation">Stops between work items.</param>
    public void Write(List<ErofsFileData> contents, ErofsFileData? packed, IReadOnlyList<ErofsFragments.Group> groups, CancellationToken cancellation)
    {
        for (var i = 0; i < groups.Count; i++)
        {
            _items.Add(new(packed!, i, groups[i].Start, groups[i].Length, true, groups[i].Digest));
        }

        foreach (var data in contents)
        {
            var length = data.Content.Length;
            if (_options.Compression.Algorithm == ErofsAlgorithm.None || length <= ErofsFormat.BlockSize)
            {
                _items.Add(new(data, 0, 0, 0, false));
                continue;
            }

            for (long offset = 0; offset < length; offset += SegmentSize)
            {
                _items.Add(new(data, (int)(offset / SegmentSize), offset, (int)Math.Min(SegmentSize, length - offset), true));
            }
        }

        var cost = new long[_items.Count + 1];
        for (var i = 0; i < _items.Count; i++)
        {
            cost[i + 1] = cost[i] + _items[i].Length + 1024;
        }

        OrderedWork.Run(_items.Count, _options.Threads, cost, Window, CreateWorker, Consume, cancellation);
    }

    private Func<int, CompressedSegment?> CreateWorker()
    {
        byte[] input = [];
        SegmentCompressor? compressor = null;
        var tag = Encoding.UTF8.GetBytes(_options.Compression.CacheTag);
        return number =>
        {
            var item = _items[number];
            if (!item.Compress)
            {
                return null;
            }

            var key = _options.Cache is null ? default : Key(item, tag);
            if (_options.Cache is { } cache && cache.TryGet(key, out var known) && CompressedSegment.TryParse(known, item.Length) is { } segment)
            {
                Interlocked.Increment(ref _hits);
                return segment;
            }

            if (input.Length < item.Length)
            {
                input = new byte[Math.Min(SegmentSize, Math.Max(item.Length, input.Length * 2))];
            }

            var bytes = input.AsSpan(0, item.Length);
            item.Data.Content.Read(item.Offset, bytes);
            compressor ??= new(_options.Compression);
            var compressed = compressor.Compress(bytes);
            Interlocked.Increment(ref _misses);
            _options.Cache?.Put(key, compressed);
            return CompressedSegment.TryParse(compressed, item.Length)
                ?? throw CommandErrors.Internal.Error($"A segment of {item.Length} bytes was not cut into extents of that length.");
        };
    }

    private static Sha256Digest Key(Item item, byte[] tag)
    {
        var bytes = new byte[Sha256Digest.Size + 4 + tag.Length];
        (item.Group ?? item.Data.Content.Sha256).CopyTo(bytes);
        // A group is known by its digest, wherever it lies; its length tells the last one, which is not filled up.
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Sha256Digest.Size), item.Group is null ? item.Segment : ~item.Length);
        tag.CopyTo(bytes.AsSpan(Sha256Digest.Size + 4));
        return new(SHA256.HashData(bytes));
    }

    private void Consume(int number, CompressedSegment? segment)
    {
        var (data, index, length) = (_items[number].Data, _items[number].Segment, _items[number].Length);
        if (index == 0)
        {
            data.Block = _nextBlock;
            if (segment is null || (_items[number].Group is null && !Pays(data, segment, length)))
            {
                CopyPlain(data);
                return;
            }

            data.Extents = [];
        }

        if (data.Extents is null)
        {
            return;
        }

        data.Extents.AddRange(segment!.Extents);
        _output.Write(segment.Data.Span);
        var blocks = segment.Data.Length >> ErofsFormat.BlockBits;
        data.CompressedBlocks += blocks;
        Advance(blocks);
    }

    /// <summary>A file of one segment is compressed when that takes less space with its index; a longer one when its first segment shrinks by a thirty-second.</summary>
    private static bool Pays(ErofsFileData data, CompressedSegment first, int length)
    {
        if (length < data.Content.Length)
        {
            return first.Data.Length < length - (length / 32);
        }

        var index = ErofsFormat.MapHeaderSize + ClusterIndex.Size((int)ErofsFormat.BlocksOf(length), ErofsFormat.MapHeaderSize);
        var plain = (data.PlainBlocks << ErofsFormat.BlockBits) + Math.Max(0, length - (data.PlainBlocks << ErofsFormat.BlockBits));
        return first.Data.Length + index < plain;
    }

    private void CopyPlain(ErofsFileData data)
    {
        var bytes = Math.Min(data.Content.Length, data.PlainBlocks << ErofsFormat.BlockBits);
        for (long offset = 0; offset < bytes;)
        {
            var count = (int)Math.Min(_copyBuffer.Length, bytes - offset);
            data.Content.Read(offset, _copyBuffer.AsSpan(0, count));
            _output.Write(_copyBuffer, 0, count);
            offset += count;
        }

        var padding = (int)((data.PlainBlocks << ErofsFormat.BlockBits) - bytes);
        _copyBuffer.AsSpan(0, padding).Clear();
        _output.Write(_copyBuffer, 0, padding);
        Advance(data.PlainBlocks);
    }

    private void Advance(long blocks)
    {
        if (_nextBlock + blocks > uint.MaxValue)
        {
            throw FormatErrors.LimitExceeded.Error("The image has more than 2^32 blocks.", remedy: "Make the tree smaller.");
        }

        _nextBlock += (uint)blocks;
    }
}
