using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Ar;

/// <summary>One member of an ar archive.</summary>
/// <param name="Name">Its name, without the "/" that GNU ar adds.</param>
/// <param name="Offset">Offset of its first byte in the archive.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct ArMember(string Name, long Offset, long Length);

/// <summary>Reads the common ar format (ar(5)) as Debian packages use it (deb(5)): no symbol table, no long names.</summary>
public static class ArReader
{
    private const int HeaderSize = 60;
    private const int MaximumMembers = 64;

    /// <summary>Lists the members.</summary>
    /// <param name="archive">A seekable stream; its position is changed.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL1001, HULL1002, HULL1003: truncated, malformed, too many members.</exception>
    public static IReadOnlyList<ArMember> Read(Stream archive, string name)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        archive.Position = 0;
        if (archive.ReadAtLeast(header[..8], 8, throwOnEndOfStream: false) < 8)
        {
            throw FormatErrors.Truncated.Error("The archive is shorter than its signature.", Location.At(name, 0));
        }

        if (!header[..8].SequenceEqual("!<arch>\n"u8))
        {
            throw FormatErrors.Malformed.Error("The archive does not begin with '!<arch>'.", Location.At(name, 0));
        }

        var members = new List<ArMember>();
        var position = 8L;
        while (position < archive.Length)
        {
            archive.Position = position;
            if (archive.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
            {
                throw FormatErrors.Truncated.Error("The archive ends inside a member's header.", Location.At(name, position));
            }

            var size = Encoding.ASCII.GetString(header.Slice(48, 10)).TrimEnd(' ');
            if (!header[58..].SequenceEqual("`\n"u8) || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                throw FormatErrors.Malformed.Error("A member's header is not one.", Location.At(name, position));
            }

            if (length > archive.Length - position - HeaderSize)
            {
                throw FormatErrors.Truncated.Error($"A member of {length} bytes does not fit into the archive.", Location.At(name, position));
            }

            if (members.Count == MaximumMembers)
            {
                throw FormatErrors.LimitExceeded.Error($"The archive has more than {MaximumMembers} members.", Location.At(name, position));
            }

            members.Add(new(Encoding.ASCII.GetString(header[..16]).TrimEnd(' ').TrimEnd('/'), position + HeaderSize, length));
            position += HeaderSize + length + (length & 1);
        }

        return members;
    }
}
