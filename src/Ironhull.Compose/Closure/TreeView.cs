using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>A tree as the checks use it: existence through links, and where a link points.</summary>
internal sealed class TreeView(FileTree tree)
{
    private static readonly string[] s_runtime = ["/dev", "/proc", "/run", "/sys", "/tmp"];

    private readonly Dictionary<string, string?> _resolved = new(StringComparer.Ordinal);

    public FileTree Tree => tree;

    /// <summary>The path behind all links, or null when it does not exist.</summary>
    public string? Real(string path)
    {
        if (!_resolved.TryGetValue(path, out var real))
        {
            _resolved[path] = real = tree.Resolve(path);
        }

        return real;
    }

    /// <summary>The inode behind all links, or null.</summary>
    public Inode? Follow(string path) => Real(path) is { } real && tree.TryGet(real, out var inode) ? inode : null;

    /// <summary>Whether a path leads to a file that may be executed.</summary>
    public bool IsProgram(string path) => Follow(path) is { Type: InodeType.File } inode && (inode.Mode & 0x49) != 0;

    /// <summary>Whether a path exists only while the machine runs: below /run, /proc, /dev, /sys or /tmp.</summary>
    public static bool IsRuntime(string path) =>
        Array.Exists(s_runtime, r => path == r || (path.Length > r.Length && path[r.Length] == '/' && path.StartsWith(r, StringComparison.Ordinal)));

    /// <summary>Whether a path runs, through its links, into a folder that is filled while the machine runs.</summary>
    public bool LeadsToRuntime(string path)
    {
        for (var hops = 0; hops < 40; hops++)
        {
            if (IsRuntime(path))
            {
                return true;
            }

            var link = LinkOn(path);
            if (link is null)
            {
                return false;
            }

            path = Combine(FileTree.Parent(link), tree[link].LinkTarget!) + path[link.Length..];
            path = Combine("/", path);
        }

        return false;
    }

    /// <summary>Joins a folder and a link's target and takes "." and ".." out.</summary>
    public static string Combine(string folder, string target)
    {
        var parts = new List<string>();
        foreach (var part in (target.StartsWith('/') ? target : folder + "/" + target).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    // The first component that is a link.
    private string? LinkOn(string path)
    {
        for (var slash = path.IndexOf('/', 1); ; slash = path.IndexOf('/', slash + 1))
        {
            var prefix = slash < 0 ? path : path[..slash];
            if (tree.TryGet(prefix, out var inode) && inode.Type == InodeType.SymbolicLink)
            {
                return prefix;
            }

            if (slash < 0)
            {
                return null;
            }
        }
    }
}
