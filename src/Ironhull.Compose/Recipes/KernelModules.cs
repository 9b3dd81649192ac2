using Ironhull.Diagnostics;
using Ironhull.Formats.Depmod;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Xz;

namespace Ironhull.Compose.Recipes;

/// <summary>Kernel modules of a tree: uncompressed (the file system compresses them) and indexed as depmod does.</summary>
public static class KernelModules
{
    private const string Folder = "/usr/lib/modules";
    private const string Origin = "image";
    private const long MaximumModule = 256L << 20;

    /// <summary>The versions of the kernels that have modules in the tree, ordinal order.</summary>
    public static IReadOnlyList<string> Versions(FileTree tree) =>
        tree.Contains(Folder)
            ? [.. tree.Children(Folder).Where(e => e.Value.Type == InodeType.Directory).Select(e => e.Key[(Folder.Length + 1)..])]
            : [];

    /// <summary>Replaces compressed modules (<c>.ko.xz</c>, <c>.ko.zst</c>, <c>.ko.gz</c>) by uncompressed ones.</summary>
    /// <param name="tree">Not changed.</param>
    /// <returns>The changed tree; the uncompressed modules are held in memory.</returns>
    public static FileTree Decompress(FileTree tree) => Decompress(tree, Decompressed);

    /// <summary>Replaces compressed modules by uncompressed ones.</summary>
    /// <param name="tree">Not changed.</param>
    /// <param name="decompress">Path and compressed content to plain content; called from several threads.</param>
    public static FileTree Decompress(FileTree tree, Func<string, Content, Content> decompress)
    {
        var compressed = tree.Subtree(Folder).Where(e => e.Value.Type == InodeType.File && PlainPath(e.Key) is not null).ToArray();
        var plain = new Content[compressed.Length];
        try
        {
            Parallel.For(0, compressed.Length, i => plain[i] = decompress(compressed[i].Key, compressed[i].Value.Content!));
        }
        catch (AggregateException error) when (error.InnerExceptions.OfType<HullException>().FirstOrDefault() is { } first)
        {
            throw new HullException(first.Diagnostics, error);
        }

        var result = tree.Clone();
        for (var i = 0; i < compressed.Length; i++)
        {
            result.Remove(compressed[i].Key);
            result.Set(PlainPath(compressed[i].Key)!, compressed[i].Value.With(content: plain[i]));
        }

        return result;
    }

    /// <summary>Writes the indexes of every kernel in the tree.</summary>
    /// <param name="tree">With uncompressed modules; not changed.</param>
    /// <param name="removed">Names of modules that the image leaves out, with underscores; null for none.</param>
    /// <exception cref="HullException">HULL1xxx: a module cannot be read; HULL5211: a module is still compressed, or needs one that was left out.</exception>
    public static FileTree WriteIndexes(FileTree tree, IReadOnlySet<string>? removed = null)
    {
        var result = tree.Clone();
        foreach (var version in Versions(tree))
        {
            var database = Read(tree, version);
            if (removed is not null && database.UsersOf(removed) is { Count: > 0 } broken)
            {
                throw new HullException([.. broken.Select(b => RecipeErrors.KernelModule.With($"The module {b}, which the image leaves out.", remedy: "Leave both out, or none."))]);
            }

            foreach (var (name, bytes) in database.IndexFiles())
            {
                result.Set($"{Folder}/{version}/{name}", Inode.File(Content.FromBytes(bytes), origin: Origin));
            }
        }

        return result;
    }

    /// <summary>Reads the modules of one kernel.</summary>
    /// <param name="tree">With uncompressed modules.</param>
    /// <param name="version">The kernel's version (uname -r).</param>
    /// <exception cref="HullException">HULL1xxx: a module cannot be read; HULL5211: there is no such kernel, or a module is still compressed.</exception>
    public static ModuleDatabase Read(FileTree tree, string version)
    {
        var root = $"{Folder}/{version}";
        if (!tree.Contains(root))
        {
            throw RecipeErrors.KernelModule.Error($"The tree has no modules of the kernel {version}.", new Location(root));
        }

        var files = tree.Subtree(root).Where(e => e.Value.Type == InodeType.File).ToList();
        if (files.Find(f => PlainPath(f.Key) is not null).Key is { } compressed)
        {
            throw RecipeErrors.KernelModule.Error($"{compressed} is compressed.", new Location(compressed), "Decompress the modules before they are indexed.");
        }

        var modules = files.Where(f => f.Key.EndsWith(".ko", StringComparison.Ordinal)).ToArray();
        var parsed = new KernelModuleFile[modules.Length];
        try
        {
            Parallel.For(0, modules.Length, i => parsed[i] = KernelModuleFile.Parse(modules[i].Value.Content!, modules[i].Key));
        }
        catch (AggregateException error) when (error.InnerExceptions.OfType<HullException>().FirstOrDefault() is { } first)
        {
            throw new HullException(first.Diagnostics, error);
        }

        return new ModuleDatabase(
            modules.Select((m, i) => KeyValuePair.Create(m.Key[(root.Length + 1)..], parsed[i])),
            TextOf(tree, root + "/modules.order"),
            TextOf(tree, root + "/modules.builtin"),
            tree.TryGet(root + "/modules.builtin.modinfo", out var information) && information.Type == InodeType.File ? information.Content!.ToArray() : []);
    }

    private static string TextOf(FileTree tree, string path) =>
        tree.TryGet(path, out var inode) && inode.Type == InodeType.File ? inode.Content!.ToText() : "";

    private static string? PlainPath(string path)
    {
        foreach (var extension in (string[])[".xz", ".zst", ".gz"])
        {
            if (path.EndsWith(".ko" + extension, StringComparison.Ordinal))
            {
                return path[..^extension.Length];
            }
        }

        return null;
    }

    private static Content Decompressed(string path, Content content)
    {
        using var input = content.OpenRead();
        using var stream = Decompression.OpenByExtension(input, path, path);
        var output = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            output.Write(buffer, 0, read);
            if (output.Length > MaximumModule)
            {
                throw FormatErrors.LimitExceeded.Error($"{path} exceeds {MaximumModule} bytes uncompressed.", new Location(path));
            }
        }

        return Content.FromBytes(output.GetBuffer().AsMemory(0, (int)output.Length));
    }
}

/// <summary>Which module files an initrd must hold.</summary>
public static class ModuleDependencies
{
    /// <summary>The files of modules and of everything they need, in an order in which they can be loaded.</summary>
    /// <param name="tree">With uncompressed modules.</param>
    /// <param name="kernelVersion">The kernel's version (uname -r).</param>
    /// <param name="names">Module names; built-in ones are left out.</param>
    /// <returns>Absolute paths.</returns>
    /// <exception cref="HullException">HULL5211: a module is not there.</exception>
    public static IReadOnlyList<string> Resolve(FileTree tree, string kernelVersion, IEnumerable<string> names) =>
        [.. KernelModules.Read(tree, kernelVersion).Resolve(names).Select(p => $"/usr/lib/modules/{kernelVersion}/{p}")];
}
