using Ironhull.Formats.Io;

namespace Ironhull.RpmWorld.Repository;

/// <summary>Keeps the cache small: a few repositories and their packages, the newest.</summary>
internal static class KeptWorlds
{
    private const int Worlds = 3, Packages = 600;

    /// <summary>Deletes what is older than the newest few.</summary>
    /// <param name="cache">The folder of repositories by key, with <c>packages/</c>.</param>
    public static void Prune(string cache)
    {
        var packages = Path.Combine(cache, "packages");
        foreach (var world in Old(SortedDirectory.Folders(cache).Where(f => f != packages), Worlds))
        {
            Directory.Delete(world, recursive: true);
        }

        foreach (var package in Old(SortedDirectory.Files(packages, "*.rpm"), Packages))
        {
            File.Delete(package);
        }
    }

    private static IEnumerable<string> Old(IEnumerable<string> paths, int keep) => paths.OrderByDescending(File.GetLastWriteTimeUtc).ThenBy(p => p, StringComparer.Ordinal).Skip(keep);
}
