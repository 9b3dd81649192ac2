using Ironhull.Compose.Layout;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Inspection;

/// <summary>
/// The root of a machine that starts an image for the first time, before anything wrote to it: <c>/usr</c> of the image, <c>/etc</c> of its
/// defaults, and the folders and links that systemd-repart makes on the new root file system (repart.d(5)).
/// </summary>
public static class FirstBootTree
{
    private const string RepartFolder = "/usr/lib/repart.d";
    private const int LargestDefinition = 1 << 16;

    /// <summary>Makes it.</summary>
    /// <param name="usr">The image's tree, with paths of a running system.</param>
    public static FileTree Of(FileTree usr)
    {
        var tree = usr.Clone();
        var definitions = usr.Children(RepartFolder).Where(e => e.Key.EndsWith(".conf", StringComparison.Ordinal) && e.Value.Content is { Length: <= LargestDefinition })
            .SelectMany(e => e.Value.Content!.ToText().Split('\n')).Select(l => l.Trim().Split('=', 2)).Where(p => p.Length == 2).ToList();
        foreach (var path in Words(definitions, "MakeDirectories").Where(p => !tree.Contains(p)))
        {
            tree.EnsureDirectory(path, "repart");
        }

        foreach (var pair in Words(definitions, "MakeSymlinks").Select(w => w.Split(':', 2)).Where(p => p.Length == 2 && !tree.Contains(p[0])))
        {
            tree.Set(pair[0], Inode.SymbolicLink(pair[1], "repart"));
        }

        foreach (var (path, inode) in usr.Subtree(UsrLayout.EtcDefaults).ToList())
        {
            tree.Set("/etc" + path[UsrLayout.EtcDefaults.Length..], inode);
        }

        return tree;
    }

    private static IEnumerable<string> Words(List<string[]> lines, string key) =>
        lines.Where(p => p[0].TrimEnd() == key).SelectMany(p => p[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
