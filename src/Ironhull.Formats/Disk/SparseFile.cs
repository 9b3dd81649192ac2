using System.Security.Cryptography;
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

    /// <summary>Copies the rest of a stream into a zero range of a stream, skipping holes and blocks of zeros.</summary>
    /// <param name="source">Read from its current position; holes of a sparse file are not read.</param>
    /// <param name="destination">Seekable; zero where the content goes.</param>
    /// <param name="offset">Byte offset in the destination.</param>
    /// <returns>Bytes of the source.</returns>
    public static long CopyNonZero(Stream source, Stream destination, long offset)
    {
        var buffer = new byte[BlockSize];
        var holes = new HoleFinder(source);
        var first = source.CanSeek ? source.Position : 0;
        long total = 0;
        while (true)
        {
            var data = holes.NextData(first + total);
            if (data > first + total)
            {
                total = Math.Min(data, source.Length) - first;
                source.Position = first + total;
            }

            var read = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (read == 0)
            {
                return total;
            }

            if (!Wire.IsZero(buffer.AsSpan(0, read)))
            {
                destination.Position = offset + total;
                destination.Write(buffer, 0, read);
            }

            total += read;
        }
    }

    /// <summary>Hashes a file from an offset to its end; holes are hashed without being read.</summary>
    /// <param name="source">Seekable.</param>
    /// <param name="offset">Where to start.</param>
    /// <param name="hash">Takes the bytes.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static void Hash(Stream source, long offset, IncrementalHash hash, CancellationToken cancellation = default)
    {
        var buffer = new byte[1 << 20];
        var zeros = new byte[1 << 20];
        var holes = new HoleFinder(source);
        while (offset < source.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var data = Math.Min(holes.NextData(offset), source.Length);
            for (; offset < data; offset += Math.Min(zeros.Length, data - offset))
            {
                hash.AppendData(zeros, 0, (int)Math.Min(zeros.Length, data - offset));
            }

            source.Position = offset;
            var read = source.Read(buffer);
            if (read == 0 && offset < source.Length)
            {
                throw new EndOfStreamException();
            }

            hash.AppendData(buffer, 0, read);
            offset += read;
        }
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
