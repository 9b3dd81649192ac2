using System.Buffers.Binary;
using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Pe;

/// <summary>
/// A PE32 or PE32+ image in memory (Microsoft PE Format): headers, sections and the certificate table. The input is
/// hostile: every offset is checked when the image is parsed.
/// </summary>
public sealed class PeImage
{
    private const int CertificateDirectory = 4;
    private readonly ReadOnlyMemory<byte> _data;

    private PeImage(ReadOnlyMemory<byte> data) => _data = data;

    /// <summary>The whole file.</summary>
    public ReadOnlyMemory<byte> Data => _data;

    /// <summary>IMAGE_FILE_MACHINE_*: 0x8664 for x86-64, 0xAA64 for AArch64.</summary>
    public ushort Machine { get; private init; }

    /// <summary>File offset of the optional header.</summary>
    public int OptionalHeaderOffset { get; private init; }

    /// <summary>File offset of the CheckSum field.</summary>
    public int CheckSumOffset => OptionalHeaderOffset + 64;

    /// <summary>File offset of the certificate table's data directory entry (8 bytes); 0 when the image has none.</summary>
    public int CertificateDirectoryOffset { get; private init; }

    /// <summary>File offset of the first section header.</summary>
    public int SectionTableOffset { get; private init; }

    /// <summary>Alignment of sections in memory, bytes.</summary>
    public uint SectionAlignment { get; private init; }

    /// <summary>Alignment of raw data in the file, bytes.</summary>
    public uint FileAlignment { get; private init; }

    /// <summary>Bytes of all headers, a multiple of the file alignment.</summary>
    public uint SizeOfHeaders { get; private init; }

    /// <summary>Bytes the loaded image takes.</summary>
    public uint SizeOfImage { get; private init; }

    /// <summary>IMAGE_DLLCHARACTERISTICS_* flags.</summary>
    public ushort DllCharacteristics { get; private init; }

    /// <summary>IMAGE_SUBSYSTEM_*: 10 is an EFI application.</summary>
    public ushort Subsystem { get; private init; }

    /// <summary>Section headers in file order.</summary>
    public IReadOnlyList<PeSection> Sections { get; private init; } = [];

    /// <summary>File offset of the certificate table; 0 when the image is not signed.</summary>
    public uint CertificateTableOffset { get; private init; }

    /// <summary>Bytes of the certificate table; 0 when the image is not signed.</summary>
    public uint CertificateTableSize { get; private init; }

    /// <summary>Reads an image.</summary>
    /// <param name="data">The whole file; must not change while the result is used.</param>
    /// <exception cref="HullException">HULL1001, HULL1002, HULL1003, HULL1004: truncated, malformed, too many sections, not a PE image.</exception>
    public static PeImage Parse(ReadOnlyMemory<byte> data)
    {
        var span = data.Span;
        var dos = Wire.Slice(span, 0, 64, "The DOS header");
        if (dos[0] != 'M' || dos[1] != 'Z')
        {
            throw FormatErrors.Malformed.Error("The file does not start with the DOS signature MZ: it is not a PE image.");
        }

        var pe = BinaryPrimitives.ReadUInt32LittleEndian(dos[0x3C..]);
        var coff = Wire.Slice(span, pe, 24, "The COFF header");
        if (!coff[..4].SequenceEqual("PE\0\0"u8))
        {
            throw FormatErrors.Malformed.Error($"There is no PE signature at byte {pe}.");
        }

        var sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(coff[6..]);
        var optionalSize = BinaryPrimitives.ReadUInt16LittleEndian(coff[20..]);
        if (sectionCount > 96)
        {
            throw FormatErrors.LimitExceeded.Error($"The image has {sectionCount} sections; at most 96 are allowed.");
        }

        var optionalOffset = pe + 24UL;
        var optional = Wire.Slice(span, optionalOffset, optionalSize, "The optional header");
        if (optional.Length < 96)
        {
            throw FormatErrors.Malformed.Error($"The optional header has {optional.Length} bytes; an image needs at least 96.");
        }

        var magic = BinaryPrimitives.ReadUInt16LittleEndian(optional);
        var directories = magic switch
        {
            0x20B => 112,
            0x10B => 96,
            _ => throw FormatErrors.Unsupported.Error($"The optional header's magic is 0x{magic:x4}; PE32 (0x10b) and PE32+ (0x20b) are supported."),
        };
        var directoryCount = optional.Length >= directories ? BinaryPrimitives.ReadUInt32LittleEndian(optional[(directories - 4)..]) : 0;
        var certificateDirectory = directories + (8 * CertificateDirectory);
        var hasCertificateDirectory = directoryCount > CertificateDirectory && optional.Length >= certificateDirectory + 8;
        var certificateOffset = hasCertificateDirectory ? BinaryPrimitives.ReadUInt32LittleEndian(optional[certificateDirectory..]) : 0;
        var certificateSize = hasCertificateDirectory ? BinaryPrimitives.ReadUInt32LittleEndian(optional[(certificateDirectory + 4)..]) : 0;
        if (certificateSize == 0)
        {
            certificateOffset = 0;
        }
        else
        {
            Wire.Slice(span, certificateOffset, certificateSize, "The certificate table");
        }

        var sectionTable = optionalOffset + optionalSize;
        var table = Wire.Slice(span, sectionTable, (ulong)sectionCount * PeSection.Size, "The section table");
        var sections = new PeSection[sectionCount];
        for (var i = 0; i < sections.Length; i++)
        {
            sections[i] = PeSection.Parse(table[(i * PeSection.Size)..]);
            if (sections[i].SizeOfRawData > 0)
            {
                Wire.Slice(span, sections[i].PointerToRawData, sections[i].SizeOfRawData, $"Section {i}");
            }
        }

        var image = new PeImage(data)
        {
            Machine = BinaryPrimitives.ReadUInt16LittleEndian(coff[4..]),
            OptionalHeaderOffset = (int)optionalOffset,
            CertificateDirectoryOffset = hasCertificateDirectory ? (int)optionalOffset + certificateDirectory : 0,
            SectionTableOffset = (int)sectionTable,
            SectionAlignment = BinaryPrimitives.ReadUInt32LittleEndian(optional[32..]),
            FileAlignment = BinaryPrimitives.ReadUInt32LittleEndian(optional[36..]),
            SizeOfImage = BinaryPrimitives.ReadUInt32LittleEndian(optional[56..]),
            SizeOfHeaders = BinaryPrimitives.ReadUInt32LittleEndian(optional[60..]),
            Subsystem = BinaryPrimitives.ReadUInt16LittleEndian(optional[68..]),
            DllCharacteristics = BinaryPrimitives.ReadUInt16LittleEndian(optional[70..]),
            CertificateTableOffset = certificateOffset,
            CertificateTableSize = certificateSize,
            Sections = sections,
        };
        image.Validate();
        return image;
    }

