using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Erofs;

/// <summary>Extended attributes beside an inode: a 12-byte header, then entries aligned to 4 bytes (<c>struct erofs_xattr_entry</c>).</summary>
internal static class ErofsXattrs
{
    private static readonly (int Index, string Prefix)[] s_prefixes =
    [
        (2, "system.posix_acl_access"), (3, "system.posix_acl_default"), (1, "user."), (4, "trusted."), (6, "security."),
    ];

    /// <summary>Bytes that the attributes take; 0 when there are none.</summary>
    public static int Size(IReadOnlyList<KeyValuePair<string, byte[]>> xattrs, string path)
    {
        if (xattrs.Count == 0)
        {
            return 0;
        }

        var size = ErofsFormat.XattrHeaderSize;
        foreach (var (name, value) in xattrs)
        {
            size += EntrySize(Encoding.UTF8.GetByteCount(name) - Encoding.UTF8.GetByteCount(PrefixOf(name, path).Prefix), value.Length);
        }

        return size <= ErofsFormat.BlockSize - ErofsFormat.ExtendedInodeSize
            ? size
            : throw FormatErrors.Unsupported.Error($"The extended attributes take {size} bytes, more than fits beside an inode.", new Location(path));
    }

    /// <summary>The value of i_xattr_icount for a size.</summary>
    public static int Count(int size) => size == 0 ? 0 : ((size - ErofsFormat.XattrHeaderSize) / 4) + 1;

    /// <summary>The size for a value of i_xattr_icount.</summary>
    public static int SizeOf(int count) => count == 0 ? 0 : ErofsFormat.XattrHeaderSize + ((count - 1) * 4);

    /// <summary>Writes the attributes.</summary>
    public static void Write(IReadOnlyList<KeyValuePair<string, byte[]>> xattrs, string path, Span<byte> destination)
    {
        destination.Clear();
        var at = ErofsFormat.XattrHeaderSize;
        foreach (var (name, value) in xattrs)
        {
            var (index, prefix) = PrefixOf(name, path);
            var suffix = Encoding.UTF8.GetBytes(name[prefix.Length..]);
            destination[at] = checked((byte)suffix.Length);
            destination[at + 1] = (byte)index;
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(at + 2)..], checked((ushort)value.Length));
            suffix.CopyTo(destination[(at + 4)..]);
            value.CopyTo(destination[(at + 4 + suffix.Length)..]);
            at += EntrySize(suffix.Length, value.Length);
        }
    }

    /// <summary>Reads the attributes beside an inode. Shared ones are looked up by <paramref name="shared"/>.</summary>
    /// <param name="source">Exactly the attribute area.</param>
    /// <param name="shared">Gives the bytes of the shared area from a byte offset.</param>
    /// <param name="where">For errors.</param>
    public static List<KeyValuePair<string, byte[]>> Read(ReadOnlySpan<byte> source, Func<long, byte[]> shared, Location where)
    {
        var result = new List<KeyValuePair<string, byte[]>>();
        if (source.IsEmpty)
        {
            return result;
        }

        var at = ErofsFormat.XattrHeaderSize;
        var sharedCount = source[4];
        if (at + (sharedCount * 4) > source.Length)
        {
            throw FormatErrors.Malformed.Error("The shared extended attributes of an inode run out of their area.", where);
        }

        for (var i = 0; i < sharedCount; i++, at += 4)
        {
            ReadEntry(shared(BinaryPrimitives.ReadUInt32LittleEndian(source[at..]) * 4L), result, where);
        }

        while (source.Length - at >= 4)
        {
            at += ReadEntry(source[at..], result, where);
        }

        result.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return result;
    }

    private static int ReadEntry(ReadOnlySpan<byte> source, List<KeyValuePair<string, byte[]>> result, Location where)
    {
        int nameLength = source.Length < 4 ? byte.MaxValue : source[0];
        var valueLength = source.Length < 4 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(source[2..]);
        if (4 + nameLength + valueLength > source.Length)
        {
            throw FormatErrors.Malformed.Error("An extended attribute runs out of its area.", where);
        }

        var index = source[1];
        var prefix = Array.Find(s_prefixes, p => p.Index == index).Prefix
            ?? throw FormatErrors.Unsupported.Error($"An extended attribute has the unknown name prefix {index}.", where);
        var name = prefix + Encoding.UTF8.GetString(source.Slice(4, nameLength));
        result.Add(new(name, source.Slice(4 + nameLength, valueLength).ToArray()));
        return EntrySize(nameLength, valueLength);
    }

    private static int EntrySize(int name, int value) => ErofsFormat.AlignUp(4 + name + value, 4);

    private static (int Index, string Prefix) PrefixOf(string name, string path)
    {
        foreach (var known in s_prefixes)
        {
            var exact = known.Index is 2 or 3;
            if (exact ? name == known.Prefix : name.StartsWith(known.Prefix, StringComparison.Ordinal) && name.Length > known.Prefix.Length)
            {
                return known;
            }
        }

        throw FormatErrors.Unsupported.Error($"The extended attribute '{name}' has no prefix that EROFS knows.", new Location(path));
    }
}
