using Ironhull.Diagnostics;
using Ironhull.Formats.LdCache;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>Makes <c>/etc/ld.so.cache</c> and missing SONAME links as ldconfig does, from the tree alone.</summary>
public static class SharedLibraryCache
{
    /// <summary>The cache's path.</summary>
    public const string CachePath = "/etc/ld.so.cache";

    private const string ConfigurationPath = "/etc/ld.so.conf";
    private const string Generator = "Ironhull";
    private const string Origin = "image";

    /// <summary>The folders that Debian's ldconfig knows by itself.</summary>
    public static IReadOnlyList<string> DebianFolders { get; } = ["/lib", "/usr/lib"];

    /// <summary>The folders that the ldconfig of RPM distributions knows by itself (glibc, sysdeps/unix/sysv/linux/x86_64/dl-cache.h, add_system_dir).</summary>
    public static IReadOnlyList<string> RpmFolders { get; } = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];

    /// <summary>Indexes the libraries of the folders that /etc/ld.so.conf names, then of /lib and /usr/lib.</summary>
    /// <param name="tree">Not changed; with /etc where it was unpacked.</param>
    public static FileTree Apply(FileTree tree) => Apply(tree, DebianFolders);

    /// <summary>Indexes the libraries of the folders that /etc/ld.so.conf names, then of the distribution's own.</summary>
    /// <param name="tree">Not changed; with /etc where it was unpacked.</param>
    /// <param name="systemFolders">Those that ldconfig knows by itself, in its order.</param>
    /// <returns>The changed tree.</returns>
    /// <exception cref="HullException">HULL1005: a SONAME link cannot be made.</exception>
    public static FileTree Apply(FileTree tree, IReadOnlyList<string> systemFolders)
    {
        var result = tree.Clone();
        var entries = new List<LdCacheEntry>();
        foreach (var (folder, real) in Folders(tree, systemFolders))
        {
            foreach (var (name, library) in Libraries(tree, real).OrderBy(l => l.Key, StringComparer.Ordinal))
            {
                entries.Add(new(name, $"{folder}/{name}", library.Flags));
                if (!library.IsLink && library.File != name && !result.Contains($"{real}/{name}"))
                {
                    result.Set($"{real}/{name}", Inode.SymbolicLink(library.File, Origin));
                }
            }
        }

        result.Set(CachePath, Inode.File(Content.FromBytes(LdCacheFile.Write(entries, Generator)), origin: Origin));
        return result;
    }

    /// <summary>The folders in ldconfig's order, as they are written and where they really are; each real folder once.</summary>
    private static List<(string Folder, string Real)> Folders(FileTree tree, IReadOnlyList<string> systemFolders)
    {
        var folders = new List<(string, string)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in Configured(tree, ConfigurationPath, depth: 0).Concat(systemFolders))
        {
            if (tree.Resolve(folder) is { } real && tree[real].Type == InodeType.Directory && seen.Add(real))
            {
                folders.Add((folder, real));
            }
        }

        return folders;
    }

    private static IEnumerable<string> Configured(FileTree tree, string path, int depth)
    {
        if (depth > 8 || tree.Resolve(path) is not { } real || tree[real].Type != InodeType.File)
        {
            yield break;
        }

        foreach (var raw in tree[real].Content!.ToText().Split('\n'))
        {
            var line = raw.Split('#')[0].Trim();
            if (line.StartsWith("include ", StringComparison.Ordinal) || line.StartsWith("include\t", StringComparison.Ordinal))
            {
                foreach (var pattern in line[8..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                {
                    var absolute = new PathPattern(pattern.StartsWith('/') ? pattern : FileTree.Parent(path) + "/" + pattern);
                    foreach (var file in tree.Children(FileTree.Parent(absolute.Text)).Select(e => e.Key).Where(absolute.Matches))
                    {
                        foreach (var folder in Configured(tree, file, depth + 1))
                        {
                            yield return folder;
                        }
                    }
                }
            }
            else if (line.StartsWith('/'))
            {
                yield return line.Split('=')[0].TrimEnd('/');
            }
        }
    }

    // What ldconfig's search of one folder keeps: for each SONAME (or development link's name) the file to use.
    private static Dictionary<string, Library> Libraries(FileTree tree, string folder)
    {
        var libraries = new Dictionary<string, Library>(StringComparer.Ordinal);
        foreach (var (path, inode) in tree.Children(folder))
        {
            var name = path[(path.LastIndexOf('/') + 1)..];
            if (!IsLibraryName(name) || inode.Type is not (InodeType.File or InodeType.SymbolicLink) ||
                tree.Resolve(path) is not { } real || tree[real].Type != InodeType.File ||
                SharedObject.Read(tree[real].Content!) is not { } shared)
            {
                continue;
            }

            var soName = shared.SoName ?? name;
            var isLink = inode.Type == InodeType.SymbolicLink;
            if (isLink && name != soName)
            {
                // A development link (libx.so to libx.so.1) stands for itself; any other link counts as the file it leads to.
                isLink = name.EndsWith(".so", StringComparison.Ordinal) && soName.StartsWith(name, StringComparison.Ordinal);
            }

            if (isLink)
            {
                soName = name;
            }

            if (!libraries.TryGetValue(soName, out var known) || (known.IsLink && !isLink) ||
                (known.IsLink == isLink && LdCacheFile.CompareNames(known.File, name) < 0))
            {
                libraries[soName] = new(name, isLink, shared.Flags);
            }
        }

        return libraries;
    }

    private static bool IsLibraryName(string name) =>
        ((name.StartsWith("lib", StringComparison.Ordinal) || name.StartsWith("ld-", StringComparison.Ordinal)) && name.Contains(".so", StringComparison.Ordinal)) ||
        name.StartsWith("ld.so.", StringComparison.Ordinal);

    private sealed record Library(string File, bool IsLink, int Flags);
}
