using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Vhd;

/// <summary>Kinds of virtual hard disk (Microsoft Virtual Hard Disk Image Format Specification 1.0).</summary>
public enum VhdType : uint
{
    /// <summary>All sectors stored, one after another.</summary>
    Fixed = 2,

    /// <summary>Blocks of 2 MiB stored when they hold data.</summary>
    Dynamic = 3,
}

/// <summary>The 512-byte footer of a VHD ("Hard Disk Footer Format"), big-endian.</summary>
/// <param name="Type">Fixed or dynamic.</param>
/// <param name="DiskLength">Length of the virtual disk in bytes.</param>
/// <param name="Id">Unique identifier of the disk.</param>
/// <param name="TimestampSeconds">Creation time, seconds since 1970-01-01 UTC.</param>
public sealed record VhdFooter(VhdType Type, long DiskLength, Guid Id, long TimestampSeconds)
{
    /// <summary>Bytes of a footer.</summary>
    public const int Size = 512;

    /// <summary>2000-01-01 00:00:00 UTC, from which a VHD counts its seconds.</summary>
    private const long Epoch = 946_684_800;

    private const int ChecksumOffset = 64;

    /// <summary>Reads a footer.</summary>
    /// <param name="data">At least <see cref="Size"/> bytes.</param>
    /// <param name="dataOffset">Where the dynamic header is; all ones for a fixed disk.</param>
    /// <exception cref="HullException">HULL1002, HULL1004: no footer, wrong checksum, a differencing disk.</exception>
    public static VhdFooter Parse(ReadOnlySpan<byte> data, out ulong dataOffset)
    {
        if (!data[..8].SequenceEqual("conectix"u8))
        {
            throw FormatErrors.Malformed.Error("There is no VHD footer (conectix).");
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(data[ChecksumOffset..]) != Checksum(data[..Size], ChecksumOffset))
        {
            throw FormatErrors.Malformed.Error("The VHD footer has a wrong checksum.");
        }

        var type = (VhdType)BinaryPrimitives.ReadUInt32BigEndian(data[60..]);
        if (type is not (VhdType.Fixed or VhdType.Dynamic))
        {
            throw FormatErrors.Unsupported.Error($"The VHD is of type {(uint)type}; fixed (2) and dynamic (3) are supported.");
        }

        var length = BinaryPrimitives.ReadInt64BigEndian(data[48..]);
        if (length is <= 0 or > 1L << 46 || length % 512 != 0)
        {
            throw FormatErrors.Malformed.Error($"The VHD footer announces a disk of {length} bytes.");
        }

        dataOffset = BinaryPrimitives.ReadUInt64BigEndian(data[16..]);
        return new(type, length, new Guid(data.Slice(68, 16), bigEndian: true), Epoch + BinaryPrimitives.ReadUInt32BigEndian(data[24..]));
    }

    /// <summary>Writes a footer.</summary>
    /// <param name="data">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> data)
    {
        data = data[..Size];
        data.Clear();
        "conectix"u8.CopyTo(data);
        BinaryPrimitives.WriteUInt32BigEndian(data[8..], 2); // Features: the reserved bit, always set
        BinaryPrimitives.WriteUInt32BigEndian(data[12..], 0x0001_0000);
        BinaryPrimitives.WriteUInt64BigEndian(data[16..], Type == VhdType.Fixed ? ulong.MaxValue : Size);
        BinaryPrimitives.WriteUInt32BigEndian(data[24..], (uint)Math.Clamp(TimestampSeconds - Epoch, 0, uint.MaxValue));

        // Creator "win " makes readers take the disk's length from the Current Size field instead of from the
        // geometry, which cannot express most sizes; Azure requires the exact size.
        "win "u8.CopyTo(data[28..]);
        BinaryPrimitives.WriteUInt32BigEndian(data[32..], 0x000A_0000);
        "Wi2k"u8.CopyTo(data[36..]);
        BinaryPrimitives.WriteInt64BigEndian(data[40..], DiskLength);
        BinaryPrimitives.WriteInt64BigEndian(data[48..], DiskLength);
        var (cylinders, heads, sectors) = Geometry(DiskLength);
        BinaryPrimitives.WriteUInt16BigEndian(data[56..], cylinders);
        data[58] = heads;
        data[59] = sectors;
        BinaryPrimitives.WriteUInt32BigEndian(data[60..], (uint)Type);
        Id.TryWriteBytes(data[68..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(data[ChecksumOffset..], Checksum(data, ChecksumOffset));
    }

    /// <summary>The specification's appendix "CHS Calculation".</summary>
    internal static (ushort Cylinders, byte Heads, byte Sectors) Geometry(long length)
    {
        var total = Math.Min(length / 512, 65535L * 16 * 255);
        long sectors, heads, cylinderTimesHeads;
        if (total >= 65535L * 16 * 63)
        {
            (sectors, heads) = (255, 16);
            cylinderTimesHeads = total / sectors;
        }
        else
        {
            sectors = 17;
            cylinderTimesHeads = total / sectors;
            heads = Math.Max((cylinderTimesHeads + 1023) / 1024, 4);
            if (cylinderTimesHeads >= heads * 1024 || heads > 16)
            {
                (sectors, heads) = (31, 16);
                cylinderTimesHeads = total / sectors;
            }

            if (cylinderTimesHeads >= heads * 1024)
            {
                (sectors, heads) = (63, 16);
                cylinderTimesHeads = total / sectors;
            }
        }

        return ((ushort)(cylinderTimesHeads / heads), (byte)heads, (byte)sectors);
    }

    /// <summary>One's complement of the sum of all bytes, the checksum field taken as zero.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data, int checksumOffset)
    {
        uint sum = 0;
        for (var i = 0; i < data.Length; i++)
        {
            sum += i >= checksumOffset && i < checksumOffset + 4 ? 0u : data[i];
        }

        return ~sum;
    }
}
