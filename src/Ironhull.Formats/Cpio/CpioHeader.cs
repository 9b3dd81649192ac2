using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Cpio;

/// <summary>
/// The 110-byte header of a "newc" member (cpio(5); the kernel's Documentation/driver-api/early-userspace/
/// buffer-format.rst): the magic 070701 and thirteen fields of eight hex digits.
/// </summary>
internal readonly record struct CpioHeader(
    uint Inode, uint Mode, uint Uid, uint Gid, uint LinkCount, uint Modified, uint FileSize, uint DeviceMajor, uint DeviceMinor, uint NameSize, uint Checksum = 0)
{
    public const int Size = 110;
    public const string Trailer = "TRAILER!!!";

    /// <summary>Parses a header; the numbers of the device it lay on are skipped.</summary>
    /// <param name="data">At least <see cref="Size"/> bytes.</param>
    /// <param name="offset">Where it lies, for the message.</param>
    /// <exception cref="HullException">HULL1002, HULL1004: not a newc header.</exception>
    public static CpioHeader Parse(ReadOnlySpan<byte> data, long offset)
    {
        if (!data[..6].SequenceEqual("070701"u8) && !data[..6].SequenceEqual("070702"u8))
        {
            throw FormatErrors.Unsupported.Error("There is no newc header (070701).", Location.At("cpio", offset));
        }

        Span<uint> fields = stackalloc uint[13];
        for (var i = 0; i < fields.Length; i++)
        {
            var digits = data.Slice(6 + (8 * i), 8);
            if (digits.ContainsAnyExcept("0123456789abcdefABCDEF"u8)
                || !uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out fields[i]))
            {
                throw FormatErrors.Malformed.Error($"Field {i} of the header is not eight hex digits.", Location.At("cpio", offset));
            }
        }

        return new(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], fields[9], fields[10], fields[11], fields[12]);
    }

    public void WriteTo(Span<byte> data)
    {
        ReadOnlySpan<uint> fields = [Inode, Mode, Uid, Gid, LinkCount, Modified, FileSize, 0, 0, DeviceMajor, DeviceMinor, NameSize, 0];
        "070701"u8.CopyTo(data);
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i].TryFormat(data.Slice(6 + (8 * i), 8), out _, "X8", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Zero bytes that follow a position to bring it to a multiple of four.</summary>
    public static int Padding(long position) => (int)(-position & 3);

    /// <summary>A member's name as stored: relative, "." for the root, NUL-terminated.</summary>
    public static byte[] StoredName(string path) => Encoding.UTF8.GetBytes((path == "/" ? "." : path[1..]) + "\0");
}
