using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using K4os.Compression.LZ4;

namespace Ironhull.Formats.Erofs;

/// <summary>The bytes of one inode, read from the image when asked for.</summary>
internal abstract class ErofsContent(ErofsSource source, ErofsInodeRecord inode) : Content
{
    private readonly Lock _gate = new();
    private Sha256Digest? _sha256;

    public override long Length => Inode.Size;

    public override Sha256Digest Sha256
    {
        get
        {
            lock (_gate)
            {
                if (_sha256 is null)
                {
                    using var stream = new BufferedStream(OpenRead(), 1 << 18);
                    _sha256 = Sha256Digest.Of(stream);
                }

                return _sha256.Value;
            }
        }
    }

    protected ErofsSource Source { get; } = source;

    protected ErofsInodeRecord Inode { get; } = inode;

    /// <summary>Opens an inode's bytes.</summary>
    /// <param name="source">The image.</param>
    /// <param name="inode">The inode.</param>
    /// <param name="cache">Extents decoded last.</param>
    /// <param name="packed">The hidden file; null when there is none, and for itself.</param>
    public static ErofsContent Create(ErofsSource source, ErofsInodeRecord inode, ErofsExtentCache cache, Lazy<ErofsContent>? packed) =>
        inode.Layout is ErofsFormat.LayoutPlain or ErofsFormat.LayoutInline
            ? new Flat(source, inode)
            : new Compressed(source, inode, cache, packed);

    public override void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > Length || offset > Length - destination.Length)
        {
            throw new EndOfStreamException();
        }

        if (!destination.IsEmpty)
        {
            ReadChecked(offset, destination);
        }
    }

    protected abstract void ReadChecked(long offset, Span<byte> destination);

    private sealed class Flat : ErofsContent
    {
        private readonly long _tailStart;

        public Flat(ErofsSource source, ErofsInodeRecord inode)
            : base(source, inode)
        {
            _tailStart = inode.Layout == ErofsFormat.LayoutInline ? inode.Size & -ErofsFormat.BlockSize : inode.Size;
            var start = (long)inode.Union << ErofsFormat.BlockBits;
            if (_tailStart > 0 && (start > source.Length || _tailStart > source.Length - start))
            {
                throw FormatErrors.Truncated.Error($"The data of inode {inode.Nid} runs out of the image.", Location.At(source.Name, inode.Offset));
            }

            var tail = inode.Size - _tailStart;
            if (tail > 0 && (inode.End & (ErofsFormat.BlockSize - 1)) + tail > ErofsFormat.BlockSize)
            {
                throw FormatErrors.Malformed.Error($"The inline data of inode {inode.Nid} crosses a block.", Location.At(source.Name, inode.Offset));
            }
        }

        protected override void ReadChecked(long offset, Span<byte> destination)
        {
            var whole = (int)Math.Clamp(_tailStart - offset, 0, destination.Length);
            if (whole > 0)
            {
                Source.Read(((long)Inode.Union << ErofsFormat.BlockBits) + offset, destination[..whole]);
            }

            if (whole < destination.Length)
            {
                Source.Read(Inode.End + (offset + whole - _tailStart), destination[whole..]);
            }
        }
    }

    private sealed class Compressed(ErofsSource source, ErofsInodeRecord inode, ErofsExtentCache cache, Lazy<ErofsContent>? packed) : ErofsContent(source, inode)
    {
        private ErofsExtentMap? _map;

        protected override void ReadChecked(long offset, Span<byte> destination)
        {
            if (_map is null && ErofsExtentMap.FragmentOffset(Source, Inode) is { } fragment)
            {
                Hidden(fragment).Read(fragment + offset, destination);
                return;
            }

            var map = LazyInitializer.EnsureInitialized(ref _map, () => ErofsExtentMap.Read(Source, Inode));
            for (var i = map.Find(offset); !destination.IsEmpty; i++)
            {
                var run = map.Runs[i];
                var within = (int)(offset - run.Start);
                var count = Math.Min(run.Length - within, destination.Length);
                Decode(map, i).AsSpan(within, count).CopyTo(destination);
                offset += count;
                destination = destination[count..];
            }
        }

        private ErofsContent Hidden(long fragment)
        {
            var where = Location.At(Source.Name, Inode.Offset);
            if (packed is null)
            {
                throw FormatErrors.Malformed.Error($"The inode {Inode.Nid} lies in a hidden file that is not there.", where);
            }

            return fragment <= packed.Value.Length - Inode.Size
                ? packed.Value
                : throw FormatErrors.Malformed.Error($"The inode {Inode.Nid} runs out of the hidden file.", where);
        }

        private byte[] Decode(ErofsExtentMap map, int index)
        {
            if (cache.TryGet(Inode.Nid, index) is { } known)
            {
                return known;
            }

            var run = map.Runs[index];
            var bytes = new byte[run.Length];
            var stored = Source.Read(run.Address, run.StoredLength);
            if (run.Algorithm < 0)
            {
                for (var i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = stored[map.Interlaced ? (int)((run.Start + i) & (ErofsFormat.BlockSize - 1)) % stored.Length : i];
                }
            }
            else
            {
                Decompress(run, stored, bytes);
            }

            cache.Put(Inode.Nid, index, bytes);
            return bytes;
        }

        private void Decompress(ErofsExtentMap.Run run, byte[] stored, byte[] bytes)
        {
            // Compressed data ends where its cluster ends; zeros fill the space before it.
            var padding = stored.AsSpan(0, Math.Min(stored.Length, ErofsFormat.BlockSize)).IndexOfAnyExcept((byte)0);
            var input = stored.AsSpan(Math.Max(0, padding));
            var written = run.Algorithm switch
            {
                ErofsFormat.AlgorithmLz4 => LZ4Codec.Decode(input, bytes),
                ErofsFormat.AlgorithmZstd => Zstd(input, bytes),
                _ => throw FormatErrors.Unsupported.Error($"The inode {Inode.Nid} is compressed by algorithm {run.Algorithm}.", Location.At(Source.Name, Inode.Offset)),
            };
            if (padding < 0 || written != bytes.Length)
            {
                throw FormatErrors.Malformed.Error($"A cluster of inode {Inode.Nid} does not decompress to {bytes.Length} bytes.", Location.At(Source.Name, run.Address));
            }
        }

        private static int Zstd(ReadOnlySpan<byte> input, Span<byte> output)
        {
            try
            {
                using var decompressor = new ZstdSharp.Decompressor();
                return decompressor.Unwrap(input, output);
            }
            catch (ZstdSharp.ZstdException)
            {
                return -1;
            }
        }
    }
}

/// <summary>The extents decoded last, for reads that go through a file in small steps; bounded however many files are open.</summary>
internal sealed class ErofsExtentCache
{
    private readonly Lock _gate = new();
    private readonly (long Nid, int Index, byte[] Bytes)?[] _slots = new (long, int, byte[])?[8];
    private int _next;

    public byte[]? TryGet(long nid, int index)
    {
        lock (_gate)
        {
            foreach (var slot in _slots)
            {
                if (slot is { } used && used.Nid == nid && used.Index == index)
                {
                    return used.Bytes;
                }
            }

            return null;
        }
    }

    public void Put(long nid, int index, byte[] bytes)
    {
        lock (_gate)
        {
            _slots[_next] = (nid, index, bytes);
            _next = (_next + 1) % _slots.Length;
        }
    }
}
