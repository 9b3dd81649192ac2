using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.LdCache;

/// <summary>
/// The dynamic linker's cache in its standalone new format (<c>glibc-ld.so.cache1.1</c>; glibc, <c>sysdeps/generic/dl-cache.h</c>),
/// little-endian: a header of 48 bytes, entries of 24 bytes, the string table, and an extension directory that names the
/// generator. Offsets of strings count from the start of the file.
/// </summary>
public static class LdCacheFile
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 48;

    /// <summary>Bytes of an entry.</summary>
    public const int EntrySize = 24;

    private const uint ExtensionMagic = 0xEAA42174; // cache_extension_magic
    private const int GeneratorTag = 0;             // cache_extension_tag_generator
    private const byte LittleEndian = 2;            // cache_file_new_flags_endian_little
    private const int MaximumEntries = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "glibc-ld.so.cache1.1"u8;

    /// <summary>Writes a cache. The entries are put into the order that the dynamic linker's binary search needs.</summary>
    /// <param name="entries">In the order in which ldconfig would have found them: of two with one name the first wins.</param>
    /// <param name="generator">Text for the generator section.</param>
    public static byte[] Write(IEnumerable<LdCacheEntry> entries, string generator)
    {
        // A stable sort: newest name first, then by flags and capabilities, both descending.
        var sorted = entries.Order(Comparer<LdCacheEntry>.Create(Compare)).ToList();
        var (strings, offsets) = StringTable(sorted.SelectMany(e => (string[])[e.Path, e.Name]));
        var start = HeaderSize + (EntrySize * sorted.Count);
        var extension = (start + strings.Length + 3) & ~3;
        var text = Encoding.UTF8.GetBytes(generator);
        var file = new byte[extension + 24 + text.Length];
        var span = file.AsSpan();

        Magic.CopyTo(span);
        BinaryPrimitives.WriteInt32LittleEndian(span[20..], sorted.Count);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], strings.Length);
        span[28] = LittleEndian;
        BinaryPrimitives.WriteInt32LittleEndian(span[32..], extension);
        for (var i = 0; i < sorted.Count; i++)
        {
            var record = span.Slice(HeaderSize + (i * EntrySize), EntrySize);
            BinaryPrimitives.WriteInt32LittleEndian(record, sorted[i].Flags);
            BinaryPrimitives.WriteInt32LittleEndian(record[4..], start + offsets[sorted[i].Name]);
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], start + offsets[sorted[i].Path]);
            BinaryPrimitives.WriteUInt64LittleEndian(record[16..], sorted[i].HardwareCapabilities);
        }

        strings.CopyTo(span[start..]);
        BinaryPrimitives.WriteUInt32LittleEndian(span[extension..], ExtensionMagic);
        BinaryPrimitives.WriteInt32LittleEndian(span[(extension + 4)..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(span[(extension + 8)..], GeneratorTag);
        BinaryPrimitives.WriteInt32LittleEndian(span[(extension + 16)..], extension + 24);
        BinaryPrimitives.WriteInt32LittleEndian(span[(extension + 20)..], text.Length);
        text.CopyTo(span[(extension + 24)..]);
        return file;
    }

    /// <summary>Reads a cache.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="path">For diagnostics.</param>
    /// <returns>The entries in file order.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1004.</exception>
    public static IReadOnlyList<LdCacheEntry> Parse(ReadOnlySpan<byte> file, string path)
    {
        if (file.Length < HeaderSize)
        {
            throw FormatErrors.Truncated.Error($"The cache has {file.Length} bytes; its header has {HeaderSize}.", Location.At(path, 0));
        }

        if (!file[..Magic.Length].SequenceEqual(Magic))
        {
            throw FormatErrors.Malformed.Error("The cache does not start with glibc-ld.so.cache1.1.", Location.At(path, 0));
        }

        if ((file[28] & 3) is not (0 or LittleEndian))
        {
            throw FormatErrors.Unsupported.Error("The cache is big-endian.", Location.At(path, 28));
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(file[20..]);
        if (count > MaximumEntries || HeaderSize + ((long)count * EntrySize) > file.Length)
        {
            throw FormatErrors.LimitExceeded.Error($"The cache announces {count} entries in {file.Length} bytes.", Location.At(path, 20));
        }

        var entries = new List<LdCacheEntry>((int)count);
        for (var i = 0; i < count; i++)
        {
            var at = HeaderSize + (i * EntrySize);
            var record = file.Slice(at, EntrySize);
            entries.Add(new(
                Text(file, BinaryPrimitives.ReadUInt32LittleEndian(record[4..]), path, at + 4),
                Text(file, BinaryPrimitives.ReadUInt32LittleEndian(record[8..]), path, at + 8),
                BinaryPrimitives.ReadInt32LittleEndian(record),
                BinaryPrimitives.ReadUInt64LittleEndian(record[16..])));
        }

        return entries;
    }

    /// <summary>
    /// Orders library names as the dynamic linker does (<c>_dl_cache_libcmp</c>): numbers by value, digits after everything else.
    /// </summary>
    public static int CompareNames(string left, string right)
    {
        int l = 0, r = 0;
        while (l < left.Length)
        {
            var a = left[l];
            var b = r < right.Length ? right[r] : '\0';
            if (char.IsAsciiDigit(a) && char.IsAsciiDigit(b))
            {
                var one = Number(left, ref l);
                var other = Number(right, ref r);
                if (one != other)
                {
                    return one.CompareTo(other);
                }
            }
            else if (char.IsAsciiDigit(a))
            {
                return 1;
            }
            else if (char.IsAsciiDigit(b))
            {
                return -1;
            }
            else if (a != b)
            {
                return a - b;
            }
            else
            {
                l++;
                r++;
            }
        }

        return r < right.Length ? -1 : 0;
    }

    private static ulong Number(string text, ref int at)
    {
        ulong value = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            value = unchecked((value * 10) + (ulong)(text[at] - '0'));
        }

        return value;
    }

    private static int Compare(LdCacheEntry left, LdCacheEntry right)
    {
        var names = CompareNames(right.Name, left.Name);
        if (names != 0)
        {
            return names;
        }

        return left.Flags != right.Flags ? right.Flags.CompareTo(left.Flags) : right.HardwareCapabilities.CompareTo(left.HardwareCapabilities);
    }

    // Strings in descending order of their reversed text, so that a string that ends another shares its bytes.
    private static (byte[] Table, Dictionary<string, int> Offsets) StringTable(IEnumerable<string> strings)
    {
        var sorted = strings.Distinct(StringComparer.Ordinal).Select(s => (Text: s, Bytes: Encoding.UTF8.GetBytes(s))).ToList();
        sorted.Sort((a, b) => CompareReversed(b.Bytes, a.Bytes));
        var table = new MemoryStream();
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        byte[] previous = [];
        var previousStart = 0;
        foreach (var (text, bytes) in sorted)
        {
            if (previous.Length > 0 && previous.AsSpan().EndsWith(bytes))
            {
                offsets[text] = previousStart + previous.Length - bytes.Length;
                continue;
            }

            previous = bytes;
            previousStart = (int)table.Length;
            offsets[text] = previousStart;
            table.Write(bytes);
            table.WriteByte(0);
        }

        return (table.ToArray(), offsets);
    }

    private static int CompareReversed(byte[] left, byte[] right)
    {
        for (var i = 1; i <= Math.Min(left.Length, right.Length); i++)
        {
            if (left[^i] != right[^i])
            {
                return left[^i] - right[^i];
            }
        }

        return left.Length - right.Length;
    }

    private static string Text(ReadOnlySpan<byte> file, uint offset, string path, int at)
    {
        if (offset < HeaderSize || offset >= file.Length)
        {
            throw FormatErrors.Malformed.Error($"A string lies at {offset}, outside the cache.", Location.At(path, at));
        }

        var rest = file[(int)offset..];
        var end = rest.IndexOf((byte)0);
        return end is < 0 or > 4096
            ? throw FormatErrors.Malformed.Error($"The string at {offset} does not end.", Location.At(path, at))
            : Encoding.UTF8.GetString(rest[..end]);
    }
}
