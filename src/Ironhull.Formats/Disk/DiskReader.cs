using Ironhull.Diagnostics;

namespace Ironhull.Formats.Disk;

/// <summary>A virtual disk's bytes, whatever the format of the file that holds them: a read-only, seekable stream.</summary>
internal abstract class DiskReader(long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>Bytes from <paramref name="position"/> to where the next mapping starts.</summary>
    protected abstract long RunAt(long position);

    /// <summary>Fills the destination, which lies inside one run.</summary>
    /// <exception cref="HullException">The mapping is malformed, or the file is cut.</exception>
    protected abstract void ReadRun(long position, Span<byte> destination);

    public override int Read(Span<byte> buffer)
    {
        var total = (int)Math.Clamp(length - _position, 0, buffer.Length);
        for (var done = 0; done < total;)
        {
            var count = (int)Math.Min(total - done, RunAt(_position));
            ReadRun(_position, buffer.Slice(done, count));
            done += count;
            _position += count;
        }

        return total;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
