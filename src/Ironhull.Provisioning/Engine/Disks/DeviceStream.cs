using Microsoft.Win32.SafeHandles;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>A block device as a stream that knows its length, which a file of that kind does not. Flushing it waits for the disk.</summary>
internal sealed class DeviceStream(SafeFileHandle handle, long length) : Stream
{
    private long _position;

    /// <summary>The device.</summary>
    public SafeFileHandle Handle => handle;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(handle, buffer[..(int)Math.Clamp(length - _position, 0, buffer.Length)], _position);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > length - _position)
        {
            throw new IOException("A write would go beyond the end of the device.");
        }

        RandomAccess.Write(handle, buffer, _position);
        _position += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => RandomAccess.FlushToDisk(handle);

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => length + offset };

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        handle.Dispose();
        base.Dispose(disposing);
    }
}
