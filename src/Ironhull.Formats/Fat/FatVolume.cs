using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Fat;

/// <summary>
/// Reads a FAT32 volume. The input is hostile: every cluster belongs to at most one file or directory, so loops and
/// cross-links end in HULL1002 and the work is bounded by the volume's size.
/// </summary>
public sealed class FatVolume
{
    private const int MaximumDepth = 64;
    private readonly Stream _disk;
    private readonly long _offset;
    private readonly FatGeometry _geometry;
    private readonly byte[] _table;
    private readonly System.Collections.BitArray _used;
    private readonly List<FatEntry> _entries = [];
    private readonly Dictionary<string, FatEntry> _byPath = new(StringComparer.OrdinalIgnoreCase);

    private FatVolume(Stream disk, long offset, FatGeometry geometry)
    {
        _disk = disk;
        _offset = offset;
        _geometry = geometry;
        _table = new byte[(geometry.ClusterCount + 2) * 4];
        Wire.ReadAt(disk, offset + ((long)geometry.ReservedSectors * FatGeometry.SectorSize), _table, "The file allocation table");
        _used = new((int)geometry.ClusterCount + 2);
    }

    /// <summary>The volume serial number.</summary>
    public uint VolumeId { get; private init; }

    /// <summary>The label in the boot sector.</summary>
    public string Label { get; private init; } = "";

    /// <summary>Every file and directory below the root, directories before what is in them, in stored order.</summary>
    public IReadOnlyList<FatEntry> Entries => _entries;

