using System.Buffers.Binary;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// The content of a directory: blocks of 12-byte entries (<c>struct erofs_dirent</c>) followed by their names; names are
/// in byte order over the whole directory, so that a reader can search by halves.
/// </summary>
internal static class ErofsDirectory
{
    /// <summary>One entry.</summary>
    public readonly record struct Entry(byte[] Name, ErofsNode Node);

    /// <summary>All entries with "." and "..", in byte order.</summary>
    public static List<Entry> Entries(ErofsNode directory)
    {
        var entries = new List<Entry>(directory.Children.Count + 2)
        {
            new("."u8.ToArray(), directory),
            new(".."u8.ToArray(), directory.Parent ?? directory),
        };
        foreach (var (name, node) in directory.Children)
        {
            entries.Add(new(name, node));
        }

        entries.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return entries;
    }

    /// <summary>Length of the content in bytes; only the last block may be shorter than 4096.</summary>
    public static long Length(ErofsNode directory)
    {
        long blocks = 0;
        var used = 0;
        foreach (var entry in Entries(directory))
        {
            var need = ErofsFormat.DirentSize + entry.Name.Length;
            if (used + need > ErofsFormat.BlockSize)
            {
                blocks++;
                used = 0;
            }

            used += need;
        }

        return (blocks << ErofsFormat.BlockBits) + used;
    }

    /// <summary>The content, once every nid is known.</summary>
    public static byte[] Write(ErofsNode directory)
    {
        var bytes = new byte[directory.Size];
        var entries = Entries(directory);
        var start = 0;
        for (var block = 0; start < entries.Count; block++)
        {
            var used = 0;
            var end = start;
            while (end < entries.Count && used + ErofsFormat.DirentSize + entries[end].Name.Length <= ErofsFormat.BlockSize)
            {
                used += ErofsFormat.DirentSize + entries[end++].Name.Length;
            }

            var span = bytes.AsSpan(block << ErofsFormat.BlockBits);
            var nameOffset = (end - start) * ErofsFormat.DirentSize;
            for (var i = start; i < end; i++)
            {
                var record = span[((i - start) * ErofsFormat.DirentSize)..];
                BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)entries[i].Node.Nid);
                BinaryPrimitives.WriteUInt16LittleEndian(record[8..], (ushort)nameOffset);
                record[10] = FileType(entries[i].Node.Inode.Type);
                entries[i].Name.CopyTo(span[nameOffset..]);
                nameOffset += entries[i].Name.Length;
            }

            start = end;
        }

        return bytes;
    }

    // The generic FT_* values (Linux: include/linux/fs_types.h).
    private static byte FileType(Trees.InodeType type) => type switch
    {
        Trees.InodeType.File => 1,
        Trees.InodeType.Directory => 2,
        Trees.InodeType.CharacterDevice => 3,
        Trees.InodeType.BlockDevice => 4,
        Trees.InodeType.Fifo => 5,
        Trees.InodeType.Socket => 6,
        _ => 7,
    };
}
