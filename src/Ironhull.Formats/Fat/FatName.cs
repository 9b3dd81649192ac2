using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Fat;

/// <summary>File names: the 8.3 short name and the long name entries (FAT specification sections 6.1 and 7).</summary>
internal static class FatName
{
    public const int EntrySize = 32;
    public const byte LongNameAttribute = 0x0F;
    private const int UnitsPerEntry = 13;
    private const string ShortPunctuation = "!#$%&'()-@^_`{}~";
    private static ReadOnlySpan<byte> UnitOffsets => [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

    /// <summary>Checks a long name.</summary>
    /// <exception cref="HullException">HULL1005: empty, too long, or of characters that FAT forbids.</exception>
    public static void Validate(string name)
    {
        if (name.Length is 0 or > 255 || name[^1] is '.' or ' ' || name.AsSpan().IndexOfAny("\"*/:<>?\\|") >= 0 || name.Any(c => c < ' '))
        {
            throw FormatErrors.UnsafePath.Error($"'{name}' cannot be a file name on a FAT volume.");
        }
    }

    /// <summary>Whether a name needs long name entries: whenever it is not an upper-case 8.3 name.</summary>
    public static bool NeedsLongName(string name)
    {
        var dot = name.LastIndexOf('.');
        var stem = dot < 0 ? name : name[..dot];
        var extension = dot < 0 ? "" : name[(dot + 1)..];
        return stem.Length is 0 or > 8 || extension.Length > 3 || (dot >= 0 && extension.Length == 0) || !stem.All(IsShort) || !extension.All(IsShort);
    }

    /// <summary>The number of 32-byte entries a name takes.</summary>
    public static int EntryCount(string name) => NeedsLongName(name) ? 1 + ((name.Length + UnitsPerEntry - 1) / UnitsPerEntry) : 1;

    /// <summary>An 11-byte short name that is not taken yet; it is added to <paramref name="taken"/>.</summary>
    public static byte[] MakeShort(string name, HashSet<string> taken)
    {
        var dot = name.LastIndexOf('.');
        var stem = dot <= 0 ? name : name[..dot];
        var extension = Basis(dot <= 0 ? "" : name[(dot + 1)..], 3);
        if (!NeedsLongName(name))
        {
            var exact = stem.PadRight(8) + extension.PadRight(3);
            taken.Add(exact);
            return Encoding.ASCII.GetBytes(exact);
        }

        var basis = Basis(stem, 8);
        for (var number = 1; ; number++)
        {
            var tail = "~" + number.ToString(CultureInfo.InvariantCulture);
            var candidate = (basis[..Math.Min(basis.Length, 8 - tail.Length)] + tail).PadRight(8) + extension.PadRight(3);
            if (taken.Add(candidate))
            {
                return Encoding.ASCII.GetBytes(candidate);
            }
        }
    }

    /// <summary>Writes the long name entries, last part first.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteLong(Span<byte> destination, string name, ReadOnlySpan<byte> shortName)
    {
        var count = EntryCount(name) - 1;
        var checksum = Checksum(shortName);
        for (var i = 0; i < count; i++)
        {
            var ordinal = count - i;
            var entry = destination.Slice(i * EntrySize, EntrySize);
            entry.Clear();
            entry[0] = (byte)(ordinal | (i == 0 ? 0x40 : 0));
            entry[11] = LongNameAttribute;
            entry[13] = checksum;
            for (var unit = 0; unit < UnitsPerEntry; unit++)
            {
                var index = ((ordinal - 1) * UnitsPerEntry) + unit;
                var value = index < name.Length ? name[index] : index == name.Length ? '\0' : '\uFFFF';
                BinaryPrimitives.WriteUInt16LittleEndian(entry[UnitOffsets[unit]..], value);
            }
        }

        return count * EntrySize;
    }

    /// <summary>The 13 UTF-16 code units of a long name entry.</summary>
    public static void ReadLong(ReadOnlySpan<byte> entry, Span<char> units)
    {
        for (var unit = 0; unit < UnitsPerEntry; unit++)
        {
            units[unit] = (char)BinaryPrimitives.ReadUInt16LittleEndian(entry[UnitOffsets[unit]..]);
        }
    }

    /// <summary>An 8.3 name as text, with the case flags that other writers set (byte 12).</summary>
    public static string ReadShort(ReadOnlySpan<byte> entry)
    {
        var raw = entry[..11].ToArray();
        if (raw[0] == 0x05)
        {
            raw[0] = 0xE5;
        }

        var stem = Encoding.Latin1.GetString(raw, 0, 8).TrimEnd(' ');
        var extension = Encoding.Latin1.GetString(raw, 8, 3).TrimEnd(' ');
        stem = (entry[12] & 0x08) != 0 ? stem.ToLowerInvariant() : stem;
        extension = (entry[12] & 0x10) != 0 ? extension.ToLowerInvariant() : extension;
        return extension.Length == 0 ? stem : $"{stem}.{extension}";
    }

    /// <summary>The checksum that ties long name entries to their short name (FAT specification section 7.2).</summary>
    public static byte Checksum(ReadOnlySpan<byte> shortName)
    {
        byte sum = 0;
        foreach (var value in shortName[..11])
        {
            sum = (byte)(((sum & 1) << 7) + (sum >> 1) + value);
        }

        return sum;
    }

    private static bool IsShort(char c) => c is >= 'A' and <= 'Z' or >= '0' and <= '9' || ShortPunctuation.Contains(c, StringComparison.Ordinal);

    private static string Basis(string text, int length)
    {
        var basis = new StringBuilder();
        foreach (var c in text)
        {
            var upper = char.ToUpperInvariant(c);
            if (c is not ('.' or ' ') && basis.Length < length)
            {
                basis.Append(IsShort(upper) ? upper : '_');
            }
        }

        return basis.ToString();
    }
}
