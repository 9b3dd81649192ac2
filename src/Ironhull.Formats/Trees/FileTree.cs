using System.Diagnostics.CodeAnalysis;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Trees;

/// <summary>
/// A file tree in memory: absolute, normalised paths ("/usr/bin/env"; the root is "/") to inodes, in ordinal order of
/// paths. Every path's parent exists and is a directory. Not safe for concurrent change; safe for concurrent reading.
/// </summary>
public sealed class FileTree
{
    // Paths twice: sorted for listing and ranges, hashed for look-ups.
    private readonly SortedSet<string> _paths;
    private readonly Dictionary<string, Inode> _inodes;

    /// <summary>A tree with only its root directory (0755, root).</summary>
    public FileTree()
    {
        _paths = new(StringComparer.Ordinal);
        _inodes = new(StringComparer.Ordinal);
        Put("/", Inode.Directory());
    }

    private FileTree(FileTree other)
    {
        _paths = new(other._paths, StringComparer.Ordinal);
        _inodes = new(other._inodes, StringComparer.Ordinal);
    }

    /// <summary>The number of paths, the root included.</summary>
    public int Count => _inodes.Count;

    /// <summary>All paths with their inodes, ordinal order, the root first; a directory comes before what is in it.</summary>
    public IEnumerable<KeyValuePair<string, Inode>> Entries => _paths.Select(p => new KeyValuePair<string, Inode>(p, _inodes[p]));

    /// <summary>The inode at a path.</summary>
    /// <exception cref="KeyNotFoundException">No such path.</exception>
    public Inode this[string path] => _inodes[path];

    /// <summary>A copy that shares inodes.</summary>
    public FileTree Clone() => new(this);

    /// <summary>The inode at a path, without following links.</summary>
    public bool TryGet(string path, [MaybeNullWhen(false)] out Inode inode) => _inodes.TryGetValue(path, out inode);

    /// <summary>Whether a path exists, without following links.</summary>
    public bool Contains(string path) => _inodes.ContainsKey(path);

    /// <summary>Puts an inode at a path, replacing what is there; parents that are missing are made (0755, root).</summary>
    /// <param name="path">Absolute and normalised.</param>
    /// <param name="inode">The inode; the same object at two paths makes hard links.</param>
    /// <exception cref="HullException">HULL1005: not normalised, a parent is not a directory, or a directory that is not empty would become something else.</exception>
    public void Set(string path, Inode inode)
    {
        RequireNormal(path);
        if (inode.Type != InodeType.Directory && _inodes.TryGetValue(path, out var old) && old.Type == InodeType.Directory && Children(path).Any())
        {
            throw FormatErrors.UnsafePath.Error($"{path} is a directory with entries and cannot become a {inode.Type}.");
        }

        EnsureParent(path, inode.Origin);
        Put(path, inode);
    }

    /// <summary>Makes a directory where there is none; an existing one is left as it is.</summary>
    public void EnsureDirectory(string path, string origin = "")
    {
        if (!_inodes.TryGetValue(path, out var inode))
        {
            Set(path, Inode.Directory(origin: origin));
        }
        else if (inode.Type != InodeType.Directory)
        {
            throw FormatErrors.UnsafePath.Error($"{path} is a {inode.Type}, not a directory.");
        }
    }

    /// <summary>Changes the inode at a path and at every other path that is a hard link to it.</summary>
    public void Update(string path, Func<Inode, Inode> change)
    {
        var old = _inodes[path];
        var changed = change(old);
        if (old.Type == InodeType.File)
        {
            foreach (var link in _inodes.Where(e => ReferenceEquals(e.Value, old)).Select(e => e.Key).ToList())
            {
                _inodes[link] = changed;
            }
        }
        else
        {
            _inodes[path] = changed;
        }
    }

    /// <summary>Removes a path and everything below it; nothing happens when it does not exist.</summary>
    /// <returns>How many paths went.</returns>
    public int Remove(string path)
    {
        var gone = Subtree(path).Select(e => e.Key).ToList();
        foreach (var key in gone)
        {
            _inodes.Remove(key);
            _paths.Remove(key);
        }

        return gone.Count;
    }

