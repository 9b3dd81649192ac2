using Ironhull.Compose.Locking;
using Ironhull.Compose.Merge;
using Ironhull.Compose.Store;
using Ironhull.Formats.Trees;

namespace Ironhull.RpmWorld.Comparison;

/// <summary>The merged files of the .debs of a lock, before any recipe.</summary>
internal static class DebianTree
{
    /// <summary>Unpacks what the content store lacks, and merges.</summary>
    /// <param name="image">The lock.</param>
    /// <param name="cache">The folder of <c>downloads</c> and <c>store</c>.</param>
    public static FileTree Merge(ImageLock image, string cache)
    {
        var store = ContentStore.Open(Path.Combine(cache, "store"));
        return PackageMerger.Merge(store.UnpackAll([.. image.Packages.Select(p => new PackageFile(Path.Combine(cache, "downloads", p.Sha256.ToString()), p.Sha256, p.Name))])).Tree;
    }
}
