using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Depmod;

/// <summary>
/// What depmod reads of a kernel module: an ELF64 little-endian relocatable object (System V gABI) with the sections
/// <c>.modinfo</c> (NUL-terminated "key=value"), <c>.symtab</c>, <c>.strtab</c> and <c>__ksymtab_strings</c>.
/// </summary>
public sealed class KernelModuleFile
{
    private const int HeaderSize = 64, SectionHeaderSize = 64, SymbolSize = 24;
    private const string ChecksumPrefix = "__crc_";
    private const int MaximumSection = 64 << 20;

    private KernelModuleFile(IReadOnlyList<KeyValuePair<string, string>> information, IReadOnlyList<string> exported, IReadOnlyList<string> needed)
    {
        Information = information;
        Exported = exported;
        Needed = needed;
    }

    /// <summary>The entries of .modinfo, in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Information { get; }

    /// <summary>
    /// The exported symbols: those with a checksum (<c>__crc_NAME</c> in the symbol table), or, in a kernel without module
    /// versions, the strings of <c>__ksymtab_strings</c>, among which are also name spaces.
    /// </summary>
    public IReadOnlyList<string> Exported { get; }

    /// <summary>The undefined symbols, in the order of the symbol table.</summary>
    public IReadOnlyList<string> Needed { get; }

    /// <summary>The values of one .modinfo key.</summary>
    public IEnumerable<string> Values(string key) => Information.Where(i => i.Key == key).Select(i => i.Value);

    /// <summary>Reads a module.</summary>
    /// <param name="content">The uncompressed file.</param>
    /// <param name="path">For diagnostics.</param>
    /// <exception cref="HullException">HULL1001 to HULL1004.</exception>
    public static KernelModuleFile Parse(Content content, string path)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        Read(content, 0, header, path);
        if (BinaryPrimitives.ReadUInt32BigEndian(header) != 0x7F454C46 || header[4] != 2 || header[5] != 1 ||
            BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) != 1)
        {
            throw FormatErrors.Malformed.Error("The file is not an ELF64 little-endian relocatable object.", Location.At(path, 0));
        }

        var tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]), count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        int names = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        if (size != SectionHeaderSize || names >= count)
        {
            throw FormatErrors.Malformed.Error("The section table is not one of ELF64.", Location.At(path, 58));
        }

        var table = Bytes(content, tableOffset, (ulong)(size * count), path);
        var nameTable = Section(content, table, names, path);
        byte[]? Find(string name)
        {
            for (var i = 1; i < count; i++)
            {
                var offset = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(i * SectionHeaderSize));
                if (offset < nameTable.Length && TextAt(nameTable, (int)offset) == name)
                {
                    return Section(content, table, i, path);
                }
            }

            return null;
        }

        var information = Strings(Find(".modinfo") ?? []).Select(Pair).ToList();
        var symbols = Find(".symtab") ?? throw FormatErrors.Malformed.Error("The module has no symbol table.", new Location(path));
        var strings = Find(".strtab") ?? throw FormatErrors.Malformed.Error("The module has no string table.", new Location(path));
        if (symbols.Length % SymbolSize != 0)
        {
            throw FormatErrors.Malformed.Error($"The symbol table has {symbols.Length} bytes, which is no multiple of {SymbolSize}.", new Location(path));
        }

        var needed = new List<string>();
        var exported = new List<string>();
        for (var at = SymbolSize; at < symbols.Length; at += SymbolSize)
        {
            var name = BinaryPrimitives.ReadUInt32LittleEndian(symbols.AsSpan(at));
            if (name >= strings.Length)
            {
                throw FormatErrors.Malformed.Error($"A symbol's name lies at {name}, outside the string table.", new Location(path));
            }

            var text = TextAt(strings, (int)name);
            if (text.StartsWith(ChecksumPrefix, StringComparison.Ordinal))
            {
                exported.Add(text[ChecksumPrefix.Length..]);
            }

            if (text.Length > 0 && BinaryPrimitives.ReadUInt16LittleEndian(symbols.AsSpan(at + 6)) == 0)
            {
                needed.Add(text); // st_shndx is SHN_UNDEF
            }
        }

        if (exported.Count == 0)
        {
            exported.AddRange(Strings(Find("__ksymtab_strings") ?? []));
        }

        return new(information, exported, needed);
    }

    private static KeyValuePair<string, string> Pair(string entry)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new(entry, "") : new(entry[..equals], entry[(equals + 1)..]);
    }

    private static byte[] Section(Content content, byte[] table, int index, string path)
    {
        var record = table.AsSpan(index * SectionHeaderSize, SectionHeaderSize);
        return BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) == 8 // SHT_NOBITS
            ? [] : Bytes(content, BinaryPrimitives.ReadUInt64LittleEndian(record[24..]), BinaryPrimitives.ReadUInt64LittleEndian(record[32..]), path);
    }

    private static byte[] Bytes(Content content, ulong offset, ulong length, string path)
    {
        if (length > MaximumSection)
        {
            throw FormatErrors.LimitExceeded.Error($"A section announces {length} bytes.", new Location(path));
        }

        if (offset > (ulong)content.Length || length > (ulong)content.Length - offset)
        {
            throw FormatErrors.Truncated.Error($"A section of {length} bytes at {offset} lies outside the file of {content.Length} bytes.", new Location(path));
        }

        var bytes = new byte[length];
        content.Read((long)offset, bytes);
        return bytes;
    }

    private static void Read(Content content, long offset, Span<byte> destination, string path)
    {
        if (content.Length - offset < destination.Length)
        {
            throw FormatErrors.Truncated.Error($"The file has {content.Length} bytes.", Location.At(path, offset));
        }

        content.Read(offset, destination);
    }

    private static string TextAt(byte[] table, int offset)
    {
        var rest = table.AsSpan(offset);
        var end = rest.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? rest : rest[..end]);
    }

    private static IEnumerable<string> Strings(byte[] section)
    {
        for (var at = 0; at < section.Length;)
        {
            var text = TextAt(section, at);
            at += text.Length + 1;
            if (text.Length > 0)
            {
                yield return text;
            }
        }
    }
}
