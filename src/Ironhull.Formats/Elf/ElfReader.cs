using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Elf;

/// <summary>
/// Reads what the dynamic linker uses of an ELF file (System V ABI, "Object Files" and "Dynamic Linking"): program
/// headers only, never sections, so that stripped files read alike. Input is hostile: every offset and length is checked
/// against the file's length before it is used.
/// </summary>
public sealed class ElfReader
{
    // elf.h
    private const uint PtLoad = 1, PtDynamic = 2, PtInterp = 3, PtNote = 4;
    private const long DtNull = 0, DtNeeded = 1, DtStrTab = 5, DtStrSz = 10, DtSoName = 14, DtRPath = 15, DtRunPath = 29;
    private const ushort PnXnum = 0xFFFF;

    // uapi-group.org, "ELF dlopen metadata".
    private const uint NoteDlopen = 0x407C0C0A;

    // No sound file comes near these.
    private const int MaxDynamic = 1 << 20, MaxStrings = 64 << 20, MaxString = 4096, MaxNotes = 1 << 20, MaxNeeded = 4096;

    private readonly Content _file;
    private readonly string _where;
    private readonly bool _wide;
    private readonly bool _little;
    private readonly List<Segment> _segments = [];

    private ElfReader(Content file, string where, bool wide, bool little)
    {
        _file = file;
        _where = where;
        _wide = wide;
        _little = little;
    }

    /// <summary>Reads a file's facts.</summary>
    /// <param name="file">The file.</param>
    /// <param name="where">Its path, for messages.</param>
    /// <returns>The facts, or null when the file does not begin with the ELF magic number.</returns>
    /// <exception cref="HullException">HULL1001, HULL1002, HULL1003: begins like an ELF file but is damaged.</exception>
    public static ElfFacts? TryRead(Content file, string where)
    {
        if (file.Length < 4)
        {
            return null;
        }

        Span<byte> identity = stackalloc byte[16];
        file.Read(0, identity[..4]);
        if (!identity[..4].SequenceEqual("\u007fELF"u8))
        {
            return null;
        }

        if (file.Length < 16)
        {
            throw FormatErrors.Truncated.Error("The file ends inside the ELF identification.", Location.At(where, 0));
        }

        file.Read(0, identity);
        if (identity[4] is not (1 or 2) || identity[5] is not (1 or 2) || identity[6] != 1)
        {
            throw FormatErrors.Malformed.Error($"The ELF class is {identity[4]}, the data encoding {identity[5]}, the version {identity[6]}.", Location.At(where, 4));
        }

        return new ElfReader(file, where, identity[4] == 2, identity[5] == 1).Read();
    }

    private ElfFacts Read()
    {
        Span<byte> header = stackalloc byte[_wide ? 64 : 52];
        Fetch(0, header);
        var tableOffset = _wide ? Int64(header[32..]) : UInt32(header[28..]);
        var entrySize = UInt16(header[(_wide ? 54 : 42)..]);
        var count = UInt16(header[(_wide ? 56 : 44)..]);
        ReadSegments(tableOffset, entrySize, count);
        var facts = new ElfFacts
        {
            Class = _wide ? ElfClass.Elf64 : ElfClass.Elf32,
            LittleEndian = _little,
            Type = UInt16(header[16..]),
            Machine = UInt16(header[18..]),
            Interpreter = ReadInterpreter(),
            DlopenNotes = ReadNotes(),
        };
        return ReadDynamic(facts);
    }

    private void ReadSegments(long offset, int entrySize, int count)
    {
        if (count == 0)
        {
            return;
        }

        if (count == PnXnum)
        {
            throw FormatErrors.LimitExceeded.Error("The file has 65535 or more program headers.", Location.At(_where, 0));
        }

        var least = _wide ? 56 : 32;
        if (entrySize < least)
        {
            throw FormatErrors.Malformed.Error($"A program header has {entrySize} bytes, not {least}.", Location.At(_where, 0));
        }

        var table = Fetch(offset, (long)entrySize * count, PnXnum * 64, "program headers");
        for (var i = 0; i < count; i++)
        {
            var raw = table.AsSpan(i * entrySize, least);
            _segments.Add(_wide
                ? new(UInt32(raw), Int64(raw[8..]), Int64(raw[16..]), Int64(raw[32..]))
                : new(UInt32(raw), UInt32(raw[4..]), UInt32(raw[8..]), UInt32(raw[16..])));
        }
    }

