using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Provisioning.Planning;

/// <summary>Compares what the engine left with the image that it started from.</summary>
/// <param name="folder">The folder that was worked on.</param>
/// <param name="image">The image's tree.</param>
/// <param name="ownership">The owners.</param>
internal sealed class TreeComparison(string folder, FileTree image, PlannedOwnership ownership)
{
    private readonly SortedDictionary<string, PlannedNode> _nodes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, PlannedNode> _removed = new(StringComparer.Ordinal);

    /// <summary>Compares everything that could have changed.</summary>
    /// <returns>Every node that is there, by path; and those that are gone.</returns>
    public (IReadOnlyDictionary<string, PlannedNode> Nodes, IReadOnlyDictionary<string, PlannedNode> Removed) Run()
    {
        Walk("/");
        foreach (var (path, inode) in image.Entries.Where(e => e.Key != TemporaryRoot.ReadOnly && !Below(e.Key) && TemporaryRoot.Holds(e.Key, e.Value) && !_nodes.ContainsKey(e.Key)))
        {
            _removed[path] = new(PlanChange.Removed, Kind(inode.Type), path, inode.Mode, inode.Uid, inode.Gid, inode.Content?.Length, inode.Content?.Sha256, inode.LinkTarget, null);
        }

        return (_nodes, _removed);
    }

    private static bool Below(string path) => path.StartsWith(TemporaryRoot.ReadOnly + "/", StringComparison.Ordinal);

    private void Walk(string path)
    {
        Add(path);
        var real = folder + path;
        if (path == TemporaryRoot.ReadOnly || new FileInfo(real).LinkTarget is not null || !Directory.Exists(real))
        {
            return;
        }

        foreach (var inner in (string[])[.. SortedDirectory.Files(real), .. SortedDirectory.Folders(real)])
        {
            Walk((path == "/" ? "" : path) + "/" + Path.GetFileName(inner));
        }
    }

    private void Add(string path)
    {
        var real = new FileInfo(folder + path);
        var target = real.LinkTarget;
        var isDirectory = target is null && Directory.Exists(real.FullName);
        image.TryGet(path, out var former);
        var mode = target is not null ? 0x1FF : OperatingSystem.IsWindows() ? 0 : (int)File.GetUnixFileMode(real.FullName);

        // The root and what was laid out have more rights here than in the image.
        mode = former is not null && target is null && (path == "/" || mode == TemporaryRoot.ModeOf(former)) ? former.Mode : mode;
        var (user, group) = ownership[path];
        var node = new PlannedNode(
            PlanChange.Added, target is not null ? "link" : isDirectory ? "directory" : "file", path, mode, user, group,
            target is null && !isDirectory ? real.Length : null, target is null && !isDirectory ? Hash(real.FullName) : null, target, null);
        _nodes[path] = node with { Change = Change(node, former) };
    }

    private static PlanChange Change(PlannedNode node, Inode? former) =>
        former is null ? PlanChange.Added
        : Kind(former.Type) != node.Kind || former.LinkTarget != node.Target || former.Content?.Sha256 != node.Sha256 ? PlanChange.Replaced
        : former.Mode != node.Mode || former.Uid != node.User || former.Gid != node.Group ? PlanChange.Changed
        : PlanChange.Unchanged;

    private static string Kind(InodeType type) => type switch { InodeType.Directory => "directory", InodeType.SymbolicLink => "link", InodeType.File => "file", _ => "special file" };

    private static Sha256Digest Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        return Sha256Digest.Of(file);
    }
}
