using System.Buffers.Binary;
using Ironhull.Formats.Pe;

namespace Ironhull.Formats.Tests.Pe;

/// <summary>A small valid PE32+ EFI application for tests: one .text and one .sbat section.</summary>
internal static class MinimalPe
{
    public static byte[] Create(int trailing = 0, ushort dllCharacteristics = 0x0160)
    {
        var image = new byte[0x400 + 0x200 + 0x200 + trailing];
        "MZ"u8.CopyTo(image);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x3C), 0x80);
        var coff = image.AsSpan(0x80);
        "PE\0\0"u8.CopyTo(coff);
        BinaryPrimitives.WriteUInt16LittleEndian(coff[4..], 0x8664);
        BinaryPrimitives.WriteUInt16LittleEndian(coff[6..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(coff[20..], 240);
        BinaryPrimitives.WriteUInt16LittleEndian(coff[22..], 0x22E);
        var optional = coff[24..];
        BinaryPrimitives.WriteUInt16LittleEndian(optional, 0x20B);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[4..], 0x200);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[8..], 0x200);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[16..], 0x1000);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[20..], 0x1000);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[32..], 0x1000);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[36..], 0x200);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[56..], 0x3000);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[60..], 0x400);
        BinaryPrimitives.WriteUInt16LittleEndian(optional[68..], 10);
        BinaryPrimitives.WriteUInt16LittleEndian(optional[70..], dllCharacteristics);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[108..], 16);
        var table = optional[240..];
        new PeSection(".text", 11, 0x1000, 0x200, 0x400, 0x6000_0020).WriteTo(table);
        new PeSection(".sbat", 5, 0x2000, 0x200, 0x600, 0x4000_0040).WriteTo(table[40..]);
        image.AsSpan(0x400, 11).Fill(0xC3);
        "sbat,"u8.CopyTo(image.AsSpan(0x600));
        image.AsSpan(0x800).Fill(0x5A);
        return image;
    }
}
