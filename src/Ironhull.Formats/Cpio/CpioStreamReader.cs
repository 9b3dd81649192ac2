using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Cpio;

/// <summary>
/// Reads a cpio archive from a stream: "newc" and "crc" members (cpio(5)) and the stripped ones that rpm writes for files of 4 GiB and
/// more, and always in packages of format 6. Only a buffer of it is in memory. The input is hostile.
/// </summary>
/// <param name="archive">Not compressed; read to its end; not owned.</param>
/// <param name="name">Named in errors.</param>
public sealed class CpioStreamReader(Stream archive, string name)
{
    private const int MaximumName = 4096;
    private const int StrippedSize = 14;

    // Archives are padded to blocks of 512 bytes by some tools.
    private const int MaximumPadding = 511;
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private long _left;
    private bool _lengthKnown = true;
    private uint _sum;
    private uint? _expectedSum;
    private bool _ended;

    /// <summary>How many bytes of the archive were read.</summary>
    public long Position { get; private set; }

    /// <summary>Goes to the next member, skipping what is left of the one before.</summary>
    /// <returns>The member, or null at the end, behind which nothing but zeros is left.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1004: damaged or hostile.</exception>
    public CpioMember? Next()
    {
        if (_ended)
        {
            return null;
        }

        Skip();
        var offset = Position;
        var magic = Take(6);
        if (magic.SequenceEqual("07070X"u8))
        {
            return Stripped(offset);
        }

        Span<byte> header = stackalloc byte[CpioHeader.Size];
        magic.CopyTo(header);
        if (!magic.SequenceEqual("070701"u8) && !magic.SequenceEqual("070702"u8))
        {
            throw FormatErrors.Malformed.Error("A member begins with neither 070701, 070702 nor 07070X.", Location.At(name, offset));
        }

        Take(CpioHeader.Size - 6).CopyTo(header[6..]);
        return Named(header, offset);
    }

    /// <summary>Says how long a stripped member's content is, before it is read.</summary>
    public void SetLength(long length)
    {
        if (_lengthKnown)
        {
            throw new InvalidOperationException("The member's length is known.");
        }

        _left = length;
        _lengthKnown = true;
    }

    /// <summary>Reads the current member's content.</summary>
    /// <returns>How many bytes; 0 at its end.</returns>
    /// <exception cref="HullException">HULL1001: the archive ends too early; HULL1002: the checksum is wrong.</exception>
    public int Read(Span<byte> destination)
    {
        RequireLength();
        if (_left == 0 || destination.IsEmpty)
        {
            return 0;
        }

        destination = destination[..(int)Math.Min(destination.Length, _left)];
        int read;
        if (_start == _end && destination.Length >= _buffer.Length)
        {
            read = archive.Read(destination);
        }
        else
        {
            Fill(1);
            read = Math.Min(destination.Length, _end - _start);
            _buffer.AsSpan(_start, read).CopyTo(destination);
            _start += read;
        }

        if (read == 0)
        {
            throw EndsEarly();
        }

        Position += read;
        _left -= read;
        if (_expectedSum is { } expected)
        {
            CheckSum(destination[..read], expected);
        }

        return read;
    }

    private CpioMember Stripped(long offset)
    {
        var digits = Take(8);
        if (digits.ContainsAnyExcept("0123456789abcdefABCDEF"u8) || !uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var index)
            || index > int.MaxValue)
        {
            throw FormatErrors.Malformed.Error("The file number of a stripped member is not eight hex digits.", Location.At(name, offset));
        }

        SkipPadding();
        _left = 0;
        _lengthKnown = false;
        _expectedSum = null;
        return new(CpioForm.Stripped, "", (int)index, 0, 0, 0, -1, offset);
    }

    private CpioMember? Named(ReadOnlySpan<byte> bytes, long offset)
    {
        var header = CpioHeader.Parse(bytes, offset);
        if (header.NameSize is 0 or > MaximumName)
        {
            throw FormatErrors.LimitExceeded.Error($"A name has {header.NameSize} bytes; at most {MaximumName} are allowed.", Location.At(name, offset));
        }

        var path = Name(Take((int)header.NameSize), offset);
        SkipPadding();
        if (path == CpioHeader.Trailer)
        {
            End();
            return null;
        }

        var checksummed = bytes[5] == (byte)'2';
        _left = header.FileSize;
        _sum = 0;
        _expectedSum = checksummed && FileType.Parse(header.Mode) == InodeType.File ? header.Checksum : null;
        return new(checksummed ? CpioForm.Checksummed : CpioForm.New, path, -1, header.Mode, header.Inode, header.LinkCount, header.FileSize, offset);
    }

    private string Name(ReadOnlySpan<byte> stored, long offset)
    {
        if (stored[^1] != 0 || stored[..^1].Contains((byte)0))
        {
            throw FormatErrors.Malformed.Error("A name is not terminated by one NUL.", Location.At(name, offset));
        }

        try
        {
            return s_strict.GetString(stored[..^1]);
        }
        catch (DecoderFallbackException e)
        {
            throw FormatErrors.Malformed.Error("A name is not UTF-8.", Location.At(name, offset), cause: e);
        }
    }

    private void Skip()
    {
        RequireLength();
        while (_left > 0)
        {
            Fill(1);
            var part = (int)Math.Min(_left, _end - _start);
            _left -= part;
            Position += part;
            _start += part;
            if (_expectedSum is { } expected)
            {
                CheckSum(_buffer.AsSpan(_start - part, part), expected);
            }
        }

        SkipPadding();
    }

    private void CheckSum(ReadOnlySpan<byte> bytes, uint expected)
    {
        foreach (var b in bytes)
        {
            _sum += b;
        }

        if (_left == 0 && _sum != expected)
        {
            throw FormatErrors.Malformed.Error($"A member's bytes add up to {_sum:x8} and not to {expected:x8}.", Location.At(name, Position));
        }
    }

    private void SkipPadding()
    {
        var padding = CpioHeader.Padding(Position);
        if (padding > 0)
        {
            Take(padding);
        }
    }

    private void End()
    {
        _ended = true;
        for (var padding = 0; ; padding++)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, archive.Read(_buffer));
                if (_end == 0)
                {
                    return;
                }
            }

            if (_buffer[_start] != 0 || padding == MaximumPadding)
            {
                throw FormatErrors.Malformed.Error("Bytes follow the end of the archive.", Location.At(name, Position));
            }

            _start++;
            Position++;
        }
    }

    private void RequireLength()
    {
        if (!_lengthKnown)
        {
            throw new InvalidOperationException("The length of a stripped member comes from elsewhere.");
        }
    }

    // A few bytes that must be there; valid until the next call.
    private ReadOnlySpan<byte> Take(int count)
    {
        Fill(count);
        _start += count;
        Position += count;
        return _buffer.AsSpan(_start - count, count);
    }

    private void Fill(int count)
    {
        if (_end - _start >= count)
        {
            return;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < count)
        {
            var read = archive.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                throw EndsEarly();
            }

            _end += read;
        }
    }

    private HullException EndsEarly() => FormatErrors.Truncated.Error("The archive ends inside a member.", Location.At(name, Position));
}
