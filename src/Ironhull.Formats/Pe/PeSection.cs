using System.Buffers.Binary;
using System.Text;

namespace Ironhull.Formats.Pe;

/// <summary>A section header of a PE image (PE/COFF specification, "Section Table"). All fields little-endian.</summary>
/// <param name="Name">At most eight ASCII bytes, NUL padding removed.</param>
/// <param name="VirtualSize">Bytes in memory.</param>
/// <param name="VirtualAddress">Relative to the image base, a multiple of the section alignment.</param>
/// <param name="SizeOfRawData">Bytes in the file, a multiple of the file alignment.</param>
/// <param name="PointerToRawData">Offset in the file.</param>
/// <param name="Characteristics">IMAGE_SCN_* flags.</param>
public readonly record struct PeSection(
    string Name, uint VirtualSize, uint VirtualAddress, uint SizeOfRawData, uint PointerToRawData, uint Characteristics)
{
    /// <summary>Bytes of one header.</summary>
    public const int Size = 40;

    /// <summary>IMAGE_SCN_CNT_CODE.</summary>
    public const uint Code = 0x20;

    /// <summary>IMAGE_SCN_CNT_INITIALIZED_DATA.</summary>
    public const uint InitializedData = 0x40;

    /// <summary>IMAGE_SCN_MEM_READ.</summary>
    public const uint Readable = 0x4000_0000;

    /// <summary>Reads a header.</summary>
    /// <param name="data">At least <see cref="Size"/> bytes.</param>
    public static PeSection Parse(ReadOnlySpan<byte> data) => new(
        Encoding.Latin1.GetString(data[..8].TrimEnd((byte)0)),
        BinaryPrimitives.ReadUInt32LittleEndian(data[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(data[12..]),
        BinaryPrimitives.ReadUInt32LittleEndian(data[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(data[20..]),
        BinaryPrimitives.ReadUInt32LittleEndian(data[36..]));

    /// <summary>Writes a header without relocations or line numbers.</summary>
    /// <param name="data">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> data)
    {
        data[..Size].Clear();
        Encoding.Latin1.GetBytes(Name, data[..8]);
        BinaryPrimitives.WriteUInt32LittleEndian(data[8..], VirtualSize);
        BinaryPrimitives.WriteUInt32LittleEndian(data[12..], VirtualAddress);
        BinaryPrimitives.WriteUInt32LittleEndian(data[16..], SizeOfRawData);
        BinaryPrimitives.WriteUInt32LittleEndian(data[20..], PointerToRawData);
        BinaryPrimitives.WriteUInt32LittleEndian(data[36..], Characteristics);
    }
}