    /// <summary>Changes every inode once; hard links stay hard links.</summary>
    /// <param name="change">Gets the first path of an inode and the inode; returns the same object to keep it.</param>
    public void Transform(Func<string, Inode, Inode> change)
    {
        var done = new Dictionary<Inode, Inode>(ReferenceEqualityComparer.Instance);
        foreach (var path in _paths)
        {
            var old = _inodes[path];
            if (old.Type != InodeType.File)
            {
                _inodes[path] = change(path, old);
            }
            else if (done.TryGetValue(old, out var changed))
            {
                _inodes[path] = changed;
            }
            else
            {
                _inodes[path] = done[old] = change(path, old);
            }
        }
    }

    /// <summary>A path and everything below it; must not be changed while it is listed.</summary>
    public IEnumerable<KeyValuePair<string, Inode>> Subtree(string path)
    {
        if (path == "/")
        {
            return Entries;
        }

        var below = Below(path);
        return _inodes.TryGetValue(path, out var inode) ? below.Prepend(new(path, inode)) : below;
    }

    /// <summary>The paths directly in a directory; must not be changed while it is listed.</summary>
    public IEnumerable<KeyValuePair<string, Inode>> Children(string path)
    {
        var start = path == "/" ? 1 : path.Length + 1;
        return Below(path).Where(e => e.Key.Length > start && e.Key.IndexOf('/', start) < 0);
    }

    /// <summary>The parent of an absolute path; the root's parent is the root.</summary>
    public static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    /// <summary>
    /// Follows symbolic links in every component, inside the tree, as the kernel would with the tree as root.
    /// </summary>
    /// <param name="path">Absolute path; need not be normalised.</param>
    /// <returns>The real path, or null when a component is missing or there are more than 40 links.</returns>
    public string? Resolve(string path)
    {
        var pending = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var current = "/";
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part == ".")
            {
                continue;
            }

            if (part == "..")
            {
                current = Parent(current);
                continue;
            }

            var next = current == "/" ? "/" + part : current + "/" + part;
            if (!_inodes.TryGetValue(next, out var inode))
            {
                return null;
            }

            if (inode.Type != InodeType.SymbolicLink)
            {
                current = next;
                continue;
            }

            if (++links > 40)
            {
                return null;
            }

            var target = inode.LinkTarget!;
            if (target.StartsWith('/'))
            {
                current = "/";
            }

            foreach (var piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                pending.Push(piece);
            }
        }

        return current;
    }

    private static void RequireNormal(string path)
    {
        if (path == "/")
        {
            return;
        }

        var normal = path.Length > 1 && path[0] == '/' && path[^1] != '/' && !path.Contains('\0', StringComparison.Ordinal);
        foreach (var part in normal ? path.AsSpan(1).Split('/') : default)
        {
            var piece = path.AsSpan(1)[part];
            normal &= !piece.IsEmpty && !piece.SequenceEqual(".") && !piece.SequenceEqual("..");
        }

        if (!normal)
        {
            throw FormatErrors.UnsafePath.Error($"'{path}' is not an absolute, normalised path.");
        }
    }

    private void EnsureParent(string path, string origin)
    {
        var parent = Parent(path);
        if (_inodes.TryGetValue(parent, out var inode))
        {
            if (inode.Type != InodeType.Directory)
            {
                throw FormatErrors.UnsafePath.Error($"{path} cannot be made: {parent} is a {inode.Type}, not a directory.");
            }

            return;
        }

        EnsureParent(parent, origin);
        Put(parent, Inode.Directory(origin: origin));
    }

    private void Put(string path, Inode inode)
    {
        _inodes[path] = inode;
        _paths.Add(path);
    }

    // '0' is the character after '/': the range between them holds exactly what is below a path.
    private IEnumerable<KeyValuePair<string, Inode>> Below(string path) =>
        (path == "/" ? _paths : _paths.GetViewBetween(path + "/", path + "0")).Where(p => p != path + "0")
            .Select(p => new KeyValuePair<string, Inode>(p, _inodes[p]));
}