    private string? ReadInterpreter()
    {
        foreach (var segment in _segments)
        {
            if (segment.Type == PtInterp)
            {
                var bytes = Fetch(segment.Offset, segment.FileSize, MaxString, "interpreter");
                var end = Array.IndexOf(bytes, (byte)0);
                return end < 0
                    ? throw FormatErrors.Malformed.Error("The interpreter's path has no end.", Location.At(_where, segment.Offset))
                    : Encoding.UTF8.GetString(bytes, 0, end);
            }
        }

        return null;
    }

    private ElfFacts ReadDynamic(ElfFacts facts)
    {
        foreach (var segment in _segments)
        {
            if (segment.Type == PtDynamic && segment.FileSize > 0)
            {
                return ReadDynamic(facts, segment);
            }
        }

        return facts;
    }

    private ElfFacts ReadDynamic(ElfFacts facts, Segment segment)
    {
        var table = Fetch(segment.Offset, segment.FileSize, MaxDynamic, "dynamic section");
        var size = _wide ? 16 : 8;
        var needed = new List<long>();
        long strings = -1, stringsSize = 0, soName = -1, rPath = -1, runPath = -1;
        for (var at = 0; at + size <= table.Length; at += size)
        {
            var tag = _wide ? Int64(table.AsSpan(at)) : (int)UInt32(table.AsSpan(at));
            var value = _wide ? Int64(table.AsSpan(at + 8)) : UInt32(table.AsSpan(at + 4));
            if (tag == DtNull)
            {
                break;
            }

            switch (tag)
            {
                case DtNeeded when needed.Count == MaxNeeded:
                    throw FormatErrors.LimitExceeded.Error($"The file needs more than {MaxNeeded} libraries.", Location.At(_where, segment.Offset + at));
                case DtNeeded:
                    needed.Add(value);
                    break;
                case DtStrTab:
                    strings = value;
                    break;
                case DtStrSz:
                    stringsSize = value;
                    break;
                case DtSoName:
                    soName = value;
                    break;
                case DtRPath:
                    rPath = value;
                    break;
                case DtRunPath:
                    runPath = value;
                    break;
            }
        }

        if (needed.Count == 0 && soName < 0 && rPath < 0 && runPath < 0)
        {
            return facts;
        }

        var start = FileOffset(strings);
        if (stringsSize is <= 0 or > MaxStrings || start > _file.Length - stringsSize)
        {
            throw FormatErrors.Malformed.Error($"The dynamic string table of {stringsSize} bytes does not lie inside the file.", Location.At(_where, segment.Offset));
        }

        string? Text(long index) => index < 0 ? null : ReadString(start, stringsSize, index);
        return facts with
        {
            Needed = [.. needed.Select(n => Text(n) ?? throw FormatErrors.Malformed.Error("A needed library's name lies outside the string table.", Location.At(_where, segment.Offset)))],
            SoName = Text(soName),
            RPath = Text(rPath),
            RunPath = Text(runPath),
        };
    }

    // DT_STRTAB holds an address: the loadable segment that covers it tells the place in the file.
    private long FileOffset(long address)
    {
        foreach (var segment in _segments)
        {
            if (segment.Type == PtLoad && address >= segment.Address && address - segment.Address < segment.FileSize)
            {
                var offset = segment.Offset + (address - segment.Address);
                if (segment.Offset >= 0 && offset >= 0 && offset < _file.Length)
                {
                    return offset;
                }
            }
        }

        throw FormatErrors.Malformed.Error("The dynamic string table lies in no loadable segment.", Location.At(_where, 0));
    }

