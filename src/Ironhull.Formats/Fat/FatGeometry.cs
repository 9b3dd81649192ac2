using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Fat;

/// <summary>
/// The layout of a FAT32 volume, as its BIOS parameter block says it (Microsoft FAT specification 1.03, sections 3 to
/// 6). Sectors have 512 bytes. Cluster numbers start at 2.
/// </summary>
internal readonly record struct FatGeometry(uint TotalSectors, uint ReservedSectors, uint FatSectors, uint FatCount, uint SectorsPerCluster, uint RootCluster)
{
    public const int SectorSize = 512;
    public const uint EndOfChain = 0x0FFF_FFF8;
    private const uint MinimumClusters = 65525;

    public int ClusterSize => (int)SectorsPerCluster * SectorSize;

    public uint DataSector => ReservedSectors + (FatCount * FatSectors);

    public uint ClusterCount => (TotalSectors - DataSector) / SectorsPerCluster;

    /// <summary>Byte offset of a cluster in the volume.</summary>
    public long OffsetOf(uint cluster) => (DataSector + ((long)(cluster - 2) * SectorsPerCluster)) * SectorSize;

    /// <summary>Lays out a volume: clusters of 4 KiB, or as much smaller as FAT32 needs; data aligned to 4 KiB.</summary>
    /// <exception cref="HullException">HULL1002, HULL1004: not a multiple of 512, too small, too large.</exception>
    public static FatGeometry For(long length)
    {
        if (length <= 0 || length % SectorSize != 0)
        {
            throw FormatErrors.Malformed.Error($"A FAT volume of {length} bytes is not a whole number of sectors.");
        }

        if (length > 1L << 40)
        {
            throw FormatErrors.Unsupported.Error($"A FAT32 volume of {length} bytes is larger than 1 TiB.");
        }

        var sectors = (uint)(length / SectorSize);
        for (var perCluster = length > 32L << 30 ? 64u : 8u; perCluster >= 1; perCluster /= 2)
        {
            var fatSectors = (uint)Wire.Align((sectors / perCluster * 4 / SectorSize) + 1, 4);
            var reserved = 32u;
            reserved += (8 - ((reserved + (2 * fatSectors)) % 8)) % 8;
            if (sectors <= reserved + (2 * fatSectors))
            {
                continue;
            }

            var geometry = new FatGeometry(sectors, reserved, fatSectors, 2, perCluster, 2);
            if (geometry.ClusterCount >= MinimumClusters + 16)
            {
                return geometry;
            }
        }

        throw FormatErrors.Unsupported.Error($"A volume of {length} bytes is too small for FAT32, which needs at least {MinimumClusters} clusters (33 MiB).");
    }

    public static FatGeometry Parse(ReadOnlySpan<byte> boot, long length)
    {
        if (boot[510] != 0x55 || boot[511] != 0xAA || BinaryPrimitives.ReadUInt16LittleEndian(boot[11..]) != SectorSize)
        {
            throw FormatErrors.Malformed.Error("The boot sector has no signature 55 AA, or its sectors are not of 512 bytes: it is not a FAT volume that can be read.");
        }

        var sectors16 = BinaryPrimitives.ReadUInt16LittleEndian(boot[19..]);
        var geometry = new FatGeometry(
            sectors16 != 0 ? sectors16 : BinaryPrimitives.ReadUInt32LittleEndian(boot[32..]),
            BinaryPrimitives.ReadUInt16LittleEndian(boot[14..]),
            BinaryPrimitives.ReadUInt32LittleEndian(boot[36..]),
            boot[16],
            boot[13],
            BinaryPrimitives.ReadUInt32LittleEndian(boot[44..]));
        if (BinaryPrimitives.ReadUInt16LittleEndian(boot[17..]) != 0 || BinaryPrimitives.ReadUInt16LittleEndian(boot[22..]) != 0)
        {
            throw FormatErrors.Unsupported.Error("The volume is FAT12 or FAT16; only FAT32 is supported.");
        }

        geometry.Validate(length);
        return geometry;
    }

    /// <summary>Writes the boot sector (FAT specification section 3).</summary>
    public void WriteBootSector(Span<byte> sector, FatOptions options)
    {
        sector.Clear();
        ReadOnlySpan<byte> jump = [0xEB, 0x58, 0x90];
        jump.CopyTo(sector);
        "IRONHULL"u8.CopyTo(sector[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[11..], SectorSize);
        sector[13] = (byte)SectorsPerCluster;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[14..], (ushort)ReservedSectors);
        sector[16] = (byte)FatCount;
        sector[21] = 0xF8;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[24..], 63);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[26..], 255);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[28..], options.HiddenSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[32..], TotalSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[36..], FatSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[44..], RootCluster);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[48..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[50..], 6);
        sector[64] = 0x80;
        sector[66] = 0x29;
        BinaryPrimitives.WriteUInt32LittleEndian(sector[67..], options.VolumeId);
        Encoding.ASCII.GetBytes(options.Label.PadRight(11), sector[71..]);
        "FAT32   "u8.CopyTo(sector[82..]);
        sector[510] = 0x55;
        sector[511] = 0xAA;
    }

    /// <summary>Writes the FSInfo sector (FAT specification section 5).</summary>
    public static void WriteInformationSector(Span<byte> sector, uint freeClusters, uint nextFree)
    {
        sector.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(sector, 0x4161_5252);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[484..], 0x6141_7272);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[488..], freeClusters);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[492..], nextFree);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[508..], 0xAA55_0000);
    }

    private void Validate(long length)
    {
        var data = ReservedSectors + ((long)FatCount * FatSectors);
        if (!uint.IsPow2(SectorsPerCluster) || SectorsPerCluster > 128 || FatCount is 0 or > 2 || ReservedSectors == 0
            || data >= TotalSectors || (long)TotalSectors * SectorSize > length)
        {
            throw FormatErrors.Malformed.Error($"The boot sector describes a volume of {TotalSectors} sectors with {FatCount} tables of {FatSectors}, which does not fit into {length} bytes.");
        }

        if (FatSectors > (64 << 20) / SectorSize)
        {
            throw FormatErrors.LimitExceeded.Error($"The file allocation table has {FatSectors} sectors; at most 64 MiB are read.");
        }

        if (ClusterCount < MinimumClusters || (long)FatSectors * SectorSize / 4 < (long)ClusterCount + 2)
        {
            throw FormatErrors.Unsupported.Error($"The volume has {ClusterCount} clusters and a table for {(long)FatSectors * SectorSize / 4}: it is not FAT32.");
        }
    }
}
