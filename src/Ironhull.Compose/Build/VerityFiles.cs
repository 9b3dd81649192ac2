using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Verity;

namespace Ironhull.Compose.Build;

/// <summary>An EROFS file system, its dm-verity hash tree and their root hash, as files <c>NAME.erofs</c>, <c>NAME.verity</c> and <c>root-hash</c>.</summary>
/// <param name="name">The files' and the volume's name.</param>
public sealed class VerityFiles(string name)
{
    private const string RootHashFileName = "root-hash";

    // Files up to two clusters are compressed together. Of larger ones only the last cluster is not full, and a reader of a part of a
    // large file should not go through the hidden one.
    private const int FragmentLimit = 128 * 1024;

    /// <summary>The file system in a stage's folder.</summary>
    public string FileName => name + ".erofs";

    /// <summary>The hash tree in a stage's folder.</summary>
    public string VerityFileName => name + ".verity";

    /// <summary>The root hash of a stage's folder.</summary>
    public static Sha256Digest RootHash(string folder) => Sha256Digest.Parse(File.ReadAllText(Path.Combine(folder, RootHashFileName)));

    /// <summary>Writes the files. Every identifier and the salt come from the tree, so the same tree gives the same bytes.</summary>
    /// <param name="folder">A stage's folder.</param>
    /// <param name="tree">The root of the file system.</param>
    /// <param name="form">Compression.</param>
    /// <param name="timestamp">The lock's time.</param>
    /// <param name="cache">Compressed files of earlier builds, or null.</param>
    /// <param name="cancellation">Stops the work.</param>
    public void Write(string folder, FileTree tree, UsrDefinition form, long timestamp, IErofsExtentCache? cache, CancellationToken cancellation)
    {
        var identity = TreeDigest.Of(tree).ToString();
        var path = Path.Combine(folder, FileName);
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 17))
        {
            ErofsWriter.Write(
                tree, stream, new()
                {
                    Compression = form.Compression switch
                    {
                        Definition.ErofsCompression.Zstd => Formats.Erofs.ErofsCompression.Zstd(form.Level, form.Cluster),
                        Definition.ErofsCompression.Lz4Hc => Formats.Erofs.ErofsCompression.Lz4(form.Level, form.Cluster),
                        _ => Formats.Erofs.ErofsCompression.None,
                    },
                    Uuid = DerivedGuid.Of("erofs", identity),
                    BuildTimeSeconds = timestamp,
                    VolumeName = name,
                    FragmentLimit = FragmentLimit,
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
}
