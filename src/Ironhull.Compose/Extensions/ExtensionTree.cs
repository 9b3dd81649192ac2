using Ironhull.Compose.Recipes;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Extensions;

/// <summary>Takes what some packages brought out of a composed tree, so that it can be an extension of the rest.</summary>
public static class ExtensionTree
{
    /// <summary>Splits a tree.</summary>
    /// <param name="root">The whole composed tree; not changed.</param>
    /// <param name="packages">The packages whose files move, with what their recipes made.</param>
    /// <param name="files">Patterns of paths that move, whatever package they come from.</param>
    /// <param name="keep">Patterns of paths that stay.</param>
    /// <param name="kind">Files below the kind's folder move.</param>
    /// <returns>What stays, and what moves, with the folders that it lies in.</returns>
    public static (FileTree Base, FileTree Extension) Split(FileTree root, IEnumerable<string> packages, IReadOnlyList<string> files, IReadOnlyList<string> keep, ExtensionKind kind)
    {
        var origins = OriginsOf(packages);
        var named = files.Select(f => new PathPattern(f)).ToList();
        var kept = keep.Select(k => new PathPattern(k)).ToList();
        var moved = root.Subtree(kind.Hierarchy())
            .Where(e => e.Value.Type != InodeType.Directory && (origins.Contains(e.Value.Origin) || named.Exists(n => n.Matches(e.Key))) && !kept.Exists(k => k.Matches(e.Key))).ToList();
        var rest = root.Clone();
        var extension = new FileTree();
        foreach (var (path, inode) in moved)
        {
            rest.Remove(path);
            Put(extension, root, path, inode);
        }

        return (rest, extension);
    }

    /// <summary>What the files of some packages, and those that their recipes made, name as their origin.</summary>
    internal static HashSet<string> OriginsOf(IEnumerable<string> packages) => packages.SelectMany(p => new[] { p, Recipe.OriginOf(p) }).ToHashSet(StringComparer.Ordinal);

    /// <summary>Puts a path into an extension; its folders are as the base has them, because the extension's win where both have them.</summary>
    internal static void Put(FileTree extension, FileTree root, string path, Inode inode)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            var folder = path[..slash];
            if (!extension.Contains(folder) && root.TryGet(folder, out var own))
            {
                extension.Set(folder, own);
            }
        }

        extension.Set(path, inode);
    }
}
