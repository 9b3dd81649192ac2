using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Pe;

/// <summary>
/// Assembles unified kernel images and addons from systemd's EFI stubs (UAPI Group, "Unified Kernel Image"): each
/// section is appended to the stub's, in memory and in the file, at the image's own alignments. The output is a pure
/// function of the arguments and is not signed.
/// </summary>
public static class UkiBuilder
{
    private const ushort NxCompatible = 0x0100;

    /// <summary>Sections in the order in which they are placed; any other name comes after these.</summary>
    private static readonly string[] s_order =
        [".osrel", ".cmdline", ".dtb", ".dtbauto", ".hwids", ".uname", ".splash", ".pcrpkey", ".linux", ".initrd", ".ucode", ".sbat", ".profile", ".pcrsig"];

    /// <summary>Builds a unified kernel image; sections are placed in the customary order whatever their order here.</summary>
    /// <param name="stub">linuxx64.efi.stub; must not be signed.</param>
    /// <param name="sections">At least .linux; a section that the stub has already (.sbat) replaces the stub's bytes.</param>
    /// <returns>The unsigned image.</returns>
    /// <exception cref="HullException">HULL1002, HULL1003, HULL1004: the stub is malformed, signed or has no room, or a section cannot be added.</exception>
    public static byte[] Build(ReadOnlyMemory<byte> stub, IEnumerable<UkiSection> sections)
    {
        var ordered = sections.OrderBy(s => Array.IndexOf(s_order, s.Name) is var i and >= 0 ? i : s_order.Length).ToList();
        if (!ordered.Any(s => s.Name == ".linux"))
        {
            throw FormatErrors.Malformed.Error("A unified kernel image needs a .linux section.");
        }

        return Append(stub, ordered);
    }

    /// <summary>Builds an addon, which adds to the command line of the image it is placed beside.</summary>
    /// <param name="stub">addonx64.efi.stub; must not be signed.</param>
    /// <param name="commandLine">Kernel command line words.</param>
    /// <param name="osRelease">The .osrel text, or null.</param>
    /// <param name="uname">The kernel release that the addon is for, or null for all.</param>
    /// <param name="sbat">The .sbat CSV (Secure Boot Advanced Targeting), or null.</param>
    /// <returns>The unsigned addon.</returns>
    /// <exception cref="HullException">As <see cref="Build"/>.</exception>
    public static byte[] BuildAddon(ReadOnlyMemory<byte> stub, string commandLine, string? osRelease = null, string? uname = null, string? sbat = null)
    {
        var sections = new List<UkiSection>();
        void Add(string name, string? text)
        {
            if (text is not null)
            {
                sections.Add(UkiSection.Text(name, text));
            }
        }

        Add(".osrel", osRelease);
        Add(".cmdline", commandLine);
        Add(".uname", uname);
        Add(".sbat", sbat);
        return Append(stub, sections);
    }

    private static byte[] Append(ReadOnlyMemory<byte> stubBytes, List<UkiSection> sections)
    {
        var stub = PeImage.Parse(stubBytes);
        RequireUsable(stub, sections);

        var placed = new List<PeSection>(stub.Sections);
        var replaced = new List<(PeSection Section, ReadOnlyMemory<byte> Data)>();
        var appended = new List<(PeSection Section, ReadOnlyMemory<byte> Data)>();
        var fileEnd = Wire.Align(stubBytes.Length, stub.FileAlignment);
        ulong initialized = 0;
        foreach (var section in sections)
        {
            var index = placed.FindIndex(0, stub.Sections.Count, s => s.Name == section.Name);
            if (index >= 0)
            {
                if (section.Data.Length > placed[index].SizeOfRawData)
                {
                    throw FormatErrors.Unsupported.Error($"The stub's {section.Name} section has room for {placed[index].SizeOfRawData} bytes, not for {section.Data.Length}.");
                }

                placed[index] = placed[index] with { VirtualSize = (uint)section.Data.Length };
                replaced.Add((placed[index], section.Data));
                continue;
            }

            var rawSize = Wire.Align(section.Data.Length, stub.FileAlignment);
            var memory = placed.Max(s => (long)s.VirtualAddress + s.VirtualSize);
            var header = new PeSection(
                section.Name,
                (uint)section.Data.Length,
                ToUInt32(Wire.Align(memory, stub.SectionAlignment)),
                (uint)rawSize,
                ToUInt32(fileEnd),
                PeSection.Readable | (section.Name == ".linux" ? PeSection.Code : PeSection.InitializedData));
            placed.Add(header);
            appended.Add((header, section.Data));
            fileEnd += rawSize;
            initialized += (uint)section.Data.Length;
            ToUInt32(fileEnd);
        }

        var headersEnd = stub.SectionTableOffset + (placed.Count * PeSection.Size);
        var headersRoom = stub.Sections.Where(s => s.SizeOfRawData > 0).Select(s => s.PointerToRawData).DefaultIfEmpty(stub.SizeOfHeaders).Min();
        var sizeOfHeaders = Wire.Align(stub.SizeOfHeaders, stub.FileAlignment);
        if (headersEnd > Math.Min(sizeOfHeaders, headersRoom))
        {
            throw FormatErrors.Unsupported.Error($"The stub's headers have room for {(headersRoom - stub.SectionTableOffset) / PeSection.Size} sections, not for {placed.Count}.");
        }

        var image = new byte[fileEnd];
        stubBytes.Span.CopyTo(image);
        foreach (var (section, data) in replaced)
        {
            var room = image.AsSpan((int)section.PointerToRawData, (int)section.SizeOfRawData);
            room.Clear();
            data.Span.CopyTo(room);
        }

        foreach (var (section, data) in appended)
        {
            data.Span.CopyTo(image.AsSpan((int)section.PointerToRawData));
        }

        for (var i = 0; i < placed.Count; i++)
        {
            var at = image.AsSpan(stub.SectionTableOffset + (i * PeSection.Size), PeSection.Size);
            if (i < stub.Sections.Count)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(at[8..], placed[i].VirtualSize);
            }
            else
            {
                placed[i].WriteTo(at);
            }
        }

