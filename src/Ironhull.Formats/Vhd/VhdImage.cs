using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Vhd;

/// <summary>
/// Writes and reads VHD images (Microsoft Virtual Hard Disk Image Format Specification 1.0). Azure takes fixed images
/// whose disk length is a multiple of 1 MiB.
/// </summary>
public static class VhdImage
{
    /// <summary>Azure's unit of disk length: 1 MiB.</summary>
    public const long Alignment = 1 << 20;

    /// <summary>The largest disk: 2040 GiB.</summary>
    public const long MaximumLength = 2040L << 30;

    private const int BlockSize = 2 << 20;
    private const int BitmapSize = 512;
    private const int HeaderSize = 1024;
    private const uint Absent = uint.MaxValue;

    /// <summary>The disk length for a raw image: rounded up to a multiple of 1 MiB.</summary>
    public static long DiskLengthFor(long rawLength) => Wire.Align(rawLength, Alignment);

    /// <summary>Writes a fixed VHD: the disk's bytes, zeros up to a multiple of 1 MiB, the footer.</summary>
    /// <param name="raw">The raw disk; seekable. Its backup GPT must be where the rounded disk ends, so round first.</param>
    /// <param name="path">The new file, sparse; replaced.</param>
    /// <param name="id">The disk's identifier.</param>
    /// <param name="timestampSeconds">Creation time, seconds since 1970-01-01 UTC.</param>
    /// <exception cref="HullException">HULL1004: not a multiple of 1 MiB, or too large.</exception>
    public static void WriteFixed(Stream raw, string path, Guid id, long timestampSeconds)
    {
        RequireLength(raw.Length);
        using var file = SparseFile.Create(path, raw.Length + VhdFooter.Size);
        raw.Position = 0;
        SparseFile.CopyNonZero(raw, file, 0);
        var footer = new byte[VhdFooter.Size];
        new VhdFooter(VhdType.Fixed, raw.Length, id, timestampSeconds).WriteTo(footer);
        file.Position = raw.Length;
        file.Write(footer);
    }

    /// <summary>Writes a dynamic VHD: blocks of 2 MiB that hold data, in disk order.</summary>
    /// <inheritdoc cref="WriteFixed"/>
    public static void WriteDynamic(Stream raw, string path, Guid id, long timestampSeconds)
    {
        RequireLength(raw.Length);
        var footer = new byte[VhdFooter.Size];
        new VhdFooter(VhdType.Dynamic, raw.Length, id, timestampSeconds).WriteTo(footer);
        var blocks = (int)((raw.Length + BlockSize - 1) / BlockSize);
        var tableSize = (int)Wire.Align(blocks * 4L, 512);
        var table = new byte[tableSize];
        table.AsSpan().Fill(0xFF);

        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        file.Position = VhdFooter.Size + HeaderSize + tableSize;
        var block = new byte[BlockSize];
        var bitmap = new byte[BitmapSize];
        var holes = new HoleFinder(raw);
        for (var i = 0; i < blocks; i++)
        {
            var position = (long)i * BlockSize;
            if (holes.NextData(position) - position >= BlockSize)
            {
                continue;
            }

            raw.Position = position;
            var read = raw.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
            block.AsSpan(read).Clear();
            if (Wire.IsZero(block.AsSpan(0, read)))
            {
                continue;
            }

            BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(i * 4), (uint)(file.Position / 512));
            bitmap.AsSpan().Fill(0xFF);
            file.Write(bitmap);
            file.Write(block);
        }

        file.Write(footer);
        file.Position = 0;
        file.Write(footer);
        file.Write(MakeHeader(blocks));
        file.Write(table);
    }

    /// <summary>Opens a VHD.</summary>
    /// <param name="file">Seekable; used as long as the result is.</param>
    /// <returns>The footer, and the disk's bytes as a read-only stream whose reads may report HULL100x.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1004: truncated, malformed, differencing.</exception>
    public static (VhdFooter Footer, Stream Disk) Open(Stream file)
    {
        var bytes = new byte[VhdFooter.Size];
        Wire.ReadAt(file, file.Length - VhdFooter.Size, bytes, "The VHD footer");
        var footer = VhdFooter.Parse(bytes, out var dataOffset);
        if (footer.Type == VhdType.Fixed)
        {
            return footer.DiskLength <= file.Length - VhdFooter.Size
                ? (footer, new FixedReader(file, footer.DiskLength))
                : throw FormatErrors.Truncated.Error($"The fixed VHD should hold {footer.DiskLength} bytes before its footer, but the file has {file.Length}.");
        }

        var header = new byte[HeaderSize];
        Wire.ReadAt(file, (long)Math.Min(dataOffset, long.MaxValue), header, "The dynamic disk header");
        if (!header.AsSpan(0, 8).SequenceEqual("cxsparse"u8) || BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(36)) != VhdFooter.Checksum(header, 36))
        {
            throw FormatErrors.Malformed.Error("The dynamic disk header has no signature (cxsparse) or a wrong checksum.");
        }

        var entries = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(28));
        var blockSize = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(32));
        if (!uint.IsPow2(blockSize) || blockSize is < 4096 or > 256 << 20 || (ulong)entries * blockSize < (ulong)footer.DiskLength || entries * 4L > file.Length)
        {
            throw FormatErrors.Malformed.Error($"The dynamic disk header announces {entries} blocks of {blockSize} bytes for a disk of {footer.DiskLength}.");
        }

        var table = new byte[entries * 4];
        Wire.ReadAt(file, (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(16)), long.MaxValue), table, "The block allocation table");
        return (footer, new DynamicReader(file, footer.DiskLength, table, blockSize));
    }

    private static byte[] MakeHeader(int blocks)
    {
        var header = new byte[HeaderSize];
        "cxsparse"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), ulong.MaxValue);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(16), VhdFooter.Size + HeaderSize);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), 0x0001_0000);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(28), (uint)blocks);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(32), BlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(36), VhdFooter.Checksum(header, 36));
        return header;
    }

    private static void RequireLength(long length)
    {
        if (length <= 0 || length % Alignment != 0 || length > MaximumLength)
        {
            throw FormatErrors.Unsupported.Error($"A VHD of {length} bytes cannot be made: the length must be a multiple of 1 MiB, at most 2040 GiB.");
        }
    }

    private sealed class FixedReader(Stream file, long length) : DiskReader(length)
    {
        protected override long RunAt(long position) => Length - position;

        protected override void ReadRun(long position, Span<byte> destination) => Wire.ReadAt(file, position, destination, "The disk");
    }

    private sealed class DynamicReader(Stream file, long length, byte[] table, uint blockSize) : DiskReader(length)
    {
        protected override long RunAt(long position) => blockSize - (position % blockSize);

        protected override void ReadRun(long position, Span<byte> destination)
        {
            var sector = BinaryPrimitives.ReadUInt32BigEndian(table.AsSpan((int)(position / blockSize) * 4));
            if (sector == Absent)
            {
                destination.Clear();
                return;
            }

            var bitmap = Wire.Align(blockSize / 512 / 8, 512);
            Wire.ReadAt(file, (sector * 512L) + bitmap + (position % blockSize), destination, "A block of the disk");
        }
    }
}
