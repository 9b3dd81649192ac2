using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Disk;

/// <summary>Writes files that have holes where the content is zero.</summary>
public static class SparseFile
{
    /// <summary>Granularity in bytes: blocks of zeros of this size become holes.</summary>
    public const int BlockSize = 64 * 1024;

    /// <summary>Makes an empty file of a length, all of it a hole; replaces what is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes.</param>
    public static FileStream Create(string path, long length)
    {
        var stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        stream.SetLength(length);
        return stream;
    }

    /// <summary>Copies content into a zero range of a stream, skipping blocks of zeros.</summary>
    /// <param name="source">What to copy.</param>
    /// <param name="destination">Seekable; zero where the content goes.</param>
    /// <param name="offset">Byte offset in the destination.</param>
    public static void CopyNonZero(Content source, Stream destination, long offset)
    {
        using var stream = source.OpenRead();
        CopyNonZero(stream, destination, offset);
    }

    /// <summary>Copies the rest of a stream into a zero range of a stream, skipping blocks of zeros.</summary>
    /// <returns>Bytes read from the source.</returns>
    public static long CopyNonZero(Stream source, Stream destination, long offset)
    {
        var buffer = new byte[BlockSize];
        long total = 0;
        int read;
        while ((read = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
        {
            if (!Wire.IsZero(buffer.AsSpan(0, read)))
            {
                destination.Position = offset + total;
                destination.Write(buffer, 0, read);
            }

            total += read;
        }

        return total;
    }

    /// <summary>Copies a whole file, keeping and making holes.</summary>
    /// <param name="source">Seekable.</param>
    /// <param name="path">The new file; replaced.</param>
    public static void Copy(Stream source, string path)
    {
        using var destination = Create(path, source.Length);
        source.Position = 0;
        CopyNonZero(source, destination, 0);
    }
}
