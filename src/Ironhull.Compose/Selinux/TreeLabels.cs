using System.Text;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Selinux;

/// <summary>Writes the policy's contexts into a tree as extended attributes.</summary>
public static class TreeLabels
{
    /// <summary>The attribute in which the kernel keeps a file's context.</summary>
    public const string Attribute = "security.selinux";

    /// <summary>Labels every inode by its first path; an inode for which the policy has no context loses the one it had.</summary>
    /// <param name="tree">Changed in place.</param>
    /// <param name="contexts">The policy's contexts.</param>
    /// <param name="pathOf">Where a path of the tree lies on the running system.</param>
    public static void Apply(FileTree tree, FileContexts contexts, Func<string, string>? pathOf = null) =>
        tree.Transform((path, inode) => Set(inode, contexts.Lookup(pathOf is null ? path : pathOf(path), inode.Type)));

    /// <summary>Labels the inodes that have no context yet: those that were made after <see cref="Apply"/>.</summary>
    public static void Complete(FileTree tree, FileContexts contexts) =>
        tree.Transform((path, inode) => Of(inode) is null ? Set(inode, contexts.Lookup(path, inode.Type)) : inode);

    /// <summary>The context of an inode, or null.</summary>
    public static string? Of(Inode inode) =>
        inode.Xattrs.FirstOrDefault(x => x.Key == Attribute).Value is { } value ? Encoding.ASCII.GetString(value).TrimEnd('\0') : null;

    // The kernel stores the text with its terminating zero, as setfiles(8) does.
    private static Inode Set(Inode inode, string? context)
    {
        var others = inode.Xattrs.Where(x => x.Key != Attribute);
        return context is null
            ? inode.Xattrs.Any(x => x.Key == Attribute) ? inode.With(xattrs: [.. others]) : inode
            : inode.With(xattrs: [.. others.Append(new(Attribute, Encoding.ASCII.GetBytes(context + '\0'))).OrderBy(x => x.Key, StringComparer.Ordinal)]);
    }
}
