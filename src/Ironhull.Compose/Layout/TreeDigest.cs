using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Layout;

/// <summary>Names a file tree by everything that can reach an image's bytes: paths, metadata, hard links and contents.</summary>
public static class TreeDigest
{
    /// <summary>SHA-256 over one record a path, in path order. <see cref="Inode.Origin"/> is not part of it.</summary>
    public static Sha256Digest Of(FileTree tree)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = new StringBuilder(256);
        var first = new Dictionary<Inode, string>(ReferenceEqualityComparer.Instance);
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        foreach (var (path, inode) in tree.Entries)
        {
            line.Clear();
            line.Append(path).Append('\0').Append(CultureInfo.InvariantCulture, $"{inode.Type}\0{inode.Mode}\0{inode.Uid}\0{inode.Gid}\0{inode.ModifiedSeconds}\0{inode.Device.Major}\0{inode.Device.Minor}\0");
            line.Append(inode.LinkTarget).Append('\0');
            if (inode.Type == InodeType.File)
            {
                line.Append(first.TryGetValue(inode, out var name) ? name : "").Append('\0');
                first.TryAdd(inode, path);
            }

            foreach (var (key, value) in inode.Xattrs)
            {
                line.Append(key).Append('=').Append(Convert.ToHexStringLower(value)).Append('\0');
            }

            hash.AppendData(Encoding.UTF8.GetBytes(line.ToString()));
            if (inode.Content is { } content)
            {
                content.Sha256.CopyTo(digest);
                hash.AppendData(digest);
            }

            hash.AppendData("\n"u8);
        }

        hash.GetHashAndReset(digest);
        return new(digest);
    }
}
