using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tar;

/// <summary>
/// Writes a file tree as a tar archive: ustar headers (POSIX.1-1988), and pax records (POSIX.1-2001) where a value does not fit one.
/// Names are relative and have no leading "./"; the root itself is not written; the order is the tree's. The bytes depend on the tree alone.
/// </summary>
public static class TarWriter
{
    private const int BlockSize = 512;
    private const int RecordSize = 20 * BlockSize;
    private const long MaximumOctal7 = (1L << 21) - 1;
    private const long MaximumOctal11 = (1L << 33) - 1;

    /// <summary>Writes all of a tree.</summary>
    /// <param name="tree">The tree; paths with one inode object become hard links to the first of them.</param>
    /// <param name="output">Receives the archive, padded to a record of 10,240 bytes; not closed.</param>
    /// <exception cref="HullException">HULL1004: the tree holds a socket, which tar cannot.</exception>
    public static void Write(FileTree tree, Stream output)
    {
        var first = new Dictionary<Inode, string>(InodeIdentity.Instance);
        var written = 0L;
        var buffer = new byte[1 << 17];
        foreach (var (path, inode) in tree.Entries)
        {
            if (path == "/")
            {
                continue;
            }

            var hardLink = inode.Type == InodeType.File && !first.TryAdd(inode, path) ? first[inode][1..] : null;
            written += WriteHeaders(path[1..], inode, hardLink, output);
            if (inode.Type == InodeType.File && hardLink is null)
            {
                written += Copy(inode.Content!, buffer, output);
            }
        }

        // Two zero blocks end the archive; the rest of the record is padding.
        var end = (int)((written + (2 * BlockSize) + RecordSize - 1) / RecordSize * RecordSize - written);
        Array.Clear(buffer, 0, end);
        output.Write(buffer, 0, end);
    }

