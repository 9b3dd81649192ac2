using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Cpio;

/// <summary>
/// Writes a "newc" cpio archive, the form of a kernel's initramfs, from a tree: members in path order, the root as
/// ".", inode numbers counted from 1, hard links with the data at the last name. Extended attributes have no place in
/// the format and are dropped.
/// </summary>
public static class CpioWriter
{
    private static readonly byte[] s_zeros = new byte[4];

    /// <summary>Writes an archive.</summary>
    /// <param name="destination">Written from its current position; need not be seekable.</param>
    /// <param name="tree">The files.</param>
    /// <returns>Bytes written, a multiple of four.</returns>
    /// <exception cref="HullException">HULL1004: a file of 4 GiB or more.</exception>
    public static long Write(Stream destination, FileTree tree)
    {
        var links = new Dictionary<Inode, (uint Number, uint Count)>(ReferenceEqualityComparer.Instance);
        uint numbers = 0;
        foreach (var (_, inode) in tree.Entries)
        {
            links[inode] = inode.Type == InodeType.File && links.TryGetValue(inode, out var seen) ? (seen.Number, seen.Count + 1) : (++numbers, 1);
        }

        var written = new Dictionary<Inode, uint>(ReferenceEqualityComparer.Instance);
        long position = 0;
        foreach (var (path, inode) in tree.Entries)
        {
            var (number, count) = links[inode];
            var occurrence = written[inode] = written.GetValueOrDefault(inode) + 1;
            var data = inode.Type switch
            {
                InodeType.File when occurrence == count => inode.Content!,
                InodeType.SymbolicLink => Content.FromBytes(Encoding.UTF8.GetBytes(inode.LinkTarget!)),
                _ => Content.Empty,
            };
            if (data.Length > uint.MaxValue)
            {
                throw FormatErrors.Unsupported.Error($"{path} has {data.Length} bytes; a newc member has less than 4 GiB.");
            }

            var name = CpioHeader.StoredName(path);
            position += WriteMember(
                destination,
                new CpioHeader(
                    number,
                    FileType.Of(inode.Type) | (uint)inode.Mode,
                    inode.Uid,
                    inode.Gid,
                    inode.Type == InodeType.Directory ? 2 : count,
                    (uint)Math.Clamp(inode.ModifiedSeconds, 0, uint.MaxValue),
                    (uint)data.Length,
                    inode.Device.Major,
                    inode.Device.Minor,
                    (uint)name.Length),
                name,
                data);
        }

        var trailer = CpioHeader.StoredName("/" + CpioHeader.Trailer);
        return position + WriteMember(destination, new CpioHeader(0, 0, 0, 0, 1, 0, 0, 0, 0, (uint)trailer.Length), trailer, Content.Empty);
    }

    private static long WriteMember(Stream destination, CpioHeader header, byte[] name, Content data)
    {
        Span<byte> bytes = stackalloc byte[CpioHeader.Size];
        header.WriteTo(bytes);
        destination.Write(bytes);
        destination.Write(name);
        long length = CpioHeader.Size + name.Length;
        destination.Write(s_zeros, 0, CpioHeader.Padding(length));
        length += CpioHeader.Padding(length);
        if (data.Length > 0)
        {
            using var source = data.OpenRead();
            source.CopyTo(destination);
            length += data.Length;
        }

        destination.Write(s_zeros, 0, CpioHeader.Padding(length));
        return length + CpioHeader.Padding(length);
    }
}
