using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tar;

/// <summary>
/// Reads ustar (POSIX.1-1988), pax (POSIX.1-2001) and GNU tar archives as a stream. Input is hostile: a path that is
/// absolute in a way that escapes, holds "..", or a hard link out of the tree is an error; lengths are bounded.
/// </summary>
public sealed class TarReader
{
    private const int BlockSize = 512;
    private const int MaximumExtension = 1 << 20;
    private const long MaximumFile = 16L << 30;
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private readonly Stream _input;
    private readonly string _name;
    private readonly byte[] _block = new byte[BlockSize];
    private long _position;
    private long _left;
    private int _padding;
    private bool _ended;

    /// <summary>Starts at an archive's first block.</summary>
    /// <param name="input">Read to the end mark; not owned.</param>
    /// <param name="name">Named in errors.</param>
    public TarReader(Stream input, string name)
    {
        _input = input;
        _name = name;
    }

    /// <summary>Goes to the next entry; what is left of the one before is skipped.</summary>
    /// <returns>The entry, or null at the end.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1005.</exception>
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
        var pax = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (true)
        {
            if (!ReadBlock(allowEnd: true) || IsZero(_block))
            {
                _ended = true;
                return longName is null && longLink is null && pax.Count == 0 ? null : throw Bad("The archive ends after an extension header.");
            }

            Checksum();
            var type = (char)_block[156];
            var size = Number(124, 12);
            if (type is 'L' or 'K' or 'x' or 'g')
            {
                var data = Extension(size);
                switch (type)
                {
                    case 'L':
                        longName = Text(data);
                        break;
                    case 'K':
                        longLink = Text(data);
                        break;
                    case 'x':
                        Pax(data, pax);
                        break;
                }

                continue;
            }

            return Entry(type, size, longName, longLink, pax);
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
            throw FormatErrors.Truncated.Error("The archive ends inside a file.", Location.At(_name, _position));
        }

