using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Gpt;

/// <summary>Which copies of a GPT are intact.</summary>
[Flags]
public enum GptCopies
{
    /// <summary>The copy at the start of the disk.</summary>
    Primary = 1,

    /// <summary>The copy at the end of the disk.</summary>
    Backup = 2,
}

/// <summary>
/// A GUID partition table (UEFI 2.10 chapter 5), on disks of 512-byte sectors unless said otherwise: protective MBR, primary and backup
/// table of 128 entries. Partitions without a number of their own are numbered from 1 in list order.
/// </summary>
/// <param name="DiskId">Disk GUID.</param>
/// <param name="Partitions">In entry order; unused entries are left out by the reader, which numbers the others.</param>
public sealed record GptTable(Guid DiskId, IReadOnlyList<GptPartition> Partitions)
{
    /// <summary>Bytes of a sector of most disks.</summary>
    public const int SectorSize = 512;

    /// <summary>Bytes of a sector of the others (4Kn).</summary>
    public const int LargeSectorSize = 4096;

    /// <summary>Where partitions start: multiples of 1 MiB.</summary>
    public const long Alignment = 1 << 20;

    /// <summary>Bytes at the start of a disk that no partition may use (rounded up to <see cref="Alignment"/>).</summary>
    public const long ReservedAtStart = Alignment;

    /// <summary>Bytes at the end of a disk that the backup table takes: 32 sectors of entries and the header.</summary>
    public const long ReservedAtEnd = 33 * SectorSize;

    /// <summary>Entries of a table.</summary>
    public const int EntryCount = 128;

    private const long TightAlignment = 4096;
    private const int EntriesBytes = EntryCount * GptPartition.EntrySize;

    /// <summary>Bytes of the disk's sectors: <see cref="SectorSize"/> or <see cref="LargeSectorSize"/>.</summary>
    public int SectorBytes { get; init; } = SectorSize;

    /// <summary>Which copies were intact when the table was read; both for a table that was not read.</summary>
    public GptCopies IntactCopies { get; init; } = GptCopies.Primary | GptCopies.Backup;

    /// <summary>The first sector that partitions may use.</summary>
    public long FirstUsableLba { get; init; } = ReservedAtStart / SectorSize;

    private int EntriesSectors => EntriesBytes / SectorBytes;

    /// <summary>The first sector behind the primary table: where a partition of another tool's making may start.</summary>
    /// <param name="sector">Bytes of a sector.</param>
    public static long LeastUsableLba(int sector = SectorSize) => 2 + (EntriesBytes / sector);

    /// <summary>The last sector of a disk that partitions may use.</summary>
    /// <param name="length">The disk's length in bytes.</param>
    /// <param name="sector">Bytes of a sector.</param>
    public static long LastUsableLba(long length, int sector = SectorSize) => (length / sector) - 1 - (EntriesBytes / sector) - 1;

    /// <summary>
    /// Places partitions one after another, each at the next multiple of 1 MiB and rounded up to whole sectors.
    /// </summary>
    /// <param name="diskId">Disk GUID.</param>
    /// <param name="partitions">Type, id, name, length in bytes, attributes.</param>
    /// <returns>The table and the least disk size in bytes that holds it, a multiple of 1 MiB.</returns>
    public static (GptTable Table, long DiskLength) Place(
        Guid diskId, IEnumerable<(Guid Type, Guid Id, string Name, long Length, ulong Attributes)> partitions)
    {
        var (placed, next) = Place(partitions, ReservedAtStart, Alignment);
        return (new(diskId, placed), next + Alignment);
    }

    /// <summary>
    /// Places partitions one after another, each at the next multiple of 4096: for disk images that are files of another file system, which has the
    /// bytes between partitions to carry.
    /// </summary>
    /// <param name="diskId">Disk GUID.</param>
    /// <param name="partitions">Type, id, name, length in bytes, attributes.</param>
    /// <returns>The table and the least disk size in bytes that holds it, a multiple of 4096.</returns>
    public static (GptTable Table, long DiskLength) PlaceTight(
        Guid diskId, IEnumerable<(Guid Type, Guid Id, string Name, long Length, ulong Attributes)> partitions)
    {
        // Protective MBR, header, entries; at the end entries and header again.
        var start = Wire.Align((2 * SectorSize) + EntriesBytes, TightAlignment);
        var (placed, next) = Place(partitions, start, TightAlignment);
        return (new(diskId, placed) { FirstUsableLba = start / SectorSize }, Wire.Align(next + SectorSize + EntriesBytes, TightAlignment));
    }

