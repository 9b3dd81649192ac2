namespace Ironhull.Packages.Cache;

/// <summary>Where paths and open files really lie.</summary>
internal static class RealPath
{
    private const int MaximumLinks = 40;

    /// <summary>A path without links in any of its parts, as realpath(3) gives it; parts that are not there stay as they are.</summary>
    /// <exception cref="IOException">The links run in a circle, or cannot be read.</exception>
    public static string Of(string path)
    {
        var links = 0;
        return Resolve(path, ref links);
    }

    /// <summary>Whether a path still leads to a file that was opened by it: it may have been renamed or deleted meanwhile (proc(5), "/proc/[pid]/fd/").</summary>
    public static bool StillLeadsTo(string path, FileStream open) =>
        new FileInfo($"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}").LinkTarget is not { } target || target == Of(path);

    private static string Resolve(string path, ref int links)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (new FileInfo(real).LinkTarget is { } target)
            {
                real = ++links <= MaximumLinks ? Resolve(Path.Combine(Path.GetDirectoryName(real)!, target), ref links) : throw new IOException("There are too many links.");
            }
        }

        return real;
    }
}
