using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Qcow2;
using Ironhull.Formats.Vhd;

namespace Ironhull.Formats.Disk;

/// <summary>The kinds of disk image file.</summary>
public enum DiskFormat
{
    /// <summary>The disk's bytes as they are.</summary>
    Raw,

    /// <summary>QEMU's qcow2.</summary>
    Qcow2,

    /// <summary>Fixed VHD.</summary>
    VhdFixed,

    /// <summary>Dynamic VHD.</summary>
    VhdDynamic,
}

/// <summary>Opens a disk image of any supported format.</summary>
public static class DiskImage
{
    /// <summary>Recognises the format by its signature and opens the disk.</summary>
    /// <param name="file">Seekable; used as long as the result is.</param>
    /// <returns>The format, and the disk's bytes as a read-only, seekable stream.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1004: a qcow2 or VHD file that cannot be read.</exception>
    public static (DiskFormat Format, Stream Disk) Open(Stream file)
    {
        Span<byte> signature = stackalloc byte[8];
        if (file.Length >= 512)
        {
            Wire.ReadAt(file, 0, signature, "The image");
            if (BinaryPrimitives.ReadUInt32BigEndian(signature) == 0x5146_49FB)
            {
                return (DiskFormat.Qcow2, Qcow2Image.Open(file));
            }

            Wire.ReadAt(file, file.Length - VhdFooter.Size, signature, "The image");
            if (signature.SequenceEqual("conectix"u8))
            {
                var (footer, disk) = VhdImage.Open(file);
                return (footer.Type == VhdType.Fixed ? DiskFormat.VhdFixed : DiskFormat.VhdDynamic, disk);
            }
        }

        return (DiskFormat.Raw, file);
    }

    /// <summary>Writes a raw disk in a format.</summary>
    /// <param name="raw">The raw disk; seekable.</param>
    /// <param name="path">The new file; replaced.</param>
    /// <param name="format">The format.</param>
    /// <param name="id">A VHD's identifier; not used otherwise.</param>
    /// <param name="timestampSeconds">A VHD's creation time, seconds since 1970-01-01 UTC; not used otherwise.</param>
    /// <exception cref="HullException">HULL1002, HULL1004: a length that the format cannot hold.</exception>
    public static void Write(Stream raw, string path, DiskFormat format, Guid id, long timestampSeconds)
    {
        switch (format)
        {
            case DiskFormat.Raw:
                SparseFile.Copy(raw, path);
                break;
            case DiskFormat.Qcow2:
                Qcow2Image.Write(raw, path);
                break;
            case DiskFormat.VhdFixed:
                VhdImage.WriteFixed(raw, path, id, timestampSeconds);
                break;
            default:
                VhdImage.WriteDynamic(raw, path, id, timestampSeconds);
                break;
        }
    }
}