        WriteHeader(image, stub, placed, (uint)sizeOfHeaders, initialized, sections);
        return image;
    }

    private static void WriteHeader(byte[] image, PeImage stub, List<PeSection> placed, uint sizeOfHeaders, ulong initialized, List<UkiSection> sections)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(stub.OptionalHeaderOffset - 20 + 2), (ushort)placed.Count);
        var optional = image.AsSpan(stub.OptionalHeaderOffset);
        var initializedSize = BinaryPrimitives.ReadUInt32LittleEndian(optional[8..]) + initialized;
        BinaryPrimitives.WriteUInt32LittleEndian(optional[8..], ToUInt32((long)initializedSize));
        var last = placed.MaxBy(s => s.VirtualAddress);
        var size = Wire.Align((long)last.VirtualAddress + last.VirtualSize, stub.SectionAlignment);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[56..], ToUInt32(size));
        BinaryPrimitives.WriteUInt32LittleEndian(optional[60..], sizeOfHeaders);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[64..], 0);

        // Firmware that enforces NX wants one answer for stub and kernel: a kernel without NX_COMPAT takes it away.
        var characteristics = stub.DllCharacteristics;
        if (sections.Find(s => s.Name == ".linux") is { } linux && linux.Data.Span.StartsWith("MZ"u8)
            && (PeImage.Parse(linux.Data).DllCharacteristics & NxCompatible) == 0)
        {
            characteristics &= unchecked((ushort)~NxCompatible);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(optional[70..], characteristics);
    }

    private static uint ToUInt32(long value) => value <= int.MaxValue
        ? (uint)value
        : throw FormatErrors.LimitExceeded.Error("The image would exceed 2 GiB.");

    private static void RequireUsable(PeImage stub, List<UkiSection> sections)
    {
        if (stub.CertificateTableSize != 0)
        {
            throw FormatErrors.Unsupported.Error("The stub is signed; sections can be added to an unsigned stub only.");
        }

        if (stub.Sections.Count == 0)
        {
            throw FormatErrors.Malformed.Error("The stub has no sections.");
        }

        long end = 0;
        foreach (var section in stub.Sections.OrderBy(s => s.VirtualAddress))
        {
            if (section.VirtualAddress < end)
            {
                throw FormatErrors.Malformed.Error($"The stub's section {section.Name} overlaps the one before it in memory.");
            }

            end = (long)section.VirtualAddress + section.VirtualSize;
        }

        foreach (var section in sections)
        {
            if (section.Name.Length is 0 or > 8 || !Ascii.IsValid(section.Name))
            {
                throw FormatErrors.Malformed.Error($"'{section.Name}' is not a section name: one to eight ASCII characters.");
            }

            if (section.Data.IsEmpty)
            {
                throw FormatErrors.Malformed.Error($"Section {section.Name} is empty.");
            }
        }

        var twice = sections.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1 && g.Key != ".dtbauto");
        if (twice is not null)
        {
            throw FormatErrors.Malformed.Error($"Section {twice.Key} is given twice.");
        }
    }
}
