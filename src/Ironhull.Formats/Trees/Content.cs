using Ironhull.Formats.Io;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Formats.Trees;

/// <summary>The bytes of a regular file: immutable, of known length and digest, readable at any offset from any thread.</summary>
public abstract class Content
{
    /// <summary>The empty file.</summary>
    public static readonly Content Empty = FromBytes(ReadOnlyMemory<byte>.Empty);

    /// <summary>Length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>SHA-256 of the bytes.</summary>
    public abstract Sha256Digest Sha256 { get; }

    /// <summary>Content held in memory.</summary>
    public static Content FromBytes(ReadOnlyMemory<byte> bytes) => new MemoryContent(bytes);

    /// <summary>UTF-8 text held in memory.</summary>
    public static Content FromText(string text) => new MemoryContent(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>A range of an open file, which must not change while it is used.</summary>
    /// <param name="file">An open handle; shared, not owned.</param>
    /// <param name="offset">Byte offset of the first byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="sha256">The digest, known from when the range was written.</param>
    public static Content FromFileRange(SafeFileHandle file, long offset, long length, Sha256Digest sha256) =>
        new FileRangeContent(file, offset, length, sha256);

    /// <summary>Reads exactly <paramref name="destination"/>.Length bytes.</summary>
    /// <param name="offset">Offset into this content; offset plus length must lie inside it.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="EndOfStreamException">The range does not lie inside the content.</exception>
    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>A stream over the content from its start.</summary>
    public Stream OpenRead() => new ContentStream(this);

    /// <summary>All bytes. For small files; the caller bounds <see cref="Length"/> first.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[checked((int)Length)];
        Read(0, bytes);
        return bytes;
    }

    /// <summary>All bytes as UTF-8 text.</summary>
    public string ToText() => System.Text.Encoding.UTF8.GetString(ToArray());

    private sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : Content
    {
        private Sha256Digest? _sha256;

        public override long Length => bytes.Length;

        public override Sha256Digest Sha256 => _sha256 ??= Sha256Digest.Of(bytes.Span);

        public override void Read(long offset, Span<byte> destination)
        {
            if (offset < 0 || offset > bytes.Length - destination.Length)
            {
                throw new EndOfStreamException();
            }

            bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
        }
    }

    private sealed class FileRangeContent(SafeFileHandle file, long start, long length, Sha256Digest sha256) : Content
    {
        public override long Length => length;

        public override Sha256Digest Sha256 => sha256;

        public override void Read(long offset, Span<byte> destination)
        {
            if (offset < 0 || offset > length - destination.Length)
            {
                throw new EndOfStreamException();
            }

            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(file, destination, start + offset);
                if (read == 0)
                {
                    throw new EndOfStreamException();
                }

                offset += read;
                destination = destination[read..];
            }
        }
    }

    private sealed class ContentStream(Content content) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => content.Length;

        public override long Position
        {
            get => _position;
            set => _position = value;
        }

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Clamp(content.Length - _position, 0, buffer.Length);
            if (count > 0)
            {
                content.Read(_position, buffer[..count]);
                _position += count;
            }

            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => content.Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
