using System.Diagnostics;
using Ironhull.Packages.Debian;
using Ironhull.Resolution.Debian;

namespace Ironhull.Resolution.Tests;

/// <summary>The real trixie archive, loaded once per test run.</summary>
public sealed class Archive
{
    public Archive()
    {
        Apt = AptRoot.Open();
        Packages = [.. AptRoot.Suites.SelectMany(s => Read(Apt.IndexFile(s), s))];
        var watch = Stopwatch.StartNew();
        Universe = new DebianUniverse(Packages, "amd64");
        UniverseTime = watch.Elapsed;
    }

    /// <summary>How long it took to index the packages.</summary>
    public TimeSpan UniverseTime { get; }

    internal AptRoot Apt { get; }

    public IReadOnlyList<DebianPackage> Packages { get; }

    public DebianUniverse Universe { get; }

    private static List<DebianPackage> Read(string path, string repository)
    {
        using var text = File.OpenRead(path);
        return PackagesIndex.Read(text, repository, 500, path);
    }
}
