using System.IO.Compression;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Xz;

/// <summary>
/// Opens compressed streams: xz, lzma, gzip (RFC 1952), bzip2, zstd (RFC 8878) or none. Damage is a coded error in each of them.
/// </summary>
public static class Decompression
{
    /// <summary>Opens by the name's extension: ".xz", ".lzma", ".gz", ".bz2", ".zst", or none of a known form for plain bytes.</summary>
    /// <param name="input">The bytes; not owned.</param>
    /// <param name="fileName">Its extension decides.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL1006: liblzma or libbz2 is missing.</exception>
    public static Stream OpenByExtension(Stream input, string fileName, string name) => Path.GetExtension(fileName) switch
    {
        ".xz" => new XzStream(input, name),
        ".lzma" => new XzStream(input, name, alone: true),
        ".gz" => Gzip(input, name),
        ".bz2" => new Bzip2Stream(input, name),
        ".zst" => new GuardedStream(new ZstdSharp.DecompressionStream(input, leaveOpen: true), null, name),
        _ => input,
    };

    /// <summary>Opens by the first bytes. An .lzma stream has none of its own and counts as plain bytes.</summary>
    /// <param name="input">A seekable stream at its start; not owned.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL1006: liblzma or libbz2 is missing.</exception>
    public static Stream OpenByMagic(Stream input, string name)
    {
        Span<byte> magic = stackalloc byte[6];
        var start = input.Position;
        var read = input.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        input.Position = start;
        magic = magic[..read];
        var extension = magic switch
        {
            [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => ".xz",
            [0x1F, 0x8B, ..] => ".gz",
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => ".bz2",
            [0x28, 0xB5, 0x2F, 0xFD, ..] => ".zst",
            _ => "",
        };
        return OpenByExtension(input, extension, name);
    }

    private static GuardedStream Gzip(Stream input, string name)
    {
        var tail = new TailStream(input);
        return new(new GZipStream(tail, CompressionMode.Decompress, leaveOpen: true), tail, name);
    }

    /// <summary>
    /// Remembers the last four bytes that were read: in gzip, the length modulo 2^32 (RFC 1952, ISIZE). The runtime's decoder takes a
    /// file that is cut off for one that ends.
    /// </summary>
    private sealed class TailStream(Stream inner) : ReadOnlyStream
    {
        private uint _last;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            foreach (var b in buffer[Math.Max(0, read - 4)..read])
            {
                _last = (_last >> 8) | ((uint)b << 24);
            }

            return read;
        }

        public uint ReadToEnd()
        {
            Span<byte> rest = stackalloc byte[4096];
            while (Read(rest) > 0)
            {
            }

            return _last;
        }
    }

    /// <summary>Turns what decoders throw on damage into coded errors.</summary>
    private sealed class GuardedStream(Stream inner, TailStream? gzip, string name) : ReadOnlyStream
    {
        private long _total;

        public override int Read(Span<byte> buffer)
        {
            try
            {
                var read = inner.Read(buffer);
                _total += read;
                if (read == 0 && !buffer.IsEmpty && gzip is not null && gzip.ReadToEnd() != (uint)_total)
                {
                    throw FormatErrors.Truncated.Error("The gzip data ends too early, or is of more than one part.", new(name));
                }

                return read;
            }
            catch (EndOfStreamException e)
            {
                throw FormatErrors.Truncated.Error("The compressed data ends too early.", new(name), cause: e);
            }
            catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException)
            {
                throw FormatErrors.Malformed.Error($"The compressed data is damaged: {e.Message}", new(name), cause: e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
