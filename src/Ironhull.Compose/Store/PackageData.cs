using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Compose.Store;

/// <summary>The data file of one package: opened on the first read, one handle for all its files.</summary>
internal sealed class PackageData(string path)
{
    private readonly Lock _lock = new();
    private SafeFileHandle? _handle;

    public string Path => path;

    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            var handle = _handle ?? Open();
            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(handle, destination, offset);
                if (read == 0)
                {
                    throw TreeErrors.StoreDamaged.Error("The file is shorter than its index says.", Location.At(path, offset));
                }

                offset += read;
                destination = destination[read..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TreeErrors.StoreDamaged.Error($"The file cannot be read: {e.Message}", Location.At(path, offset), cause: e);
        }
    }

    private SafeFileHandle Open()
    {
        lock (_lock)
        {
            return _handle ??= File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
    }
}

/// <summary>A file of an unpacked package.</summary>
internal sealed class PackageContent(PackageData data, long start, long length, Sha256Digest sha256) : Content
{
    public override long Length => length;

    public override Sha256Digest Sha256 => sha256;

    public override void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > length - destination.Length)
        {
            throw new EndOfStreamException();
        }

        data.Read(start + offset, destination);
    }
}
