using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tar;

/// <summary>
/// Reads ustar (POSIX.1-1988), pax (POSIX.1-2001) and GNU tar archives as a stream. Input is hostile: a member's name or a
/// hard link's target that is absolute or has a ".." part is an error, and every length is bounded. Whether a path occurs
/// twice is for the caller to say, who alone keeps the paths.
/// </summary>
public sealed class TarReader
{
    private const int BlockSize = 512;
    private const int MaximumExtension = 1 << 20;
    private const int MaximumPath = 4095;
    private const int MaximumPadding = 1 << 20;
    private const string XattrPrefix = "SCHILY.xattr.";
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private readonly Stream _input;
    private readonly string _name;
    private readonly long _maximumFile;
    private readonly byte[] _block = new byte[BlockSize];
    private readonly Dictionary<string, byte[]> _global = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _pax = new(StringComparer.Ordinal);
    private long _position;
    private long _left;
    private int _padding;
    private bool _ended;

    /// <summary>The largest file that is read when nothing else is said: 16 GiB.</summary>
    public const long DefaultMaximumFile = 16L << 30;

    /// <summary>Starts at an archive's first block.</summary>
    /// <param name="input">Read to its end; not owned.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="maximumFile">The largest file allowed, in bytes.</param>
    public TarReader(Stream input, string name, long maximumFile = DefaultMaximumFile)
    {
        _input = input;
        _name = name;
        _maximumFile = maximumFile;
    }

    /// <summary>Goes to the next entry; what is left of the one before is skipped.</summary>
    /// <returns>The entry, or null at the end.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1005: truncated, malformed, too large, unsupported, unsafe path.</exception>
    public TarEntry? Next()
    {
        if (_ended)
        {
            return null;
        }

        Skip(_left + _padding);
        _left = 0;
        _padding = 0;
        string? longName = null, longLink = null;
        _pax.Clear();
        var extensions = 0L;
        while (true)
        {
            ReadBlock();
            if (IsZero(_block))
            {
                if (longName is not null || longLink is not null || _pax.Count > 0)
                {
                    throw Bad("The archive ends after an extension header.");
                }

                _ended = true;
                RequireZeros();
                return null;
            }

            VerifyChecksum();
            var type = (char)_block[156];
            var size = Number(124, 12, "size");
            if (type is not ('L' or 'K' or 'x' or 'g'))
            {
                return Entry(type, size, longName, longLink);
            }

            extensions += size;
            if (size is < 0 or > MaximumExtension || extensions > MaximumExtension)
            {
                throw Limit($"Extension headers of {extensions} bytes are too large.");
            }

            var data = new byte[size];
            Fill(data);
            Skip(-size & (BlockSize - 1));
            switch (type)
            {
                case 'L':
                    longName = Text(data);
                    break;
                case 'K':
                    longLink = Text(data);
                    break;
                default:
                    ReadRecords(data, type == 'x' ? _pax : _global);
                    break;
            }
        }
    }

    /// <summary>Reads the current file's content.</summary>
    /// <returns>How many bytes; 0 at its end.</returns>
    /// <exception cref="HullException">HULL1001: the archive ends inside the file.</exception>
    public int Read(Span<byte> destination)
    {
        var count = (int)Math.Min(destination.Length, _left);
        if (count == 0)
        {
            return 0;
        }

        var read = _input.Read(destination[..count]);
        if (read == 0)
        {
            throw Truncated("inside a file");
        }

        _position += read;
        _left -= read;
        return read;
    }