    private static (List<GptPartition> Placed, long Next) Place(
        IEnumerable<(Guid Type, Guid Id, string Name, long Length, ulong Attributes)> partitions, long next, long alignment)
    {
        var placed = new List<GptPartition>();
        foreach (var (type, id, name, length, attributes) in partitions)
        {
            if (length <= 0)
            {
                throw FormatErrors.Malformed.Error($"Partition {name} has a length of {length} bytes.");
            }

            var first = next / SectorSize;
            placed.Add(new(type, id, name, first, first + (Wire.Align(length, SectorSize) / SectorSize) - 1, attributes) { Number = placed.Count + 1 });
            next = Wire.Align(next + length, alignment);
        }

        return (placed, next);
    }

    /// <summary>
    /// Writes backup table, protective MBR and primary table, in this order: at any instant one of the two is whole. What lies between is
    /// not touched.
    /// </summary>
    /// <param name="disk">Seekable; its length is the disk's, a multiple of 512.</param>
    /// <param name="durable">Whether each of the two is on the disk before this goes on; for disks that somebody uses.</param>
    /// <exception cref="HullException">HULL1002: partitions overlap, leave the disk, or share a GUID; a name is too long; too many partitions.</exception>
    public void WriteTo(Stream disk, bool durable = false)
    {
        var sectors = disk.Length / SectorBytes;
        var lastUsable = LastUsableLba(disk.Length, SectorBytes);
        Validate(disk.Length, FirstUsableLba, lastUsable);

        var entries = new byte[EntriesBytes];
        var next = 1;
        foreach (var partition in Partitions)
        {
            var number = partition.Number == 0 ? next : partition.Number;
            partition.WriteTo(entries.AsSpan((number - 1) * GptPartition.EntrySize));
            next = number + 1;
        }

        var header = new GptHeader(1, sectors - 1, FirstUsableLba, lastUsable, DiskId, 2, EntryCount, GptPartition.EntrySize, Crc32.Of(entries));
        var sector = new byte[SectorBytes];
        (header with { MyLba = sectors - 1, AlternateLba = 1, EntriesLba = sectors - 1 - EntriesSectors }).WriteTo(sector);
        disk.Position = (sectors - 1 - EntriesSectors) * SectorBytes;
        disk.Write(entries);
        disk.Write(sector);
        Flush(disk, durable);
        WriteProtectiveMbr(sector, sectors);
        disk.Position = 0;
        disk.Write(sector);
        header.WriteTo(sector);
        disk.Write(sector);
        disk.Write(entries);
        Flush(disk, durable);
    }

