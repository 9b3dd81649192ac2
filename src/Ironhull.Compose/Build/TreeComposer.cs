using Ironhull.Compose.Closure;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Merge;
using Ironhull.Compose.Programs;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Scripts;
using Ironhull.Compose.Scripts.Rpm;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Build;

/// <summary>A composed tree and what was noticed on the way.</summary>
/// <param name="Root">The whole root tree, <c>/etc</c> in its place.</param>
/// <param name="KernelVersion">The kernel's release, or empty when there is none.</param>
/// <param name="Notes">Waivers and reviews that nothing needs any more.</param>
public sealed record ComposedTree(FileTree Root, string KernelVersion, IReadOnlyList<string> Notes);

/// <summary>
/// From unpacked packages to the image's root tree: merge, review of scripts, recipes, the definition's own files and
/// rules, units, kernel modules, library cache, identity of the image. Each step is pure: tree in, tree out.
/// </summary>
public static class TreeComposer
{
    /// <summary>Composes.</summary>
    /// <param name="definition">What belongs into the image.</param>
    /// <param name="locked">The packages' versions and the time.</param>
    /// <param name="packages">Unpacked, in the lock's order.</param>
    /// <param name="cache">Keeps what is costly to make.</param>
    /// <exception cref="HullException">HULL51xx conflicts and unreviewed scripts, HULL52xx recipes, HULL4xxx expired waivers.</exception>
    public static ComposedTree Compose(ImageDefinition definition, ImageLock locked, IReadOnlyList<UnpackedPackage> packages, StageCache cache)
    {
        var expired = definition.Waivers.Expired(locked.Day);
        if (expired.Count > 0)
        {
            throw new HullException(expired);
        }

        var notes = new List<string>();
        var recipes = new RecipeSet(definition.Recipes.SelectMany(f => RecipeReader.ReadFolder(f).All));
        var names = packages.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var scripts = packages.SelectMany(p => p.Rpm is { } rpm
            ? RpmScriptletClassifier.Classify(rpm, names)
            : MaintainerScriptClassifier.Classify(p.Name, p.Version, p.ControlMembers)).ToList();
        var unreviewed = ScriptReview.Check(scripts, recipes.Reviews);
        if (unreviewed.Count > 0)
        {
            throw new HullException(unreviewed);
        }

        var table = definition.Accounts is null ? AccountsTable.Empty : RecipeReader.ReadAccounts(definition.Accounts);
        var result = definition.Packaging == PackagingKind.Rpm
            ? MergeRpms(packages, names, scripts, recipes, table, notes)
            : RecipeEngine.Apply(PackageMerger.Merge(packages).Tree, names, scripts, recipes, table);
        var tree = result.Tree;
        var kernel = KernelVersion(tree);
        tree = ModuleStage.Apply(tree, [.. definition.Remove.Select(r => new PathPattern(r.Value))], cache);
        ProgramFolder.Apply(tree, definition);
        foreach (var folder in definition.Files)
        {
            OverlayFolder.Apply(tree, OverlayFolder.Read(folder));
        }

        if (definition.Preset is { } preset)
        {
            var text = File.ReadAllText(preset);
            tree.Set($"/usr/lib/systemd/system-preset/{Path.GetFileName(preset)}", Inode.File(Content.FromText(text), origin: "image"));
            tree = Units.Apply(tree, UnitPreset.Parse(text, preset), []).Tree;
        }

        Remove(tree, definition.Remove.Select(r => r.Value));
        ApplyModes(tree, definition.Modes, result.Accounts);
        if (definition.Kind == ImageKind.Disk)
        {
            OsRelease.Apply(tree, definition.Name, definition.Version, definition.OsRelease);
            ImageManifest.Apply(tree, definition, locked with { Packages = [.. locked.Packages.Where(p => definition.Holds(p.Name))] });
        }

        tree = SharedLibraryCache.Apply(tree, definition.Packaging == PackagingKind.Rpm ? SharedLibraryCache.RpmFolders : SharedLibraryCache.DebianFolders);
        notes.AddRange(ScriptReview.Unused(scripts, recipes.For(names).SelectMany(r => r.Scripts))
            .Select(r => $"the review of {r.Package}'s {r.Kind.MemberName()} covers no script of this image"));
        return new(tree, kernel, notes);
    }

    private static RecipeResult MergeRpms(
        IReadOnlyList<UnpackedPackage> packages, HashSet<string> names, List<ScriptClassification> scripts, RecipeSet recipes, AccountsTable table, List<string> notes)
    {
        var accounts = RpmAccounts.Collect(packages, scripts, recipes.For(names), table);
        var merged = PackageMerger.MergeRpms(packages, accounts);
        if (merged.Relocated is [var first, ..])
        {
            notes.Add($"paths that packages ship through directory links: {merged.Relocated.Count}, for example {first.Shipped} of {first.Package} is {first.Path}");
        }

        return RecipeEngine.Apply(merged.Tree, names, scripts, recipes, accounts);
    }

    /// <summary>Runs the closure checks; findings without a waiver are one error each.</summary>
    public static IReadOnlyList<string> Check(ImageDefinition definition, FileTree root, IFileFactCache? cache)
    {
        var report = ClosureCheck.Run(root, [.. definition.Suid.Select(s => s.Value)], definition.Waivers.Closure, cache);
        return report.Violations.Count > 0
            ? throw new HullException([.. report.Violations.Select(v => v.ToDiagnostic())])
            : [.. report.UnusedWaivers.Select(w => $"the waiver of the {w.Check} check for '{w.Subject}' covers nothing any more")];
    }

    /// <summary>The one kernel release that the tree has modules for, or empty.</summary>
    private static string KernelVersion(FileTree tree)
    {
        var versions = KernelModules.Versions(tree);
        return versions.Count < 2
            ? versions.SingleOrDefault("")
            : throw ComposeErrors.KernelMissing.Error($"The tree has modules for {string.Join(" and ", versions)}.", new("/usr/lib/modules"));
    }

    private static void Remove(FileTree tree, IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns.Select(p => new PathPattern(p)))
        {
            string[] matches = pattern.IsLiteral ? [pattern.Text] : [.. tree.Entries.Select(e => e.Key).Where(pattern.Matches)];
            foreach (var path in matches)
            {
                tree.Remove(path);
            }
        }
    }

    private static void ApplyModes(FileTree tree, IReadOnlyList<ModeRule> rules, AccountDatabase accounts)
    {
        foreach (var rule in rules)
        {
            var pattern = new PathPattern(rule.Path);
            uint? uid = rule.Owner is null ? null : uint.TryParse(rule.Owner, out var user) ? user : accounts.Uid(rule.Owner, rule.Where);
            uint? gid = rule.Group is null ? null : uint.TryParse(rule.Group, out var group) ? group : accounts.Gid(rule.Group, rule.Where);
            var matches = tree.Entries.Where(e => pattern.Matches(e.Key)).Select(e => e.Key).ToList();
            if (matches.Count == 0)
            {
                throw ComposeErrors.RuleWithoutPath.Error($"No path matches '{rule.Path}'.", rule.Where);
            }

            foreach (var path in matches)
            {
                tree.Update(path, i => i.With(mode: rule.Mode, uid: uid, gid: gid));
            }
        }
    }
}
