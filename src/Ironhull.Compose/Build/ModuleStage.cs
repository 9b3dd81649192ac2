using System.Globalization;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Depmod;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Build;

/// <summary>
/// Kernel modules are decompressed and indexed once: the result is a stage's one data file and a list of what lies in it.
/// </summary>
public static class ModuleStage
{
    private const string Folder = "/usr/lib/modules";
    private const string DataName = "modules.data";
    private const string ListName = "modules.list";

    /// <summary>Replaces the tree's modules by uncompressed ones with their indexes.</summary>
    /// <param name="tree">Not changed.</param>
    /// <param name="removed">Patterns of what the image leaves out; those of modules count here.</param>
    /// <param name="cache">Holds the result.</param>
    /// <exception cref="HullException">HULL5211: a module needs one that is left out.</exception>
    public static FileTree Apply(FileTree tree, IReadOnlyList<PathPattern> removed, StageCache cache)
    {
        if (KernelModules.Versions(tree).Count == 0)
        {
            return tree;
        }

        var modules = new FileTree();
        foreach (var (path, inode) in tree.Subtree(Folder))
        {
            modules.Set(path, inode);
        }

        var names = Remove(modules, removed);
        var key = new StageKey().Add("tool", ToolVersion.Value).Add("tree", TreeDigest.Of(modules)).Add("removed", string.Join(',', names.Order(StringComparer.Ordinal)));
        var folder = cache.Run("modules", key, target => Save(target, KernelModules.WriteIndexes(KernelModules.Decompress(modules), names)));
        var result = tree.Clone();
        result.Remove(Folder);
        foreach (var (path, inode) in modules.Entries.Where(e => e.Value.Type != InodeType.File && e.Key.StartsWith(Folder, StringComparison.Ordinal)))
        {
            result.Set(path, inode);
        }

        Load(folder, result, modules[Folder].Origin);
        return result;
    }

    // Before the indexes are made, so that they name what is there.
    private static HashSet<string> Remove(FileTree modules, IReadOnlyList<PathPattern> removed)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pattern in removed.Where(p => p.Text.StartsWith(Folder, StringComparison.Ordinal)))
        {
            foreach (var path in modules.Entries.Select(e => e.Key).Where(pattern.Matches).ToList())
            {
                foreach (var (file, _) in modules.Subtree(path).Where(e => e.Value.Type == InodeType.File && e.Key.Contains(".ko", StringComparison.Ordinal)))
                {
                    names.Add(ModuleDatabase.NameOf(file));
                }

                modules.Remove(path);
            }
        }

        return names;
    }

    private static void Save(string folder, FileTree modules)
    {
        using var data = new FileStream(Path.Combine(folder, DataName), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17);
        using var list = new StreamWriter(Path.Combine(folder, ListName));
        foreach (var (path, inode) in modules.Subtree(Folder).Where(e => e.Value.Type == InodeType.File))
        {
            var content = inode.Content!;
            list.Write(string.Create(CultureInfo.InvariantCulture, $"{path}\t{inode.Mode}\t{data.Position}\t{content.Length}\t{content.Sha256}\n"));
            using var stream = content.OpenRead();
            stream.CopyTo(data);
        }
    }

    private static void Load(string folder, FileTree tree, string origin)
    {
        // Lives as long as the contents that refer to it.
        var data = File.OpenHandle(Path.Combine(folder, DataName));
        foreach (var line in File.ReadLines(Path.Combine(folder, ListName)))
        {
            var fields = line.Split('\t');
            long Number(int index) => long.Parse(fields[index], NumberStyles.None, CultureInfo.InvariantCulture);
            tree.Set(fields[0], Inode.File(Content.FromFileRange(data, Number(2), Number(3), Sha256Digest.Parse(fields[4])), (int)Number(1), origin));
        }
    }
}