    /// <summary>The first section of a name, or null.</summary>
    public PeSection? Find(string name)
    {
        foreach (var section in Sections)
        {
            if (section.Name == name)
            {
                return section;
            }
        }

        return null;
    }

    /// <summary>A section's bytes: what the file holds of its virtual size.</summary>
    public ReadOnlyMemory<byte> Read(PeSection section) =>
        section.SizeOfRawData == 0 ? default : _data.Slice((int)section.PointerToRawData, (int)Math.Min(section.SizeOfRawData, section.VirtualSize));

    /// <summary>
    /// The Authenticode digest (Windows Authenticode Portable Executable Signature Format, "Calculating the PE Image
    /// Hash"): SHA-256 over headers, sections by file offset and trailing data, without CheckSum, the certificate
    /// directory entry and the certificate table, zero-padded to 8 bytes as it is before a table is attached.
    /// </summary>
    /// <exception cref="HullException">HULL1004: no certificate directory, or raw data that overlaps or leaves a gap that the digest would not cover.</exception>
    public Sha256Digest AuthenticodeDigest()
    {
        if (CertificateDirectoryOffset == 0)
        {
            throw FormatErrors.Unsupported.Error("The image's optional header has no certificate table entry: it cannot be signed.");
        }

        var span = _data.Span;
        var end = CertificateTableSize == 0 ? (uint)span.Length : CertificateTableOffset;
        if (CertificateTableSize != 0 && (ulong)CertificateTableOffset + CertificateTableSize != (ulong)span.Length)
        {
            throw FormatErrors.Unsupported.Error("The certificate table is not the last part of the file.");
        }

        var covered = SizeOfHeaders;
        foreach (var section in Sections.Where(s => s.SizeOfRawData > 0).OrderBy(s => s.PointerToRawData))
        {
            if (section.PointerToRawData != covered)
            {
                throw FormatErrors.Unsupported.Error($"Section {section.Name} starts at byte {section.PointerToRawData}, not directly after what comes before it ({covered}).");
            }

            covered += section.SizeOfRawData;
        }

        if (covered > end)
        {
            throw FormatErrors.Malformed.Error($"Sections end at byte {covered}, beyond the signed part of the file ({end}).");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(span[..CheckSumOffset]);
        hash.AppendData(span[(CheckSumOffset + 4)..CertificateDirectoryOffset]);
        hash.AppendData(span[(CertificateDirectoryOffset + 8)..(int)end]);
        hash.AppendData(stackalloc byte[(int)(Wire.Align(end, 8) - end)]);
        return new Sha256Digest(hash.GetHashAndReset());
    }

    private void Validate()
    {
        if (!uint.IsPow2(FileAlignment) || !uint.IsPow2(SectionAlignment) || FileAlignment > 0x10000 || SectionAlignment > 0x1000_0000)
        {
            throw FormatErrors.Malformed.Error($"The alignments (file {FileAlignment}, section {SectionAlignment}) are not allowed powers of two.");
        }

        var headersEnd = SectionTableOffset + (Sections.Count * PeSection.Size);
        if (SizeOfHeaders < headersEnd || SizeOfHeaders > _data.Length)
        {
            throw FormatErrors.Malformed.Error($"SizeOfHeaders is {SizeOfHeaders}; the headers end at {headersEnd} of {_data.Length} bytes.");
        }

        if (CertificateTableSize != 0 && CertificateTableOffset < SizeOfHeaders)
        {
            throw FormatErrors.Malformed.Error($"The certificate table at byte {CertificateTableOffset} lies inside the headers.");
        }
    }
}
