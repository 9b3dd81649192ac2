using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Selinux;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Build;

/// <summary>Makes the <c>/usr</c> file system and its hash tree.</summary>
public static class UsrImage
{
    /// <summary>The EROFS image in a stage's folder.</summary>
    public const string FileName = "usr.erofs";

    /// <summary>The hash tree in a stage's folder.</summary>
    public const string VerityFileName = "usr.verity";

    private static readonly VerityFiles Files = new("usr");

    /// <summary>The tree as the partition has it: <c>/usr</c> is its root, and all times are the lock's.</summary>
    /// <param name="root">The whole tree, <c>/etc</c> in its place, labelled when there is a policy.</param>
    /// <param name="contexts">The policy's contexts, for what the layout adds; null without a policy.</param>
    /// <param name="timestamp">The lock's time.</param>
    public static FileTree Tree(FileTree root, FileContexts? contexts, long timestamp)
    {
        var result = new FileTree();
        var all = root.Clone();
        all.Remove("/boot"); // the kernel is in the UKI
        var layout = UsrLayout.Apply(all);
        if (contexts is not null)
        {
            TreeLabels.Complete(layout, contexts);
        }

        RootSkeleton.Apply(layout, root, contexts);
        foreach (var (path, inode) in layout.Subtree("/usr"))
        {
            result.Set(path == "/usr" ? "/" : path[4..], inode);
        }

        result.Transform((_, inode) => inode.With(modifiedSeconds: timestamp));
        return result;
    }

    /// <summary>Everything that the two files depend on.</summary>
    public static StageKey Key(FileTree tree, ImageDefinition definition, long timestamp)
    {
        var usr = definition.Disk!.Usr;
        return new StageKey()
            .Add("tool", ToolVersion.Value)
            .Add("tree", TreeDigest.Of(tree))
            .Add("compression", usr.Compression.ToString())
            .Add("level", usr.Level)
            .Add("cluster", usr.Cluster)
            .Add("name", definition.Name)
            .Add("timestamp", timestamp);
    }

    /// <summary>Writes the files.</summary>
    /// <inheritdoc cref="VerityFiles.Write"/>
    public static void Write(string folder, FileTree tree, ImageDefinition definition, long timestamp, IErofsExtentCache? cache, CancellationToken cancellation) =>
        Files.Write(folder, tree, definition.Disk!.Usr, timestamp, cache, cancellation);

    /// <summary>The root hash of a stage's folder.</summary>
    public static Sha256Digest RootHash(string folder) => VerityFiles.RootHash(folder);
}
