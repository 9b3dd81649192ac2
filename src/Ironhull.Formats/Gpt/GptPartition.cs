using System.Buffers.Binary;
using System.Text;

namespace Ironhull.Formats.Gpt;

/// <summary>A GPT partition entry (UEFI 2.10 table 5-6).</summary>
/// <param name="Type">Partition type GUID.</param>
/// <param name="Id">Unique partition GUID (PARTUUID).</param>
/// <param name="Name">At most 36 UTF-16 code units (PARTLABEL).</param>
/// <param name="FirstLba">First sector.</param>
/// <param name="LastLba">Last sector, inclusive.</param>
/// <param name="Attributes">Attribute bits; see <see cref="PartitionTypes"/>.</param>
public sealed record GptPartition(Guid Type, Guid Id, string Name, long FirstLba, long LastLba, ulong Attributes = 0)
{
    /// <summary>Bytes of an entry as written here.</summary>
    public const int EntrySize = 128;

    /// <summary>The most UTF-16 code units a name can have.</summary>
    public const int MaximumNameLength = 36;

    /// <summary>The number of the entry, from 1 on; 0 for the next one in the order of the list.</summary>
    public int Number { get; init; }

    /// <summary>Bytes of the disk's sectors.</summary>
    public int SectorBytes { get; init; } = GptTable.SectorSize;

    /// <summary>Byte offset on the disk.</summary>
    public long Offset => FirstLba * SectorBytes;

    /// <summary>Length in bytes.</summary>
    public long Length => (LastLba - FirstLba + 1) * SectorBytes;

    internal static GptPartition? Parse(ReadOnlySpan<byte> entry)
    {
        var type = new Guid(entry[..16]);
        if (type == Guid.Empty)
        {
            return null;
        }

        var name = Encoding.Unicode.GetString(entry.Slice(56, 2 * MaximumNameLength));
        var end = name.IndexOf('\0', StringComparison.Ordinal);
        return new(
            type,
            new Guid(entry.Slice(16, 16)),
            end < 0 ? name : name[..end],
            BinaryPrimitives.ReadInt64LittleEndian(entry[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(entry[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[48..]));
    }

    internal void WriteTo(Span<byte> entry)
    {
        Type.TryWriteBytes(entry);
        Id.TryWriteBytes(entry[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(entry[32..], FirstLba);
        BinaryPrimitives.WriteInt64LittleEndian(entry[40..], LastLba);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[48..], Attributes);
        Encoding.Unicode.GetBytes(Name, entry[56..]);
    }
}
