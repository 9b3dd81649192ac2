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
    /// <exception cref="HullException">HULL2xxx: gone from the mirror, damaged, or not reachable.</exception>
    public static async Task<IReadOnlyDictionary<Sha256Digest, string>> FetchAsync(
        BuildRequest request, ImageLock locked, IReadOnlyList<LockedPackage> packages, IProgressReporter progress, CancellationToken cancellation)
    {
        if (packages.Count == 0)
        {
            return new Dictionary<Sha256Digest, string>();
        }

        var archives = locked.Repositories.ToDictionary(r => r.Id, r => r.Archive, StringComparer.Ordinal);
        using var client = request.Offline ? null : new MirrorClient(MirrorMap.Discover());
        var cache = new DownloadCache(Path.Combine(request.CacheFolder, "downloads"), client);
        using var stage = progress.Begin("Fetch packages", ProgressUnit.Bytes, packages.Sum(p => p.Size));
        var done = 0L;
        var files = await cache.FetchAsync(
            packages.Select(p => new DownloadRequest(p.Repository, archives[p.Repository], p.Path, p.Sha256, p.Size)),
            new Reporter(p => stage.Advance(p.BytesDone - Interlocked.Exchange(ref done, p.BytesDone))), cancellation).ConfigureAwait(false);
        stage.Complete($"{packages.Count} packages");
        return files;
    }

    /// <summary>Calls at once, on the thread that reports.</summary>
    private sealed class Reporter(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        void IProgress<DownloadProgress>.Report(DownloadProgress value) => report(value);
    }
}