        _position += read;
        _left -= read;
        return read;
    }

    private TarEntry Entry(char type, long size, string? longName, string? longLink, Dictionary<string, byte[]> pax)
    {
        var name = longName ?? (pax.TryGetValue("path", out var path) ? Text(path) : HeaderName());
        var link = longLink ?? (pax.TryGetValue("linkpath", out var linkPath) ? Text(linkPath) : Text(_block.AsSpan(157, 100)));
        if (pax.TryGetValue("size", out var paxSize))
        {
            size = PaxNumber(paxSize);
        }

        var (kind, hardLink) = type switch
        {
            '0' or '\0' or '7' => (InodeType.File, false),
            '1' => (InodeType.File, true),
            '2' => (InodeType.SymbolicLink, false),
            '3' => (InodeType.CharacterDevice, false),
            '4' => (InodeType.BlockDevice, false),
            '5' => (InodeType.Directory, false),
            '6' => (InodeType.Fifo, false),
            _ => throw FormatErrors.Unsupported.Error($"'{name}' has the unknown type '{type}'.", Location.At(_name, _position)),
        };
        if (size is < 0 or > MaximumFile)
        {
            throw FormatErrors.LimitExceeded.Error($"'{name}' claims {size} bytes.", Location.At(_name, _position));
        }

        var length = kind == InodeType.File && !hardLink ? size : 0;
        if (length == 0 && size != 0 && kind != InodeType.Directory && !hardLink)
        {
            throw Bad($"'{name}' has content though it is a {kind}.");
        }

        _left = length;
        _padding = (int)(-length & (BlockSize - 1));
        if (kind == InodeType.SymbolicLink && (link.Length == 0 || link.Contains('\0', StringComparison.Ordinal)))
        {
            throw Bad($"'{name}' is a link to nothing.");
        }

        return new TarEntry
        {
            Path = Normal(name, "path"),
            Type = kind,
            IsHardLink = hardLink,
            Mode = (int)(Number(100, 8) & 0xFFF),
            Uid = Id(pax.TryGetValue("uid", out var uid) ? PaxNumber(uid) : Number(108, 8)),
            Gid = Id(pax.TryGetValue("gid", out var gid) ? PaxNumber(gid) : Number(116, 8)),
            UserName = pax.TryGetValue("uname", out var user) ? Text(user) : Text(_block.AsSpan(265, 32)),
            GroupName = pax.TryGetValue("gname", out var group) ? Text(group) : Text(_block.AsSpan(297, 32)),
            ModifiedSeconds = pax.TryGetValue("mtime", out var time) ? PaxNumber(time) : Number(136, 12),
            LinkTarget = hardLink ? Normal(link, "hard link") : kind == InodeType.SymbolicLink ? link : null,
            Device = kind is InodeType.CharacterDevice or InodeType.BlockDevice ? (Id(Number(329, 8)), Id(Number(337, 8))) : default,
            Length = length,
            Xattrs =
            [
                .. pax.Where(p => p.Key.StartsWith("SCHILY.xattr.", StringComparison.Ordinal))
                    .Select(p => new KeyValuePair<string, byte[]>(p.Key["SCHILY.xattr.".Length..], p.Value)).OrderBy(p => p.Key, StringComparer.Ordinal),
            ],
        };
    }

    private uint Id(long value) => value is >= 0 and <= uint.MaxValue ? (uint)value : throw Bad($"The number {value} is no owner or device number.");

    private string Normal(string name, string what)
    {
        var parts = new List<string>();
        foreach (var part in name.Split('/'))
        {
            if (part == ".." || part.Contains('\0', StringComparison.Ordinal))
            {
                throw FormatErrors.UnsafePath.Error($"The {what} '{name}' leaves the tree.", Location.At(_name, _position));
            }

            if (part.Length > 0 && part != ".")
            {
                parts.Add(part);
            }
        }

        return name.Length is 0 or > 4096 ? throw Bad($"A {what} has {name.Length} characters.") : "/" + string.Join('/', parts);
    }

    private string HeaderName()
    {
        var name = Text(_block.AsSpan(0, 100));
        // Only ustar has a prefix; GNU's older magic uses the field otherwise.
        var prefix = _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(_block.AsSpan(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private byte[] Extension(long size)
    {
        if (size is < 0 or > MaximumExtension)
        {
            throw FormatErrors.LimitExceeded.Error($"An extension header of {size} bytes is too large.", Location.At(_name, _position));
        }

        var data = new byte[size];
        Fill(data);
        Skip(-size & (BlockSize - 1));
        return data;
    }

    private void Pax(ReadOnlySpan<byte> data, Dictionary<string, byte[]> records)
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

            records[Text(record[..equals])] = record[(equals + 1)..].ToArray();
            data = data[length..];
        }
    }

    private long PaxNumber(byte[] value)
    {
        var text = Encoding.ASCII.GetString(value);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return long.TryParse(dot < 0 ? text : text[..dot], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Bad($"'{text}' is not a number.");
    }

    private long Number(int offset, int length)
    {
        var field = _block.AsSpan(offset, length);
        if ((field[0] & 0x80) != 0)
        {
            // GNU's base-256: big-endian, for what octal digits cannot hold.
            var high = field[..^8];
            if ((field[0] & 0x7F) != 0 && field[0] != 0xFF || high[1..].ContainsAnyExcept(field[0] == 0xFF ? (byte)0xFF : (byte)0))
            {
                if (length > 8 || (field[0] & 0x7F) != 0)
                {
                    throw Bad("A number is too large.");
                }
            }

            return length > 8 ? BinaryPrimitives.ReadInt64BigEndian(field[^8..]) : BinaryPrimitives.ReadInt64BigEndian(field) & long.MaxValue;
        }

        var digits = field;
        var end = digits.IndexOfAny((byte)0, (byte)' ');
        while (digits.Length > 0 && digits[0] == ' ')
        {
            digits = digits[1..];
        }

        end = digits.IndexOfAny((byte)0, (byte)' ');
        digits = end < 0 ? digits : digits[..end];
        var value = 0L;
        foreach (var digit in digits)
        {
            value = digit is >= (byte)'0' and <= (byte)'7' ? (value << 3) | (uint)(digit - '0') : throw Bad("A number is not octal.");
        }

        return value;
    }

    private void Checksum()
    {
        var expected = Number(148, 8);
        var sum = 8L * ' ';
        for (var i = 0; i < BlockSize; i++)
        {
            sum += i is >= 148 and < 156 ? 0 : _block[i];
        }

        if (sum != expected)
        {
            throw Bad("A header's checksum is wrong.");
        }
    }

    private string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        try
        {
            return s_utf8.GetString(end < 0 ? field : field[..end]);
        }
        catch (DecoderFallbackException)
        {
            throw Bad("A name is not UTF-8.");
        }
    }

    private static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    private bool ReadBlock(bool allowEnd)
    {
        var read = _input.ReadAtLeast(_block, BlockSize, throwOnEndOfStream: false);
        if (read == 0 && allowEnd)
        {
            throw FormatErrors.Truncated.Error("The archive has no end mark.", Location.At(_name, _position));
        }

        if (read < BlockSize)
        {
            throw FormatErrors.Truncated.Error("The archive ends inside a header.", Location.At(_name, _position));
        }

        _position += BlockSize;
        return true;
    }

    private void Fill(Span<byte> data)
    {
        if (_input.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
        {
            throw FormatErrors.Truncated.Error("The archive ends inside an extension header.", Location.At(_name, _position));
        }

        _position += data.Length;
    }

    private void Skip(long count)
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (count > 0)
        {
            var read = _input.Read(buffer[..(int)Math.Min(buffer.Length, count)]);
            if (read == 0)
            {
                throw FormatErrors.Truncated.Error("The archive ends inside a file.", Location.At(_name, _position));
            }

            count -= read;
            _position += read;
        }
    }

    private HullException Bad(string message) => FormatErrors.Malformed.Error(message, Location.At(_name, _position));
}
