using Ironhull.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Formats.Erofs;

/// <summary>An image's bytes at any offset, from any thread; what lies beyond the end is a coded error.</summary>
internal abstract class ErofsSource(string name)
{
    public string Name { get; } = name;

    public abstract long Length { get; }

    public static ErofsSource From(Stream stream, string name) => new StreamSource(stream, name);

    public static ErofsSource From(SafeFileHandle file, string name) => new FileSource(file, name);

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="HullException">HULL1001: the range does not lie in the image.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > Length || offset > Length - destination.Length || !TryRead(offset, destination))
        {
            throw FormatErrors.Truncated.Error($"{destination.Length} bytes are expected here; the image has {Length} bytes.", Location.At(Name, offset));
        }
    }

    /// <summary>Some bytes, of a length that is checked against the image before anything is allocated.</summary>
    public byte[] Read(long offset, long length)
    {
        if (length < 0 || length > int.MaxValue || offset < 0 || length > Length || offset > Length - length)
        {
            throw FormatErrors.Truncated.Error($"{length} bytes are expected here; the image has {Length} bytes.", Location.At(Name, offset));
        }

        var bytes = new byte[length];
        Read(offset, bytes);
        return bytes;
    }

    protected abstract bool TryRead(long offset, Span<byte> destination);

    private sealed class StreamSource(Stream stream, string name) : ErofsSource(name)
    {
        private readonly Lock _gate = new();
        private readonly long _start = stream.Position;

        public override long Length { get; } = stream.Length - stream.Position;

        protected override bool TryRead(long offset, Span<byte> destination)
        {
            lock (_gate)
            {
                stream.Position = _start + offset;
                return stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) == destination.Length;
            }
        }
    }

    private sealed class FileSource(SafeFileHandle file, string name) : ErofsSource(name)
    {
        public override long Length { get; } = RandomAccess.GetLength(file);

        protected override bool TryRead(long offset, Span<byte> destination)
        {
            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(file, destination, offset);
                if (read == 0)
                {
                    return false;
                }

                offset += read;
                destination = destination[read..];
            }

            return true;
        }
    }
}