    private static long WriteHeaders(string name, Inode inode, string? hardLink, Stream output)
    {
        var type = inode.Type switch
        {
            InodeType.File => hardLink is null ? '0' : '1',
            InodeType.SymbolicLink => '2',
            InodeType.CharacterDevice => '3',
            InodeType.BlockDevice => '4',
            InodeType.Directory => '5',
            InodeType.Fifo => '6',
            _ => throw FormatErrors.Unsupported.Error($"/{name} is a {inode.Type}, which a tar archive cannot hold."),
        };
        name = inode.Type == InodeType.Directory ? name + "/" : name;
        var link = hardLink ?? inode.LinkTarget ?? "";
        var size = type == '0' ? inode.Content!.Length : 0;
        var pax = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        void Extend(string key, string value) => pax[key] = Encoding.UTF8.GetBytes(value);
        void ExtendNumber(string key, long value, long maximum)
        {
            if (value < 0 || value > maximum)
            {
                Extend(key, value.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (!FitsName(name))
        {
            Extend("path", name);
        }

        if (!Fits(link, 100))
        {
            Extend("linkpath", link);
        }

        ExtendNumber("size", size, MaximumOctal11);
        ExtendNumber("uid", inode.Uid, MaximumOctal7);
        ExtendNumber("gid", inode.Gid, MaximumOctal7);
        ExtendNumber("mtime", inode.ModifiedSeconds, MaximumOctal11);
        if (hardLink is null)
        {
            foreach (var (key, value) in inode.Xattrs)
            {
                pax["SCHILY.xattr." + key] = value;
            }
        }

        var written = 0L;
        if (pax.Count > 0)
        {
            var records = Records(pax);
            output.Write(Header("PaxHeaders", 'x', 0x1A4, 0, 0, records.Length, 0, "", default));
            output.Write(records);
            output.Write(new byte[-records.Length & (BlockSize - 1)]);
            written += BlockSize + ((records.Length + BlockSize - 1) / BlockSize * BlockSize);
        }

        output.Write(Header(name, type, inode.Mode, inode.Uid, inode.Gid, size, inode.ModifiedSeconds, link, inode.Device));
        return written + BlockSize;
    }

    private static byte[] Header(string name, char type, int mode, long uid, long gid, long size, long modified, string link, (uint Major, uint Minor) device)
    {
        var block = new byte[BlockSize];
        var (prefix, rest) = SplitName(name);
        Text(block, 0, 100, rest);
        Octal(block, 100, 8, mode);
        Octal(block, 108, 8, Clamp(uid, MaximumOctal7));
        Octal(block, 116, 8, Clamp(gid, MaximumOctal7));
        Octal(block, 124, 12, Clamp(size, MaximumOctal11));
        Octal(block, 136, 12, Clamp(modified, MaximumOctal11));
        block.AsSpan(148, 8).Fill((byte)' ');
        block[156] = (byte)type;
        Text(block, 157, 100, link);
        "ustar\0"u8.CopyTo(block.AsSpan(257));
        "00"u8.CopyTo(block.AsSpan(263));
        Octal(block, 329, 8, Clamp(device.Major, MaximumOctal7));
        Octal(block, 337, 8, Clamp(device.Minor, MaximumOctal7));
        Text(block, 345, 155, prefix);
        var sum = 0;
        foreach (var b in block)
        {
            sum += b;
        }

        // Six digits, a zero byte, a space: as the standard's example and GNU tar write it.
        Octal(block, 148, 7, sum);
        return block;
    }

    private static long Clamp(long value, long maximum) => Math.Clamp(value, 0, maximum);

    private static bool Fits(string text, int length) => Ascii.IsValid(text) && text.Length <= length;

    private static bool FitsName(string name)
    {
        var (prefix, rest) = SplitName(name);
        return Ascii.IsValid(name) && (prefix.Length == 0 ? rest : prefix + "/" + rest) == name && rest.Length <= 100;
    }

    // ustar: at most 155 characters, a "/" that is not written, at most 100 characters.
    private static (string Prefix, string Name) SplitName(string name)
    {
        if (name.Length <= 100 || !Ascii.IsValid(name))
        {
            return ("", name);
        }

        var slash = name.IndexOf('/', Math.Max(0, name.Length - 101));
        return slash is > 0 and <= 155 && slash < name.Length - 1 ? (name[..slash], name[(slash + 1)..]) : ("", name);
    }

    // "LENGTH KEY=VALUE\n", LENGTH counting its own digits.
    private static byte[] Records(SortedDictionary<string, byte[]> records)
    {
        using var output = new MemoryStream();
        foreach (var (key, value) in records)
        {
            var keyBytes = Encoding.UTF8.GetBytes(key);
            var rest = keyBytes.Length + value.Length + 3;
            var length = rest + 1;
            while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
            {
                length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
            }

            output.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
            output.WriteByte((byte)' ');
            output.Write(keyBytes);
            output.WriteByte((byte)'=');
            output.Write(value);
            output.WriteByte((byte)'\n');
        }

        return output.ToArray();
    }

    // What does not fit is in a pax record; the field then holds a cut of it that no reader uses.
    private static void Text(byte[] block, int offset, int length, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var count = Math.Min(bytes.Length, length);
        while (count < bytes.Length && count > 0 && (bytes[count] & 0xC0) == 0x80)
        {
            count--;
        }

        bytes.AsSpan(0, count).CopyTo(block.AsSpan(offset));
    }

    // Digits and a zero byte.
    private static void Octal(byte[] block, int offset, int length, long value)
    {
        for (var i = offset + length - 2; i >= offset; i--, value >>= 3)
        {
            block[i] = (byte)('0' + (value & 7));
        }

        block[offset + length - 1] = 0;
    }

    private static long Copy(Content content, byte[] buffer, Stream output)
    {
        for (var offset = 0L; offset < content.Length;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, content.Length - offset));
            content.Read(offset, piece);
            output.Write(piece);
            offset += piece.Length;
        }

        var padding = (int)(-content.Length & (BlockSize - 1));
        Array.Clear(buffer, 0, padding);
        output.Write(buffer, 0, padding);
        return content.Length + padding;
    }

    private sealed class InodeIdentity : IEqualityComparer<Inode>
    {
        public static readonly InodeIdentity Instance = new();

        public bool Equals(Inode? x, Inode? y) => ReferenceEquals(x, y);

        public int GetHashCode(Inode obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
