using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Gpt;

/// <summary>A GPT header (UEFI 2.10 table 5-5), little-endian.</summary>
internal readonly record struct GptHeader(
    long MyLba, long AlternateLba, long FirstUsableLba, long LastUsableLba, Guid DiskId, long EntriesLba, uint EntryCount, uint EntrySize, uint EntriesCrc)
{
    public const int Size = 92;
    private const uint Revision = 0x0001_0000;

    /// <summary>Parses and checks a header sector.</summary>
    /// <exception cref="HullException">HULL1002, HULL1003: no header, wrong checksum, impossible fields.</exception>
    public static GptHeader Parse(ReadOnlySpan<byte> sector, long lba, long sectorCount)
    {
        if (!sector[..8].SequenceEqual("EFI PART"u8))
        {
            throw FormatErrors.Malformed.Error($"There is no GPT header in sector {lba}.");
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(sector[12..]);
        if (size < Size || size > sector.Length || BinaryPrimitives.ReadUInt32LittleEndian(sector[8..]) != Revision)
        {
            throw FormatErrors.Malformed.Error($"The GPT header in sector {lba} has an unknown revision or a size of {size} bytes.");
        }

        var copy = sector[..(int)size].ToArray();
        copy.AsSpan(16, 4).Clear();
        if (Crc32.Of(copy) != BinaryPrimitives.ReadUInt32LittleEndian(sector[16..]))
        {
            throw FormatErrors.Malformed.Error($"The GPT header in sector {lba} has a wrong checksum.");
        }

        var header = new GptHeader(
            BinaryPrimitives.ReadInt64LittleEndian(sector[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(sector[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(sector[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(sector[48..]),
            new Guid(sector.Slice(56, 16)),
            BinaryPrimitives.ReadInt64LittleEndian(sector[72..]),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[80..]),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[84..]),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[88..]));
        header.Validate(lba, sectorCount);
        return header;
    }

    public void WriteTo(Span<byte> sector)
    {
        sector.Clear();
        "EFI PART"u8.CopyTo(sector);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[8..], Revision);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[12..], Size);
        BinaryPrimitives.WriteInt64LittleEndian(sector[24..], MyLba);
        BinaryPrimitives.WriteInt64LittleEndian(sector[32..], AlternateLba);
        BinaryPrimitives.WriteInt64LittleEndian(sector[40..], FirstUsableLba);
        BinaryPrimitives.WriteInt64LittleEndian(sector[48..], LastUsableLba);
        DiskId.TryWriteBytes(sector[56..]);
        BinaryPrimitives.WriteInt64LittleEndian(sector[72..], EntriesLba);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[80..], EntryCount);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[84..], EntrySize);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[88..], EntriesCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[16..], Crc32.Of(sector[..Size]));
    }

    private void Validate(long lba, long sectorCount)
    {
        if (MyLba != lba || FirstUsableLba < 2 || LastUsableLba < FirstUsableLba || LastUsableLba >= sectorCount
            || EntriesLba < 2 || EntriesLba >= sectorCount)
        {
            throw FormatErrors.Malformed.Error($"The GPT header in sector {lba} names sectors that a disk of {sectorCount} sectors does not have.");
        }

        if (EntryCount > 1024 || EntrySize is < 128 or > 4096 || EntrySize % 128 != 0)
        {
            throw FormatErrors.LimitExceeded.Error($"The GPT header in sector {lba} announces {EntryCount} entries of {EntrySize} bytes.");
        }
    }
}
