using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Verity;

namespace Ironhull.Compose.Build;

/// <summary>Makes the <c>/usr</c> file system and its hash tree.</summary>
public static class UsrImage
{
    /// <summary>The EROFS image in a stage's folder.</summary>
    public const string FileName = "usr.erofs";

    /// <summary>The hash tree in a stage's folder.</summary>
    public const string VerityFileName = "usr.verity";

    private const string RootHashFileName = "root-hash";

    /// <summary>The tree as the partition has it: <c>/usr</c> is its root, and all times are the lock's.</summary>
    public static FileTree Tree(FileTree root, long timestamp)
    {
        var result = new FileTree();
        var all = root.Clone();
        all.Remove("/boot"); // the kernel is in the UKI
        foreach (var (path, inode) in UsrLayout.Apply(all).Subtree("/usr"))
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
    /// <param name="folder">A stage's folder.</param>
    /// <param name="tree">From <see cref="Tree"/>.</param>
    /// <param name="definition">Compression.</param>
    /// <param name="timestamp">The lock's time.</param>
    /// <param name="cache">Compressed files of earlier builds, or null.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static void Write(string folder, FileTree tree, ImageDefinition definition, long timestamp, IErofsExtentCache? cache, CancellationToken cancellation)
    {
        var usr = definition.Disk!.Usr;
        var identity = TreeDigest.Of(tree).ToString();
        var path = Path.Combine(folder, FileName);
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 17))
        {
            ErofsWriter.Write(
                tree, stream, new()
                {
                    Compression = usr.Compression switch
                    {
                        Definition.ErofsCompression.Zstd => Formats.Erofs.ErofsCompression.Zstd(usr.Level, usr.Cluster),
                        Definition.ErofsCompression.Lz4Hc => Formats.Erofs.ErofsCompression.Lz4(usr.Level, usr.Cluster),
                        _ => Formats.Erofs.ErofsCompression.None,
                    },
                    Uuid = DerivedGuid.Of("erofs", identity),
                    BuildTimeSeconds = timestamp,
                    VolumeName = "usr",
                    Threads = Environment.ProcessorCount,
                    Cache = cache,
                }, cancellation);
        }

        using var data = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        using var hash = new FileStream(Path.Combine(folder, VerityFileName), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17);
        var salt = Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes($"verity salt\n{identity}")).ToArray();
        var result = VerityWriter.Write(data, hash, new() { Salt = salt, Uuid = DerivedGuid.Of("verity", identity), Threads = Environment.ProcessorCount }, cancellation);
        File.WriteAllText(Path.Combine(folder, RootHashFileName), result.RootHash.ToString());
    }

    /// <summary>The root hash of a stage's folder.</summary>
    public static Sha256Digest RootHash(string folder) => Sha256Digest.Parse(File.ReadAllText(Path.Combine(folder, RootHashFileName)));
}
