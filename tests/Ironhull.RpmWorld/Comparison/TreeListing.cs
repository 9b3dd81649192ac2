using System.Globalization;
using System.Runtime.InteropServices;
using Ironhull.Compose.Recipes;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Testing;

namespace Ironhull.RpmWorld.Comparison;

/// <summary>Lists trees, from memory and from a folder.</summary>
internal static partial class TreeListing
{
    /// <summary>Lists a tree.</summary>
    public static SortedDictionary<string, ListedPath> Of(FileTree tree)
    {
        var paths = new SortedDictionary<string, ListedPath>(StringComparer.Ordinal);
        foreach (var (path, inode) in tree.Entries)
        {
            var capabilities = inode.Xattrs.FirstOrDefault(x => x.Key == FileCapabilities.XattrName).Value;
            paths[path] = new(
                Word(inode.Type), inode.Type == InodeType.SymbolicLink ? 0 : inode.Mode, inode.Uid, inode.Gid, inode.Type == InodeType.Directory ? 0 : inode.ModifiedSeconds,
                inode.Content is { } content ? FileContent(content.Length, content.Sha256) : inode.LinkTarget ?? "",
                inode.Content is { Length: < ListedPath.LargestText } text ? ListedPath.LinesOf(text.ToArray()) : "",
                capabilities is null ? "" : Convert.ToHexStringLower(capabilities));
        }

        return paths;
    }

    /// <summary>Lists a folder as the root of a tree; needs the rights to read all of it.</summary>
    public static SortedDictionary<string, ListedPath> Of(string folder)
    {
        var paths = new SortedDictionary<string, ListedPath>(StringComparer.Ordinal);
        foreach (var line in HostTool.Run("find", folder, "-printf", @"/%P\t%y\t%m\t%U\t%G\t%T@\t%s\t%l\0").Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            var file = Path.Join(folder, fields[0]);
            var kind = fields[1] switch { "f" => "file", "d" => "directory", "l" => "link", var other => other };
            paths[fields[0]] = new(
                kind, kind == "link" ? 0 : Convert.ToInt32(fields[2], 8), Number(fields[3]), Number(fields[4]),
                kind == "directory" ? 0 : long.Parse(fields[5].Split('.')[0], CultureInfo.InvariantCulture),
                kind == "file" ? FileContent(long.Parse(fields[6], CultureInfo.InvariantCulture), Hash(file)) : fields[7],
                kind == "file" && long.Parse(fields[6], CultureInfo.InvariantCulture) < ListedPath.LargestText ? ListedPath.LinesOf(File.ReadAllBytes(file)) : "",
                kind == "file" ? Capabilities(file) : "");
        }

        return paths;
    }

    private static string Word(InodeType type) => type switch
    {
        InodeType.File => "file",
        InodeType.Directory => "directory",
        InodeType.SymbolicLink => "link",
        _ => type.ToString(),
    };

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    private static string FileContent(long length, Sha256Digest sha256) => string.Create(CultureInfo.InvariantCulture, $"{length} {sha256}");

    private static Sha256Digest Hash(string file)
    {
        using var stream = File.OpenRead(file);
        return Sha256Digest.Of(stream);
    }

    private static string Capabilities(string file)
    {
        var value = new byte[64];
        var length = GetXattr(file, FileCapabilities.XattrName, value, value.Length);
        return length <= 0 ? "" : Convert.ToHexStringLower(value.AsSpan(0, (int)length));
    }

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetXattr(string path, string name, byte[] value, nint size);
}