    /// <summary>Reads the directories of a volume.</summary>
    /// <param name="disk">Seekable; used as long as the result is.</param>
    /// <param name="offset">Byte offset of the volume.</param>
    /// <param name="length">Length of the volume in bytes.</param>
    /// <exception cref="HullException">HULL1001 to HULL1005: truncated, malformed, beyond limits, not FAT32, unsafe names.</exception>
    public static FatVolume Open(Stream disk, long offset, long length)
    {
        var boot = new byte[FatGeometry.SectorSize];
        Wire.ReadAt(disk, offset, boot, "The boot sector");
        var geometry = FatGeometry.Parse(boot, Math.Min(length, disk.Length - offset));
        var volume = new FatVolume(disk, offset, geometry)
        {
            VolumeId = BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(67)),
            Label = Encoding.Latin1.GetString(boot, 71, 11).TrimEnd(' '),
        };
        volume.ReadDirectory("", geometry.RootCluster, 0);
        return volume;
    }

    /// <summary>The entry at a path, compared without case, or null.</summary>
    public FatEntry? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>A file's bytes.</summary>
    /// <exception cref="HullException">HULL1001: the volume is cut.</exception>
    public byte[] ReadFile(FatEntry entry)
    {
        if (entry.Length > int.MaxValue)
        {
            throw FormatErrors.LimitExceeded.Error($"{entry.Path} has {entry.Length} bytes; at most 2 GiB are read at once.");
        }

        var bytes = new byte[entry.Length];
        var at = 0;
        foreach (var (offset, length) in Extents(entry))
        {
            Wire.ReadAt(_disk, offset, bytes.AsSpan(at, (int)length), entry.Path);
            at += (int)length;
        }

        return bytes;
    }

    /// <summary>Where a file's bytes lie on the disk, in order: absolute byte offset and length of each run.</summary>
    public IReadOnlyList<(long Offset, long Length)> Extents(FatEntry entry)
    {
        var extents = new List<(long Offset, long Length)>();
        var remaining = entry.Length;
        for (var cluster = entry.FirstCluster; remaining > 0; cluster = Next(cluster))
        {
            var offset = _offset + _geometry.OffsetOf(cluster);
            var length = Math.Min(remaining, _geometry.ClusterSize);
            if (extents.Count > 0 && extents[^1].Offset + extents[^1].Length == offset)
            {
                extents[^1] = (extents[^1].Offset, extents[^1].Length + length);
            }
            else
            {
                extents.Add((offset, length));
            }

            remaining -= length;
        }

        return extents;
    }

    /// <summary>The volume as a tree; contents are held in memory.</summary>
    public FileTree ToFileTree()
    {
        var tree = new FileTree();
        foreach (var entry in _entries)
        {
            tree.Set(entry.Path, (entry.IsDirectory ? Inode.Directory() : Inode.File(Content.FromBytes(ReadFile(entry)))).With(modifiedSeconds: entry.ModifiedSeconds));
        }

        return tree;
    }

    private uint Next(uint cluster) => BinaryPrimitives.ReadUInt32LittleEndian(_table.AsSpan((int)cluster * 4)) & 0x0FFF_FFFF;

    /// <summary>Walks a chain once, claiming its clusters.</summary>
    private List<uint> Claim(uint first, string path)
    {
        var chain = new List<uint>();
        for (var cluster = first; cluster < FatGeometry.EndOfChain; cluster = Next(cluster))
        {
            if (cluster < 2 || cluster >= _geometry.ClusterCount + 2)
            {
                throw FormatErrors.Malformed.Error($"The cluster chain of {path} leads to cluster {cluster}, which does not exist.");
            }

            if (_used[(int)cluster])
            {
                throw FormatErrors.Malformed.Error($"The cluster chain of {path} runs into cluster {cluster}, which is in use already.");
            }

            _used[(int)cluster] = true;
            chain.Add(cluster);
        }

        return chain;
    }

    private void ReadDirectory(string path, uint first, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw FormatErrors.LimitExceeded.Error($"Directories are nested deeper than {MaximumDepth}.");
        }

        var cluster = new byte[_geometry.ClusterSize];
        var directories = new List<FatEntry>();
        var longName = new LongName();
        foreach (var number in Claim(first, path + "/"))
        {
            Wire.ReadAt(_disk, _offset + _geometry.OffsetOf(number), cluster, path + "/");
            for (var at = 0; at < cluster.Length; at += FatName.EntrySize)
            {
                var raw = cluster.AsSpan(at, FatName.EntrySize);
                if (raw[0] == 0)
                {
                    ReadBelow(directories, depth);
                    return;
                }

                if (ReadEntry(path, raw, longName) is { IsDirectory: true } directory)
                {
                    directories.Add(directory);
                }
            }
        }

        ReadBelow(directories, depth);
    }

    private void ReadBelow(List<FatEntry> directories, int depth)
    {
        foreach (var directory in directories)
        {
            ReadDirectory(directory.Path, directory.FirstCluster, depth + 1);
        }
    }

    private FatEntry? ReadEntry(string parent, ReadOnlySpan<byte> raw, LongName longName)
    {
        var attribute = raw[11];
        if (raw[0] == 0xE5 || (attribute & 0x3F) == FatName.LongNameAttribute)
        {
            longName.Add(raw);
            return null;
        }

        var name = longName.Take(raw) ?? FatName.ReadShort(raw);
        if ((attribute & 0x08) != 0 || name is "." or "..")
        {
            return null;
        }

        FatName.Validate(name);
        var isDirectory = (attribute & 0x10) != 0;
        var first = ((uint)BinaryPrimitives.ReadUInt16LittleEndian(raw[20..]) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(raw[26..]);
        var entry = new FatEntry(
            $"{parent}/{name}", isDirectory, isDirectory ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(raw[28..]), first, UnixTime(BinaryPrimitives.ReadUInt32LittleEndian(raw[22..])));
        if (!_byPath.TryAdd(entry.Path, entry))
        {
            throw FormatErrors.Malformed.Error($"{entry.Path} is there twice.");
        }

        _entries.Add(entry);
        if (!isDirectory && (first == 0 ? 0 : (long)Claim(first, entry.Path).Count * _geometry.ClusterSize) < entry.Length)
        {
            throw FormatErrors.Malformed.Error($"{entry.Path} has {entry.Length} bytes, but its cluster chain is shorter.");
        }

        return entry;
    }

    private static long UnixTime(uint stamp)
    {
        var date = stamp >> 16;
        var (year, month, day) = ((int)(date >> 9) + 1980, (int)(date >> 5) & 15, (int)date & 31);
        if (month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return 0;
        }

        var midnight = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        return midnight + (((stamp >> 11) & 31) * 3600) + (((stamp >> 5) & 63) * 60) + ((stamp & 31) * 2);
    }

    /// <summary>Collects long name entries until the short entry that they belong to.</summary>
    private sealed class LongName
    {
        private readonly char[] _units = new char[20 * 13];
        private int _expected;
        private int _count;
        private byte _checksum;

        public void Add(ReadOnlySpan<byte> entry)
        {
            var ordinal = entry[0] & 0x1F;
            if (entry[0] == 0xE5 || ordinal is 0 or > 20)
            {
                _count = 0;
                return;
            }

            if ((entry[0] & 0x40) != 0)
            {
                _count = _expected = ordinal;
                _checksum = entry[13];
            }

            if (_count == 0 || ordinal != _expected || entry[13] != _checksum)
            {
                _count = 0;
                return;
            }

            _expected = ordinal - 1;
            FatName.ReadLong(entry, _units.AsSpan((ordinal - 1) * 13));
        }

        public string? Take(ReadOnlySpan<byte> entry)
        {
            var complete = _count > 0 && _expected == 0 && _checksum == FatName.Checksum(entry);
            var units = _units.AsSpan(0, _count * 13);
            _count = 0;
            if (!complete)
            {
                return null;
            }

            var end = units.IndexOf('\0');
            return new string(end < 0 ? units : units[..end]);
        }
    }
}