    private TarEntry Entry(char type, long size, string? longName, string? longLink)
    {
        // A GNU long name goes with GNU headers, a pax record with pax headers; a pax record is the newer form and wins.
        var name = PaxText("path") ?? longName ?? HeaderName();
        var link = PaxText("linkpath") ?? longLink ?? Text(_block.AsSpan(157, 100));
        if (Record("size") is { } record)
        {
            size = PaxNumber(record, "size");
        }

        if (_pax.Keys.Concat(_global.Keys).Any(k => k.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
        {
            throw FormatErrors.Unsupported.Error($"'{Shown(name)}' is a sparse file.", Here);
        }

        var (kind, hardLink) = type switch
        {
            '0' or '\0' or '7' => (name.EndsWith('/') ? InodeType.Directory : InodeType.File, false),
            '1' => (InodeType.File, true),
            '2' => (InodeType.SymbolicLink, false),
            '3' => (InodeType.CharacterDevice, false),
            '4' => (InodeType.BlockDevice, false),
            '5' => (InodeType.Directory, false),
            '6' => (InodeType.Fifo, false),
            _ => throw FormatErrors.Unsupported.Error($"'{Shown(name)}' has the type {(int)type}, which is not supported.", Here),
        };
        var path = Normal(name, "path");
        if (size < 0 || size > _maximumFile)
        {
            throw Limit($"'{path}' claims {size} bytes; at most {_maximumFile} are allowed.");
        }

        var isFile = kind == InodeType.File && !hardLink;
        if (!isFile && size != 0)
        {
            throw Bad($"'{path}' is a {(hardLink ? "hard link" : kind)} and claims {size} bytes of content.");
        }

        if (kind == InodeType.SymbolicLink && link.Length is 0 or > MaximumPath)
        {
            throw Bad($"The target of the symbolic link '{path}' has {link.Length} characters.");
        }

        _left = size;
        _padding = (int)(-size & (BlockSize - 1));
        return new TarEntry
        {
            Path = path,
            Type = kind,
            IsHardLink = hardLink,
            Mode = (int)(Number(100, 8, "mode") & 0xFFF),
            Uid = Id(Record("uid") is { } uid ? PaxNumber(uid, "uid") : Number(108, 8, "uid"), "uid"),
            Gid = Id(Record("gid") is { } gid ? PaxNumber(gid, "gid") : Number(116, 8, "gid"), "gid"),
            UserName = PaxText("uname") ?? Text(_block.AsSpan(265, 32)),
            GroupName = PaxText("gname") ?? Text(_block.AsSpan(297, 32)),
            ModifiedSeconds = Record("mtime") is { } time ? PaxNumber(time, "mtime") : Number(136, 12, "mtime"),
            LinkTarget = hardLink ? Normal(link, "hard link's target") : kind == InodeType.SymbolicLink ? link : null,
            Device = kind is InodeType.CharacterDevice or InodeType.BlockDevice
                ? (Id(Number(329, 8, "major"), "major"), Id(Number(337, 8, "minor"), "minor"))
                : default,
            Length = size,
            Xattrs = Xattrs(),
        };
    }

    private byte[]? Record(string key) => _pax.TryGetValue(key, out var value) || _global.TryGetValue(key, out value) ? value : null;

    private string? PaxText(string key) => Record(key) is { } value ? ExactText(value) : null;

    private IReadOnlyList<KeyValuePair<string, byte[]>> Xattrs()
    {
        if (_pax.Count == 0)
        {
            return [];
        }

        return
        [
            .. _pax.Where(p => p.Key.Length > XattrPrefix.Length && p.Key.StartsWith(XattrPrefix, StringComparison.Ordinal))
                .Select(p => KeyValuePair.Create(p.Key[XattrPrefix.Length..], p.Value))
                .OrderBy(p => p.Key, StringComparer.Ordinal),
        ];
    }

    private uint Id(long value, string what) =>
        value is >= 0 and <= uint.MaxValue ? (uint)value : throw Bad(string.Create(CultureInfo.InvariantCulture, $"The {what} {value} is out of range."));

    /// <summary>"./usr//bin/x/" as "/usr/bin/x"; "./" as "/".</summary>
    private string Normal(string name, string what)
    {
        if (name.Length is 0 or > MaximumPath)
        {
            throw Bad($"A {what} has {name.Length} characters.");
        }

        if (name[0] == '/')
        {
            throw FormatErrors.UnsafePath.Error($"The {what} '{Shown(name)}' is absolute.", Here);
        }

        var normal = new StringBuilder(name.Length + 1);
        foreach (var range in name.AsSpan().Split('/'))
        {
            var part = name.AsSpan()[range];
            if (part.SequenceEqual(".."))
            {
                throw FormatErrors.UnsafePath.Error($"The {what} '{Shown(name)}' leaves the tree.", Here);
            }

            if (!part.IsEmpty && !part.SequenceEqual("."))
            {
                normal.Append('/').Append(part);
            }
        }

        return normal.Length == 0 ? "/" : normal.ToString();
    }

    private string HeaderName()
    {
        var name = Text(_block.AsSpan(0, 100));
        // Only ustar has a prefix; GNU's own magic, "ustar  ", uses the field otherwise.
        var prefix = _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(_block.AsSpan(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    // POSIX pax: "LENGTH KEY=VALUE\n", LENGTH counting itself; an empty value takes the record back.
    private void ReadRecords(ReadOnlySpan<byte> data, Dictionary<string, byte[]> records)
    {
        while (!data.IsEmpty)
        {
            var space = data.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(data[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ||
                length <= space + 1 || length > data.Length || data[length - 1] != '\n')
            {
                throw Bad("A pax record is malformed.");
            }

            var record = data[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw Bad("A pax record has no key.");
            }

            var key = ExactText(record[..equals]);
            var value = record[(equals + 1)..];
            if (value.IsEmpty && !key.StartsWith(XattrPrefix, StringComparison.Ordinal))
            {
                records.Remove(key);
            }
            else
            {
                records[key] = value.ToArray();
            }

            data = data[length..];
        }
    }

    // Times may have a fraction; whole seconds are kept, rounded down.
    private long PaxNumber(byte[] value, string what)
    {
        var text = Encoding.Latin1.GetString(value);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? text : text[..dot];
        if (!long.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number == long.MinValue ||
            (dot >= 0 && text.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9')))
        {
            throw Bad($"The pax record {what} is not a number.");
        }

        return dot >= 0 && whole.StartsWith('-') && text.AsSpan(dot + 1).ContainsAnyExcept('0') ? number - 1 : number;
    }

    private long Number(int offset, int length, string what)
    {
        var field = _block.AsSpan(offset, length);
        if ((field[0] & 0x80) != 0)
        {
            return Base256(field, what);
        }

        field = field.TrimStart((byte)' ');
        var end = field.IndexOfAny((byte)0, (byte)' ');
        var value = 0L;
        foreach (var digit in end < 0 ? field : field[..end])
        {
            value = digit is >= (byte)'0' and <= (byte)'7' ? (value << 3) | (uint)(digit - '0') : throw Bad($"The {what} of a header is not an octal number.");
        }

        return value;
    }

    // GNU: a two's complement big-endian number of length * 8 - 1 bits, for what octal digits cannot hold.
    private long Base256(ReadOnlySpan<byte> field, string what)
    {
        var negative = (field[0] & 0x40) != 0;
        Span<byte> wide = stackalloc byte[16];
        wide.Fill(negative ? (byte)0xFF : (byte)0);
        field.CopyTo(wide[^field.Length..]);
        // The marker bit takes on the sign.
        wide[^field.Length] = negative ? field[0] : (byte)(field[0] & 0x7F);
        var value = BinaryPrimitives.ReadInt64BigEndian(wide[8..]);
        if (wide[..8].ContainsAnyExcept(negative ? (byte)0xFF : (byte)0) || value < 0 != negative)
        {
            throw Limit($"The {what} of a header is too large.");
        }

        return value;
    }

    private void VerifyChecksum()
    {
        var expected = Number(148, 8, "checksum");
        var sum = 8L * ' ';
        foreach (var b in _block.AsSpan(0, 148))
        {
            sum += b;
        }

        foreach (var b in _block.AsSpan(156))
        {
            sum += b;
        }

        if (sum != expected)
        {
            throw Bad("A header's checksum is wrong.");
        }
    }

    // Header fields and GNU long names end at a zero byte.
    private string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return ExactText(end < 0 ? field : field[..end]);
    }

    private string ExactText(ReadOnlySpan<byte> field)
    {
        if (field.Contains((byte)0))
        {
            throw FormatErrors.UnsafePath.Error("A name holds a zero byte.", Here);
        }

        try
        {
            return s_utf8.GetString(field);
        }
        catch (DecoderFallbackException)
        {
            throw Bad("A name is not UTF-8.");
        }
    }

    private static string Shown(string name) => name.Length <= 200 ? name : name[..200] + "…";

    private static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    private void ReadBlock()
    {
        var read = _input.ReadAtLeast(_block, BlockSize, throwOnEndOfStream: false);
        if (read < BlockSize)
        {
            throw read == 0 ? FormatErrors.Truncated.Error("The archive has no end mark.", Here) : Truncated("inside a header");
        }

        _position += BlockSize;
    }

    // The end mark and the record's padding: reading it all lets the decompressor below check its sums.
    private void RequireZeros()
    {
        var total = 0;
        while (_input.Read(_block) is var read && read > 0)
        {
            total += read;
            _position += read;
            if (total > MaximumPadding || !IsZero(_block.AsSpan(0, read)))
            {
                throw Bad("There is data behind the archive's end mark.");
            }
        }
    }

    private void Fill(Span<byte> data)
    {
        if (_input.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
        {
            throw Truncated("inside an extension header");
        }

        _position += data.Length;
    }

    private void Skip(long count)
    {
        if (count == 0)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[4096];
        while (count > 0)
        {
            var read = _input.Read(buffer[..(int)Math.Min(buffer.Length, count)]);
            if (read == 0)
            {
                throw Truncated("inside a file");
            }

            count -= read;
            _position += read;
        }
    }

    private Location Here => Location.At(_name, _position);

    private HullException Bad(string message) => FormatErrors.Malformed.Error(message, Here);

    private HullException Limit(string message) => FormatErrors.LimitExceeded.Error(message, Here);

    private HullException Truncated(string where) => FormatErrors.Truncated.Error($"The archive ends {where}.", Here);
}
