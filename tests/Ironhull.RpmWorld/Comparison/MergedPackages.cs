using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Merge;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Scripts.Rpm;
using Ironhull.Compose.Store;
using Ironhull.Formats.Trees;

namespace Ironhull.RpmWorld.Comparison;

/// <summary>The merged files of an image's RPMs, before any recipe.</summary>
internal static class MergedPackages
{
    /// <summary>Unpacks what the content store lacks, and merges.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="image">Its lock; the packages must be in the download cache.</param>
    /// <param name="cache">The folder of <c>downloads</c> and <c>store</c>.</param>
    public static FileTree Merge(ImageDefinition definition, ImageLock image, string cache)
    {
        var store = ContentStore.OpenRpm(Path.Combine(cache, "store"));
        var packages = store.UnpackAll([.. image.Packages.Select(p => new PackageFile(Path.Combine(cache, "downloads", p.Sha256.ToString()), p.Sha256, p.Name))]);
        var names = packages.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var scripts = packages.SelectMany(p => RpmScriptletClassifier.Classify(p.Rpm!, names));
        var recipes = new RecipeSet(definition.Recipes.SelectMany(f => RecipeReader.ReadFolder(f).All));
        var table = definition.Accounts is null ? AccountsTable.Empty : RecipeReader.ReadAccounts(definition.Accounts);
        return PackageMerger.MergeRpms(packages, RpmAccounts.Collect(packages, scripts, recipes.For(names), table)).Tree;
    }
}
