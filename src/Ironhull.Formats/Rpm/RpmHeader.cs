using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Rpm;

/// <summary>Which of a package's two headers it is.</summary>
public enum RpmHeaderKind
{
    /// <summary>The header of signatures and digests; padded to eight bytes in the file.</summary>
    Signature,

    /// <summary>The header of the package itself, which signatures cover.</summary>
    Main,
}

/// <summary>
/// One header of an RPM package (rpm's docs/manual/format_header.md): magic, index, data store. Everything is checked before it is
/// handed out: the values of every entry lie inside the data store, in order, apart from each other, and inside the region that
/// signatures cover. The input is hostile.
/// </summary>
public sealed class RpmHeader
{
    /// <summary>Magic, four reserved bytes, number of entries, size of the data.</summary>
    public const int PreambleSize = 16;

    /// <summary>The most index entries of a header.</summary>
    public const int MaximumEntries = 1 << 16;

    /// <summary>The most bytes of a data store: 256 MiB.</summary>
    public const int MaximumData = 256 << 20;

    private const uint Magic = 0x8EADE801;
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);
    private readonly Dictionary<int, RpmHeaderEntry> _entries;
    private readonly ReadOnlyMemory<byte> _data;
    private readonly long _dataOffset;
    private readonly string _name;

    private RpmHeader(RpmHeaderKind kind, ReadOnlyMemory<byte> blob, Dictionary<int, RpmHeaderEntry> entries, ReadOnlyMemory<byte> data, string name, long offset)
    {
        (Kind, Blob, _entries, _data, _name, _dataOffset) = (kind, blob, entries, data, name, offset + blob.Length - data.Length);
    }

    private delegate string Decoder(ReadOnlySpan<byte> bytes);

    /// <summary>Which header it is.</summary>
    public RpmHeaderKind Kind { get; }

    /// <summary>The header's bytes from its magic to the end of its data: what header signatures and digests are made of.</summary>
    public ReadOnlyMemory<byte> Blob { get; }

    /// <summary>The entries without the region, in the order of their tags.</summary>
    public IEnumerable<RpmHeaderEntry> Entries => _entries.Values.OrderBy(e => e.Tag);

    /// <summary>Parses a main header.</summary>
    /// <param name="blob">Begins with the header's magic; bytes after its data are left alone.</param>
    /// <param name="name">The file, named in errors.</param>
    /// <param name="offset">Where the header begins in it, for errors.</param>
    /// <exception cref="HullException">HULL2102 to HULL2115: damaged or hostile.</exception>
    public static RpmHeader Parse(ReadOnlyMemory<byte> blob, string name, long offset) => Parse(blob, name, offset, RpmHeaderKind.Main);

    /// <summary>Parses a header.</summary>
    /// <param name="blob">Begins with the header's magic; bytes after its data are left alone.</param>
    /// <param name="name">The file, named in errors.</param>
    /// <param name="offset">Where the header begins in it, for errors.</param>
    /// <param name="kind">Which of the two headers: each has a region tag of its own.</param>
    /// <exception cref="HullException">HULL2102 to HULL2115: damaged or hostile.</exception>
    public static RpmHeader Parse(ReadOnlyMemory<byte> blob, string name, long offset, RpmHeaderKind kind)
    {
        var length = Measure(blob.Span, name, offset);
        if (length > blob.Length)
        {
            throw RpmErrors.HeaderTruncated.Error($"The header has {length} bytes, of which {blob.Length} are there.", Location.At(name, offset));
        }

        blob = blob[..(int)length];
        var count = BinaryPrimitives.ReadInt32BigEndian(blob.Span[8..]);
        var data = blob[(PreambleSize + (count * RpmHeaderEntry.Size))..];
        var index = blob.Span.Slice(PreambleSize, count * RpmHeaderEntry.Size);
        return new(kind, blob, RpmHeaderIndex.Check(index, data.Span, kind, name, offset), data, name, offset);
    }

    /// <summary>Reads a header from a file.</summary>
    /// <param name="stream">Seekable; left at the byte after the header.</param>
    /// <param name="name">The file, named in errors.</param>
    /// <param name="kind">Which of the two headers.</param>
    /// <exception cref="HullException">HULL2102 to HULL2115: damaged or hostile.</exception>
    public static RpmHeader Read(Stream stream, string name, RpmHeaderKind kind)
    {
        var offset = stream.Position;
        Span<byte> preamble = stackalloc byte[PreambleSize];
        var length = Measure(preamble[..stream.ReadAtLeast(preamble, PreambleSize, throwOnEndOfStream: false)], name, offset);
        if (length > stream.Length - offset)
        {
            throw RpmErrors.HeaderTruncated.Error($"The header has {length} bytes, of which {stream.Length - offset} are there.", Location.At(name, offset));
        }

        var blob = new byte[length];
        preamble.CopyTo(blob);
        stream.ReadExactly(blob.AsSpan(PreambleSize));
        return Parse(blob, name, offset, kind);
    }

    /// <summary>Whether a tag is there.</summary>
    public bool Has(int tag) => _entries.ContainsKey(tag);

    /// <summary>A tag's string; of an internationalised one, the first, which is that of the language C. Null when the tag is missing.</summary>
    /// <exception cref="HullException">HULL2116: the tag is no string; HULL2117: not UTF-8.</exception>
    public string? GetString(int tag)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return null;
        }

        return entry.Type is RpmTagType.String or RpmTagType.I18nString ? Decode(Terminated(Values(entry)), tag) : throw Mistyped(entry, "a string");
    }

    /// <summary>A tag's string or strings; empty when the tag is missing.</summary>
    /// <exception cref="HullException">HULL2116: the tag holds no strings; HULL2117: not UTF-8.</exception>
    public string[] GetStrings(int tag) => Strings(tag, bytes => Decode(bytes, tag));

    /// <summary>
    /// A tag's string or strings that only people read: where packages of before rpm 4.14 hold no UTF-8, it is taken for Latin-1. Empty when
    /// the tag is missing.
    /// </summary>
    /// <exception cref="HullException">HULL2116: the tag holds no strings.</exception>
    public string[] GetTexts(int tag) => Strings(tag, Lenient);

    /// <summary>A tag's numbers of 32 bits or fewer; empty when the tag is missing.</summary>
    /// <exception cref="HullException">HULL2116: the tag holds no such numbers.</exception>
    public uint[] GetUInt32s(int tag)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return [];
        }

        if (entry.Width is 0 or > 4 || entry.Type == RpmTagType.Binary)
        {
            throw Mistyped(entry, "numbers of 32 bits");
        }

        var numbers = new uint[entry.Count];
        var values = Values(entry);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (uint)Number(values, i, entry.Width);
        }

        return numbers;
    }

    /// <summary>A tag's numbers, whatever their width; empty when the tag is missing.</summary>
    /// <exception cref="HullException">HULL2116: the tag holds no numbers.</exception>
    public ulong[] GetUInt64s(int tag)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return [];
        }

        if (entry.Width == 0 || entry.Type == RpmTagType.Binary)
        {
            throw Mistyped(entry, "numbers");
        }

        var numbers = new ulong[entry.Count];
        var values = Values(entry);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Number(values, i, entry.Width);
        }

        return numbers;
    }

    /// <summary>A tag's one number; null when the tag is missing.</summary>
    /// <exception cref="HullException">HULL2116: the tag does not hold one number.</exception>
    public ulong? GetNumber(int tag) => GetUInt64s(tag) switch
    {
        [] => null,
        [var number] => number,
        _ => throw Mistyped(_entries[tag], "one number"),
    };

    /// <summary>A tag's bytes; empty when the tag is missing.</summary>
    /// <exception cref="HullException">HULL2116: the tag holds no bytes.</exception>
    public ReadOnlyMemory<byte> GetBytes(int tag)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return default;
        }

        return entry.Type is RpmTagType.Binary or RpmTagType.Char or RpmTagType.Int8
            ? _data.Slice(entry.Offset, (int)entry.Count)
            : throw Mistyped(entry, "bytes");
    }

    /// <summary>Where a tag's data lies in the file; of a missing tag, where the header's data begins.</summary>
    public Location Place(int tag) => Location.At(_name, _dataOffset + (_entries.TryGetValue(tag, out var entry) ? entry.Offset : 0));

    private static long Measure(ReadOnlySpan<byte> preamble, string name, long offset)
    {
        if (preamble.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(preamble) != Magic)
        {
            throw RpmErrors.HeaderMagic.Error("A header begins with 8E AD E8 01.", Location.At(name, offset));
        }

        if (preamble.Length < PreambleSize)
        {
            throw RpmErrors.HeaderTruncated.Error($"A header has at least {PreambleSize} bytes, of which {preamble.Length} are there.", Location.At(name, offset));
        }

        // They are part of the magic for rpm, and of what signatures cover.
        if (BinaryPrimitives.ReadUInt32BigEndian(preamble[4..]) != 0)
        {
            throw RpmErrors.HeaderMagic.Error("The four bytes behind a header's magic are zero.", Location.At(name, offset + 4));
        }

        var entries = BinaryPrimitives.ReadUInt32BigEndian(preamble[8..]);
        var data = BinaryPrimitives.ReadUInt32BigEndian(preamble[12..]);
        if (entries is 0 or > MaximumEntries)
        {
            throw RpmErrors.IndexCount.Error($"The header announces {entries} entries; 1 to {MaximumEntries} are allowed.", Location.At(name, offset + 8));
        }

        return data is 0 or > MaximumData
            ? throw RpmErrors.DataSize.Error($"The header announces {data} bytes of data; 1 to {MaximumData} are allowed.", Location.At(name, offset + 12))
            : PreambleSize + ((long)entries * RpmHeaderEntry.Size) + data;
    }

    private static ReadOnlySpan<byte> Terminated(ReadOnlySpan<byte> bytes) => bytes[..bytes.IndexOf((byte)0)];

    private static ulong Number(ReadOnlySpan<byte> values, int i, int width) => width switch
    {
        1 => values[i],
        2 => BinaryPrimitives.ReadUInt16BigEndian(values[(i * 2)..]),
        4 => BinaryPrimitives.ReadUInt32BigEndian(values[(i * 4)..]),
        _ => BinaryPrimitives.ReadUInt64BigEndian(values[(i * 8)..]),
    };

    private static string Lenient(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    private string[] Strings(int tag, Decoder decode)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return [];
        }

        if (entry.Type is not (RpmTagType.String or RpmTagType.StringArray or RpmTagType.I18nString))
        {
            throw Mistyped(entry, "strings");
        }

        var strings = new string[entry.Count];
        var rest = Values(entry);
        for (var i = 0; i < strings.Length; i++)
        {
            var bytes = Terminated(rest);
            strings[i] = bytes.IsEmpty ? "" : decode(bytes);
            rest = rest[(bytes.Length + 1)..];
        }

        return strings;
    }

    private ReadOnlySpan<byte> Values(RpmHeaderEntry entry) => _data.Span[entry.Offset..];

    private string Decode(ReadOnlySpan<byte> bytes, int tag)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw RpmErrors.NotUtf8.Error($"Tag {tag} holds bytes that are not UTF-8.", Place(tag), cause: e);
        }
    }

    private HullException Mistyped(RpmHeaderEntry entry, string wanted) =>
        RpmErrors.TagType.Error($"Tag {entry.Tag} should hold {wanted}, but holds {entry.Count} of type {entry.Type}.", Place(entry.Tag));
}
