using Ironhull.Compose.Locking;
using Ironhull.Compose.Progress;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;

namespace Ironhull.Compose.Build;

/// <summary>Brings the lock's packages into the download cache.</summary>
public static class PackageFetcher
{
    /// <summary>Fetches what is missing.</summary>
    /// <param name="request">Cache folder and whether the network may be used.</param>
    /// <param name="locked">Names the repositories' archives.</param>
    /// <param name="packages">The packages to fetch.</param>
    /// <param name="progress">Told about bytes.</param>
    /// <param name="cancellation">Stops the fetch; what is done stays.</param>
    /// <returns>Digest to file.</returns>
    /// <exception cref="HullException">HULL4024: gone from the mirror, each package by name; HULL2xxx: damaged, or not reachable.</exception>
    public static async Task<IReadOnlyDictionary<Sha256Digest, string>> FetchAsync(
        BuildRequest request, ImageLock locked, IReadOnlyList<LockedPackage> packages, IProgressReporter progress, CancellationToken cancellation)
    {
        if (packages.Count == 0)
        {
            return new Dictionary<Sha256Digest, string>();
        }

        var archives = locked.Repositories.ToDictionary(r => r.Id, r => r.Archive, StringComparer.Ordinal);
        using var client = request.Offline ? null : new MirrorClient(request.Mirrors ?? MirrorMap.Discover());
        var cache = new DownloadCache(Path.Combine(request.CacheFolder, "downloads"), client);
        using var stage = progress.Begin("Fetch packages", ProgressUnit.Bytes, packages.Sum(p => p.Size));
        var done = 0L;
        try
        {
            var files = await cache.FetchAsync(
                packages.Select(p => new DownloadRequest(p.Repository, archives[p.Repository], p.Path, p.Sha256, p.Size)),
                new Reporter(p => stage.Advance(p.BytesDone - Interlocked.Exchange(ref done, p.BytesDone))), cancellation).ConfigureAwait(false);
            stage.Complete($"{packages.Count} packages");
            return files;
        }
        catch (HullException e) when (e.Diagnostics.Any(d => d.Code == PackageErrors.NotFound))
        {
            throw new HullException([.. e.Diagnostics.Select(d => InWordsOfTheLock(d, packages, archives, request))], e);
        }
    }

    // The cache names paths below an archive; what a user knows is packages.
    private static Diagnostic InWordsOfTheLock(Diagnostic diagnostic, IReadOnlyList<LockedPackage> packages, IReadOnlyDictionary<string, string> archives, BuildRequest request)
    {
        var package = diagnostic.Code == PackageErrors.NotFound
            ? packages.FirstOrDefault(p => diagnostic.Message.Contains($"'{p.Path}'", StringComparison.Ordinal))
            : null;
        return package is null
            ? diagnostic
            : DefinitionErrors.LockedPackageGone.With(
                $"{package.Name} {package.Version} is locked, and the mirror of '{package.Repository}' does not have it any more.",
                new Location(request.DefinitionPath),
                $"Run 'hull lock {request.DefinitionPath} --update' to take its successor, or set {MirrorMap.VariableOf(archives[package.Repository])} to a mirror or snapshot that still holds it.");
    }

    /// <summary>Calls at once, on the thread that reports.</summary>
    private sealed class Reporter(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        void IProgress<DownloadProgress>.Report(DownloadProgress value) => report(value);
    }
}