    /// <summary>Overwrites both tables and the MBR with zeros.</summary>
    /// <param name="disk">Seekable; its length is the disk's.</param>
    /// <param name="sector">Bytes of a sector.</param>
    public static void Wipe(Stream disk, int sector = SectorSize)
    {
        var zeros = new byte[EntriesBytes + (2 * sector)];
        var end = EntriesBytes + sector;
        disk.Position = 0;
        disk.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, disk.Length)));
        disk.Position = Math.Max(0, disk.Length - end);
        disk.Write(zeros.AsSpan(0, (int)Math.Min(end, disk.Length)));
        Flush(disk, durable: true);
    }

    /// <summary>Reads and checks both copies; one intact copy is enough.</summary>
    /// <param name="disk">Seekable.</param>
    /// <param name="sector">Bytes of a sector.</param>
    /// <exception cref="HullException">HULL1001, HULL1002, HULL1003: no copy is intact.</exception>
    public static GptTable Read(Stream disk, int sector = SectorSize)
    {
        var sectors = disk.Length / sector;
        if (sectors < 6)
        {
            throw FormatErrors.Truncated.Error($"A disk of {disk.Length} bytes is too small for a GPT.");
        }

        var primary = TryRead(disk, 1, sectors, sector, out var error);
        var backup = TryRead(disk, sectors - 1, sectors, sector, out _);
        if (primary is null && backup is null)
        {
            throw new HullException(error!);
        }

        var copies = (primary is null ? 0 : GptCopies.Primary) | (backup is null ? 0 : GptCopies.Backup);
        return (primary ?? backup!) with { IntactCopies = copies };
    }

    private static GptTable? TryRead(Stream disk, long lba, long sectors, int sectorBytes, out Diagnostic? error)
    {
        try
        {
            error = null;
            return ReadCopy(disk, lba, sectors, sectorBytes);
        }
        catch (HullException e)
        {
            error = e.Diagnostics[0];
            return null;
        }
    }

    private static GptTable ReadCopy(Stream disk, long lba, long sectors, int sectorBytes)
    {
        var sector = new byte[sectorBytes];
        Wire.ReadAt(disk, lba * sectorBytes, sector, "A GPT header");
        var header = GptHeader.Parse(sector, lba, sectors);
        var length = (long)header.EntryCount * header.EntrySize;
        if (length > disk.Length)
        {
            throw FormatErrors.LimitExceeded.Error($"The GPT entries of {length} bytes exceed the disk.");
        }

        var entries = new byte[length];
        Wire.ReadAt(disk, header.EntriesLba * sectorBytes, entries, "The GPT entries");
        if (Crc32.Of(entries) != header.EntriesCrc)
        {
            throw FormatErrors.Malformed.Error($"The GPT entries of the header in sector {lba} have a wrong checksum.");
        }

        var partitions = new List<GptPartition>();
        for (var i = 0; i < header.EntryCount; i++)
        {
            if (GptPartition.Parse(entries.AsSpan((int)(i * header.EntrySize), GptPartition.EntrySize)) is { } partition)
            {
                if (partition.FirstLba < header.FirstUsableLba || partition.LastLba > header.LastUsableLba || partition.LastLba < partition.FirstLba)
                {
                    throw FormatErrors.Malformed.Error($"Partition {i + 1} covers sectors {partition.FirstLba} to {partition.LastLba}, outside the usable {header.FirstUsableLba} to {header.LastUsableLba}.");
                }

                partitions.Add(partition with { Number = i + 1, SectorBytes = sectorBytes });
            }
        }

        return new(header.DiskId, partitions) { FirstUsableLba = header.FirstUsableLba, SectorBytes = sectorBytes };
    }

    private void Validate(long length, long firstUsable, long lastUsable)
    {
        if (length % SectorBytes != 0 || lastUsable < firstUsable)
        {
            throw FormatErrors.Malformed.Error($"A disk of {length} bytes cannot hold a GPT.");
        }

        var number = 0;
        foreach (var partition in Partitions)
        {
            number = partition.Number == 0 ? number + 1 : partition.Number > number ? partition.Number : throw FormatErrors.Malformed.Error($"Partition {partition.Number} is not in the order of numbers.");
        }

        if (number > EntryCount)
        {
            throw FormatErrors.LimitExceeded.Error($"Partition {number} does not fit into {EntryCount} entries.");
        }

        long end = firstUsable;
        foreach (var partition in Partitions.OrderBy(p => p.FirstLba))
        {
            if (partition.FirstLba < end || partition.LastLba < partition.FirstLba || partition.LastLba > lastUsable)
            {
                throw FormatErrors.Malformed.Error($"Partition {partition.Name} (sectors {partition.FirstLba} to {partition.LastLba}) overlaps another or leaves the usable sectors {firstUsable} to {lastUsable}.");
            }

            if (partition.Name.Length > GptPartition.MaximumNameLength || partition.Type == Guid.Empty)
            {
                throw FormatErrors.Malformed.Error($"Partition '{partition.Name}' has no type, or a name of more than {GptPartition.MaximumNameLength} UTF-16 code units.");
            }

            end = partition.LastLba + 1;
        }

        if (Partitions.GroupBy(p => p.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw FormatErrors.Malformed.Error($"Two partitions have the GUID {twice.Key}.");
        }
    }

    private static void Flush(Stream disk, bool durable)
    {
        if (durable && disk is FileStream file)
        {
            file.Flush(flushToDisk: true);
        }
        else if (durable)
        {
            disk.Flush();
        }
    }

    /// <summary>UEFI 2.10 table 5-4: one partition of type 0xEE over the whole disk.</summary>
    private static void WriteProtectiveMbr(Span<byte> sector, long sectors)
    {
        sector.Clear();
        var record = sector[446..];
        record[2] = 2;
        record[4] = 0xEE;
        record.Slice(5, 3).Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)Math.Min(sectors - 1, uint.MaxValue));
        sector[510] = 0x55;
        sector[511] = 0xAA;
    }
}