    private string ReadString(long start, long size, long index)
    {
        if (index >= size)
        {
            throw FormatErrors.Malformed.Error("A name lies outside the dynamic string table.", Location.At(_where, start));
        }

        Span<byte> buffer = stackalloc byte[256];
        var bytes = new List<byte>();
        for (var at = index; at < size && bytes.Count <= MaxString;)
        {
            var piece = buffer[..(int)Math.Min(buffer.Length, size - at)];
            Fetch(start + at, piece);
            var end = piece.IndexOf((byte)0);
            bytes.AddRange(end < 0 ? piece : piece[..end]);
            if (end >= 0)
            {
                return Encoding.UTF8.GetString([.. bytes]);
            }

            at += piece.Length;
        }

        throw FormatErrors.LimitExceeded.Error("A name in the dynamic string table has no end.", Location.At(_where, start + index));
    }

    private List<DlopenNote> ReadNotes()
    {
        var notes = new List<DlopenNote>();
        foreach (var segment in _segments)
        {
            if (segment.Type == PtNote && segment.FileSize is > 0 and <= MaxNotes && segment.Offset >= 0 && segment.Offset <= _file.Length - segment.FileSize)
            {
                ReadNotes(Fetch(segment.Offset, segment.FileSize, MaxNotes, "notes"), segment.Offset, notes);
            }
        }

        return notes;
    }

    // Name size, descriptor size, type, then name and descriptor, each padded to four bytes.
    private void ReadNotes(byte[] bytes, long offset, List<DlopenNote> notes)
    {
        var rest = bytes.AsSpan();
        while (rest.Length >= 12)
        {
            var (nameSize, size, type) = (UInt32(rest), UInt32(rest[4..]), UInt32(rest[8..]));
            var nameEnd = 12 + ((nameSize + 3L) & ~3L);
            if (nameEnd + size > rest.Length)
            {
                return; // GNU property notes pad to eight bytes: what follows one of them is not for this reader.
            }

            if (type == NoteDlopen && nameSize == 4 && rest.Slice(12, 4).SequenceEqual("FDO\0"u8))
            {
                ParseDlopen(rest.Slice((int)nameEnd, (int)size), offset, notes);
            }

            var next = nameEnd + ((size + 3L) & ~3L);
            if (next >= rest.Length)
            {
                return;
            }

            rest = rest[(int)next..];
        }
    }

    private void ParseDlopen(ReadOnlySpan<byte> json, long offset, List<DlopenNote> notes)
    {
        try
        {
            using var document = JsonDocument.Parse(json.TrimEnd((byte)0).ToArray(), new JsonDocumentOptions { MaxDepth = 8 });
            foreach (var element in document.RootElement.EnumerateArray())
            {
                var names = element.GetProperty("soname").EnumerateArray().Select(n => n.GetString() ?? "").ToList();
                notes.Add(new(names, Text(element, "priority", "recommended"), Text(element, "feature", ""), Text(element, "description", "")));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw FormatErrors.Malformed.Error("A dlopen note does not hold the JSON that it should.", Location.At(_where, offset), cause: e);
        }

        static string Text(JsonElement element, string name, string otherwise) =>
            element.TryGetProperty(name, out var value) ? value.GetString() ?? otherwise : otherwise;
    }

    private byte[] Fetch(long offset, long length, int limit, string what)
    {
        if (length < 0 || length > limit)
        {
            throw FormatErrors.LimitExceeded.Error($"The {what} has {length} bytes; at most {limit} are allowed.", Location.At(_where, offset));
        }

        if (offset < 0 || offset > _file.Length - length)
        {
            throw FormatErrors.Truncated.Error($"The file ends inside its {what}.", Location.At(_where, offset));
        }

        var bytes = new byte[length];
        _file.Read(offset, bytes);
        return bytes;
    }

    private void Fetch(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > _file.Length - destination.Length)
        {
            throw FormatErrors.Truncated.Error("The file ends too early.", Location.At(_where, offset));
        }

        _file.Read(offset, destination);
    }

    private ushort UInt16(ReadOnlySpan<byte> at) => _little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private uint UInt32(ReadOnlySpan<byte> at) => _little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);

    private long Int64(ReadOnlySpan<byte> at) => _little ? BinaryPrimitives.ReadInt64LittleEndian(at) : BinaryPrimitives.ReadInt64BigEndian(at);

    private readonly record struct Segment(uint Type, long Offset, long Address, long FileSize);
}
