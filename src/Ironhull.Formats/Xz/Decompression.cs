using System.IO.Compression;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Xz;

/// <summary>Opens compressed streams: xz, gzip (RFC 1952), zstd (RFC 8878) or none. Damage is a coded error in each of them.</summary>
public static class Decompression
{
    /// <summary>Opens by the name's extension: ".xz", ".gz", ".zst", or none of a known form for plain bytes.</summary>
    /// <param name="input">The bytes; not owned.</param>
    /// <param name="fileName">Its extension decides.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL1006: liblzma is missing.</exception>
    public static Stream OpenByExtension(Stream input, string fileName, string name) => Path.GetExtension(fileName) switch
    {
        ".xz" => new XzStream(input, name),
        ".gz" => new GuardedStream(new GZipStream(input, CompressionMode.Decompress, leaveOpen: true), name),
        ".zst" => new GuardedStream(new ZstdSharp.DecompressionStream(input, leaveOpen: true), name),
        _ => input,
    };

    /// <summary>Opens by the first bytes.</summary>
    /// <param name="input">A seekable stream at its start; not owned.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL1006: liblzma is missing.</exception>
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
            [0x28, 0xB5, 0x2F, 0xFD, ..] => ".zst",
            _ => "",
        };
        return OpenByExtension(input, extension, name);
    }

    /// <summary>Turns what decoders throw on damage into coded errors.</summary>
    private sealed class GuardedStream(Stream inner, string name) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            try
            {
                return inner.Read(buffer);
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

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
