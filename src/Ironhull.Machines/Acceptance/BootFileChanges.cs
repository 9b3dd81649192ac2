using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;

namespace Ironhull.Machines.Acceptance;

/// <summary>What an attacker does to signed boot files.</summary>
internal static class BootFileChanges
{
    /// <summary>Takes the signature off an image (PE/COFF specification, certificate table).</summary>
    public static byte[] WithoutSignature(ReadOnlyMemory<byte> image)
    {
        var pe = PeImage.Parse(image);
        if (pe.CertificateTableSize == 0)
        {
            throw MachineErrors.ImageUnusable.Error("The unified kernel image of the image under test is not signed.");
        }

        var bytes = image.Span[..(int)pe.CertificateTableOffset].ToArray();
        bytes.AsSpan(pe.CertificateDirectoryOffset, 8).Clear();
        return bytes;
    }

    /// <summary>Changes one letter of the command line and leaves the signature.</summary>
    public static byte[] WithChangedCommandLine(ReadOnlyMemory<byte> image)
    {
        var pe = PeImage.Parse(image);
        var section = pe.Find(".cmdline") ?? throw MachineErrors.ImageUnusable.Error("The unified kernel image has no command line.");
        var bytes = image.ToArray();
        bytes[(int)section.PointerToRawData] ^= 0x01;
        return bytes;
    }

    /// <summary>
    /// A PE32+ EFI application of the smallest kind, to which an addon's sections can be added: systemd-stub reads an
    /// addon's sections and never runs it.
    /// </summary>
    public static byte[] MinimalApplication()
    {
        const int Headers = 0x400, Text = 0x200, Optional = 0x98;
        var pe = new byte[Headers + Text];
        var span = pe.AsSpan();
        "MZ"u8.CopyTo(span);
        BinaryPrimitives.WriteInt32LittleEndian(span[0x3c..], 0x80);                // e_lfanew
        "PE\0\0"u8.CopyTo(span[0x80..]);
        BinaryPrimitives.WriteUInt16LittleEndian(span[0x84..], 0x8664);             // machine: x86-64
        BinaryPrimitives.WriteUInt16LittleEndian(span[0x86..], 1);                  // sections
        BinaryPrimitives.WriteUInt16LittleEndian(span[0x94..], 240);                // optional header
        BinaryPrimitives.WriteUInt16LittleEndian(span[0x96..], 0x22);               // executable, large addresses
        BinaryPrimitives.WriteUInt16LittleEndian(span[Optional..], 0x20b);          // PE32+
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 4)..], Text);     // SizeOfCode
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 16)..], 0x1000);  // AddressOfEntryPoint
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 20)..], 0x1000);  // BaseOfCode
        BinaryPrimitives.WriteUInt64LittleEndian(span[(Optional + 24)..], 0x1_4000_0000);
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 32)..], 0x1000);  // SectionAlignment
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 36)..], 0x200);   // FileAlignment
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 56)..], 0x2000);  // SizeOfImage
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 60)..], Headers); // SizeOfHeaders
        BinaryPrimitives.WriteUInt16LittleEndian(span[(Optional + 68)..], 10);      // subsystem: EFI application
        BinaryPrimitives.WriteUInt16LittleEndian(span[(Optional + 70)..], 0x160);   // high entropy, dynamic base, NX
        BinaryPrimitives.WriteUInt32LittleEndian(span[(Optional + 108)..], 16);     // data directories
        new PeSection(".text", Text, 0x1000, Text, Headers, PeSection.Code | PeSection.Readable | 0x2000_0000).WriteTo(span[0x188..]);
        // mov rax, EFI_LOAD_ERROR; ret
        ReadOnlySpan<byte> code = [0x48, 0xb8, 0x01, 0, 0, 0, 0, 0, 0, 0x80, 0xc3];
        code.CopyTo(span[Headers..]);
        return pe;
    }
}
