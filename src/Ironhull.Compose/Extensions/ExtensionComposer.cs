using Ironhull.Compose.Build;
using Ironhull.Compose.Closure;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Merge;
using Ironhull.Compose.Selinux;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Extensions;

/// <summary>
/// Composes an extension: base and extension together as one tree, by the base's own rules, of which the extension is what
/// its packages and files brought.
/// </summary>
public static class ExtensionComposer
{
    private const string Origin = "extension";

    /// <summary>Composes.</summary>
    /// <param name="definition">The extension.</param>
    /// <param name="locked">Its lock.</param>
    /// <param name="image">Its base.</param>
    /// <param name="own">The extension's packages, unpacked, in its lock's order.</param>
    /// <param name="below">The base's packages, unpacked, in its lock's order.</param>
    /// <param name="tools">The base's build tools, unpacked, in its lock's order: they compile the policy by which the extension is labelled.</param>
    /// <param name="cache">Keeps what is costly to make.</param>
    /// <returns>The extension's tree, and what was noticed on the way.</returns>
    /// <exception cref="HullException">HULL5401, HULL5402; HULL51xx, HULL52xx: as for images.</exception>
    public static (FileTree Tree, IReadOnlyList<string> Notes) Compose(
        ImageDefinition definition, ImageLock locked, BaseImage image, IReadOnlyList<UnpackedPackage> own, IReadOnlyList<UnpackedPackage> below,
        IReadOnlyList<UnpackedPackage> tools, StageCache cache)
    {
        var kind = definition.Kind == ImageKind.Sysext ? ExtensionKind.System : ExtensionKind.Configuration;
        var together = image.With(definition);
        var packages = image.Lock.Packages.Zip(below).Concat(locked.Packages.Zip(own))
            .OrderBy(p => p.First.Name, StringComparer.Ordinal).ThenBy(p => p.First.Architecture, StringComparer.Ordinal).ToList();
        var composed = TreeComposer.Compose(together, image.Lock with { Packages = [.. packages.Select(p => p.First)] }, [.. packages.Select(p => p.Second)], cache);
        var root = composed.Root;
        var names = locked.Packages.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var contexts = Label(root, names, image, tools, cache);
        var tree = ExtensionTree.Split(root, names, [], [], kind).Extension;
        AddFiles(definition, kind, root, tree);
        if (tree.Count == 1)
        {
            throw ExtensionErrors.Empty.Error($"The extension '{definition.Name}' would hold no file below {kind.Hierarchy()}.", new Location(definition.DisplayName));
        }

        RequireNew(below, tree, names);
        var leftOut = LeftOut(root, names, kind);
        RequireClosed(together, root, leftOut, tree);
        var release = ExtensionRelease.Of(root, kind) with { ReloadManager = definition.Extension!.ReloadManager };
        release = definition.Extension.Level is { Length: > 0 } level ? release with { Level = level, VersionId = "" } : release;
        release.Apply(tree, kind, definition.Name);
        if (kind == ExtensionKind.System)
        {
            ExtensionManifest.Apply(tree, definition.Name, definition.Version, locked.Packaging, locked.Packages);
        }

        return (
            ExtensionImage.Finish(tree, contexts, locked.Timestamp),
            leftOut.Count == 0 ? [] : [$"left out, because they lie outside {kind.Hierarchy()}: {leftOut.Count} files of its packages, for example {leftOut[0]}"]);
    }

    // By the policy that runs on the node: the base's, whatever modules the extension's packages bring.
    private static FileContexts? Label(FileTree root, HashSet<string> names, BaseImage image, IReadOnlyList<UnpackedPackage> tools, StageCache cache)
    {
        var modules = root.Subtree(PolicyStage.ModulesFolder).Where(e => names.Contains(e.Value.Origin) && e.Value.Type != InodeType.Directory).Select(e => e.Key).ToList();
        modules.ForEach(m => root.Remove(m));
        return PolicyStage.Apply(image.Definition, image.Lock, tools, root, cache);
    }

    private static void AddFiles(ImageDefinition definition, ExtensionKind kind, FileTree root, FileTree tree)
    {
        var problems = new List<Diagnostic>();
        foreach (var (path, inode) in definition.Files.SelectMany(f => OverlayFolder.Read(f).Entries).Where(e => e.Value.Type != InodeType.Directory))
        {
            if (!path.StartsWith(kind.Hierarchy() + "/", StringComparison.Ordinal))
            {
                problems.Add(ExtensionErrors.Outside.With($"{path} lies outside {kind.Hierarchy()}.", new Location(path)));
            }
            else if (root.Contains(path) && !tree.Contains(path))
            {
                problems.Add(ExtensionErrors.Outside.With($"{path} is in the base image (from {root[path].Origin}).", new Location(path)));
            }
            else
            {
                ExtensionTree.Put(tree, root, path, inode);
                root.Set(path, inode.With(origin: Origin));
            }
        }

        if (problems.Count > 0)
        {
            throw new HullException(problems);
        }
    }

    // A package may replace files of another (Replaces, Obsoletes); an extension may not, because the base has them all the same.
    private static void RequireNew(IReadOnlyList<UnpackedPackage> below, FileTree tree, HashSet<string> names)
    {
        var problems = new List<Diagnostic>();
        foreach (var package in below)
        {
            foreach (var entry in package.Entries.Where(e => e.Type != InodeType.Directory))
            {
                var path = UsrMerge.Map(entry.Path);
                if (tree.TryGet(path, out var own) && names.Contains(own.Origin) && (own.Type != entry.Type || own.Content?.Sha256 != entry.Sha256 || own.Type != InodeType.File))
                {
                    problems.Add(ExtensionErrors.Outside.With($"{path} of {own.Origin} replaces that of {package}, which is in the base image.", new Location(path)));
                }
            }
        }

        if (problems.Count > 0)
        {
            throw new HullException(problems);
        }
    }

    // As a node has it, so without what is left out. What the base holds was judged when the base was built.
    private static void RequireClosed(ImageDefinition together, FileTree root, IReadOnlyList<string> leftOut, FileTree tree)
    {
        var node = root.Clone();
        foreach (var path in leftOut)
        {
            node.Remove(path);
        }

        var report = ClosureCheck.Run(node, [.. together.Suid.Select(s => s.Value)], together.Waivers.Closure);
        var own = report.Violations.Where(v => tree.Contains(v.Path)).ToList();
        if (own.Count > 0)
        {
            throw new HullException([.. own.Select(v => v.ToDiagnostic())]);
        }
    }

    private static List<string> LeftOut(FileTree root, HashSet<string> names, ExtensionKind kind)
    {
        var origins = ExtensionTree.OriginsOf(names);
        return [.. root.Entries.Where(e => e.Value.Type != InodeType.Directory && origins.Contains(e.Value.Origin) && !e.Key.StartsWith(kind.Hierarchy() + "/", StringComparison.Ordinal)).Select(e => e.Key)];
    }
}
