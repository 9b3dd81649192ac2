using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;
using Ironhull.Measurement;
using Ironhull.Signing;

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

    /// <summary>Another kernel image: one word of its command line is another of the same length, and a key signs its PCR policy. It has no signature of its own.</summary>
    /// <param name="image">A signed kernel image with a signed PCR policy.</param>
    /// <param name="old">The word that it has.</param>
    /// <param name="word">The word that it gets.</param>
    /// <param name="signer">Signs the policy; its key is of the same length as the old one.</param>
    public static byte[] WithOtherWord(ReadOnlyMemory<byte> image, string old, string word, ISigner signer)
    {
        var bytes = WithoutSignature(image);
        var pe = PeImage.Parse(bytes);
        Span<byte> Section(string name) => pe.Find(name) is { } s
            ? bytes.AsSpan((int)s.PointerToRawData, (int)Math.Min(s.SizeOfRawData, s.VirtualSize))
            : throw MachineErrors.ImageUnusable.Error($"The unified kernel image has no {name} section.");
        var at = Section(".cmdline").IndexOf(Encoding.ASCII.GetBytes(old));
        if (at < 0 || old.Length != word.Length)
        {
            throw MachineErrors.ImageUnusable.Error($"The command line of the unified kernel image has no '{old}'.");
        }

        Encoding.ASCII.GetBytes(word).CopyTo(Section(".cmdline")[at..]);
        Replace(Section(SignedPcrPolicy.KeySection), SignedPcrPolicy.PublicKey(signer.Certificate));
        Replace(Section(SignedPcrPolicy.SignatureSection), SignedPcrPolicy.Sign(pe, signer));
        return bytes;
    }

    private static void Replace(Span<byte> section, byte[] content)
    {
        if (content.Length != section.Length)
        {
            throw MachineErrors.ImageUnusable.Error($"A section of {section.Length} bytes cannot hold {content.Length} bytes.");
        }

        content.CopyTo(section);
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
