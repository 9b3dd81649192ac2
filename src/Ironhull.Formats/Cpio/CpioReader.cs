using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Cpio;

/// <summary>Reads a "newc" cpio archive that is in memory. The input is hostile.</summary>
public static class CpioReader
{
    private const int MaximumName = 4096;
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads an archive up to its trailer; the tree's contents refer to the given bytes.</summary>
    /// <param name="archive">Not compressed.</param>
    /// <param name="length">Bytes up to the end of the trailer: another archive may follow.</param>
    /// <exception cref="HullException">HULL1001 to HULL1005: truncated, malformed, not newc, unsafe paths.</exception>
    public static FileTree Read(ReadOnlyMemory<byte> archive, out long length)
    {
        var tree = new FileTree();
        var links = new Dictionary<uint, (List<string> Paths, Inode Inode)>();
        ulong position = 0;
        while (true)
        {
            var start = position;
            var header = CpioHeader.Parse(Wire.Slice(archive.Span, position, CpioHeader.Size, "A cpio header"), (long)position);
            if (header.NameSize is 0 or > MaximumName)
            {
                throw FormatErrors.LimitExceeded.Error($"A name has {header.NameSize} bytes; at most {MaximumName} are allowed.", Location.At("cpio", (long)start));
            }

            var name = Name(Wire.Slice(archive.Span, position + CpioHeader.Size, header.NameSize, "A cpio name"), start);
            position += (ulong)CpioHeader.Size + header.NameSize;
            position += (ulong)CpioHeader.Padding((long)position);
            if (name == CpioHeader.Trailer)
            {
                length = Math.Min((long)position, archive.Length);
                break;
            }

            Wire.Slice(archive.Span, position, header.FileSize, name);
            var data = archive.Slice((int)position, (int)header.FileSize);
            position += header.FileSize;
            position += (ulong)CpioHeader.Padding((long)position);
            Add(tree, links, header, Normalise(name), data, start);
        }

        foreach (var (paths, inode) in links.Values)
        {
            paths.ForEach(path => tree.Set(path, inode));
        }

        return tree;
    }

    private static void Add(
        FileTree tree, Dictionary<uint, (List<string> Paths, Inode Inode)> links, CpioHeader header, string path, ReadOnlyMemory<byte> data, ulong start)
    {
        var inode = MakeInode(header, path, data, start);
        if (tree.TryGet(path, out var old) && (old.Type != InodeType.Directory || inode.Type != InodeType.Directory))
        {
            throw FormatErrors.Malformed.Error($"{path} is there twice.", Location.At("cpio", (long)start));
        }

        if (inode.Type != InodeType.File || header.LinkCount < 2)
        {
            tree.Set(path, inode);
            return;
        }

        // The names of a hard-linked file share an inode number; one of them, usually the last, carries the data.
        if (!links.TryGetValue(header.Inode, out var link))
        {
            link = ([], inode);
        }

        link.Paths.Add(path);
        links[header.Inode] = data.IsEmpty ? link : (link.Paths, inode);
        tree.Set(path, inode);
    }

    private static Inode MakeInode(CpioHeader header, string path, ReadOnlyMemory<byte> data, ulong start)
    {
        var type = FileType.Parse(header.Mode)
            ?? throw FormatErrors.Malformed.Error($"{path} has mode 0{Convert.ToString(header.Mode, 8)}, which is no file type.", Location.At("cpio", (long)start));
        var mode = (int)(header.Mode & 0xFFF);
        var inode = type switch
        {
            InodeType.File => Inode.File(Content.FromBytes(data), mode),
            InodeType.Directory => Inode.Directory(mode),
            InodeType.SymbolicLink => Inode.SymbolicLink(Text(data.Span, start)).With(mode: mode),
            _ => Inode.Special(type, mode, header.DeviceMajor, header.DeviceMinor),
        };
        return inode.With(uid: header.Uid, gid: header.Gid, modifiedSeconds: header.Modified);
    }

    private static string Name(ReadOnlySpan<byte> stored, ulong start) => stored[^1] == 0 && !stored[..^1].Contains((byte)0)
        ? Text(stored[..^1], start)
        : throw FormatErrors.Malformed.Error("A name is not terminated by one NUL.", Location.At("cpio", (long)start));

    private static string Text(ReadOnlySpan<byte> bytes, ulong start)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw FormatErrors.Malformed.Error("A name or link target is not UTF-8.", Location.At("cpio", (long)start), cause: e);
        }
    }

    private static string Normalise(string name)
    {
        if (name is "." or "./" or "/")
        {
            return "/";
        }

        var relative = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name.TrimStart('/');
        return "/" + relative;
    }
}
