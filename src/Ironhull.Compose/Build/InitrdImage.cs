using Ironhull.Compose.Definition;
using Ironhull.Compose.Initrd;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Recipes;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Build;

/// <summary>Makes a compressed initrd (without the signature's archive in front).</summary>
public static class InitrdImage
{
    /// <summary>The file in a stage's folder.</summary>
    public const string FileName = "initrd.cpio.zst";

    private const int Level = 12;
    private static readonly string[] s_builtin = ["modules.builtin", "modules.builtin.modinfo", "modules.order"];

    /// <summary>The initrd's tree, all times the lock's.</summary>
    public static FileTree Tree(ComposedTree composed, InitrdDefinition content, long timestamp)
    {
        var folder = $"/usr/lib/modules/{composed.KernelVersion}";
        var modules = ModuleDependencies.Resolve(composed.Root, composed.KernelVersion, content.Modules.Select(m => m.Value));
        // What depmod reads of the kernel itself, so that built-in modules are not missed.
        string[] builtin = [.. s_builtin.Select(n => $"{folder}/{n}").Where(composed.Root.Contains)];
        var overlay = content.Overlay is null ? new FileTree() : OverlayFolder.Read(content.Overlay);
        var tree = InitrdBuilder.Build(composed.Root, content, [.. modules, .. builtin], overlay);
        tree = KernelModules.WriteIndexes(tree);
        tree.Transform((_, inode) => inode.With(modifiedSeconds: timestamp));
        return tree;
    }

    /// <summary>Everything that the file depends on.</summary>
    public static StageKey Key(FileTree tree) => new StageKey().Add("tool", ToolVersion.Value).Add("tree", TreeDigest.Of(tree)).Add("level", Level);

    /// <summary>Writes the file.</summary>
    public static void Write(string folder, FileTree tree)
    {
        using var archive = new MemoryStream();
        CpioWriter.Write(archive, tree);
        using var compressor = new ZstdSharp.Compressor(Level);
        File.WriteAllBytes(Path.Combine(folder, FileName), compressor.Wrap(archive.GetBuffer().AsSpan(0, (int)archive.Length)).ToArray());
    }
}
