using Ironhull.Compose.Definition;
using Ironhull.Compose.Progress;
using Ironhull.Diagnostics;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Locking;

/// <summary>Fetches and verifies every repository of a definition.</summary>
public static class RepositoryRefresh
{
    /// <summary>The folder of downloads below a cache folder.</summary>
    public const string DownloadsFolder = "downloads";

    /// <summary>Refreshes all repositories at the same time.</summary>
    /// <param name="definition">Names the repositories and the keys that are trusted.</param>
    /// <param name="cacheFolder">The cache.</param>
    /// <param name="offline">Reads what was verified last, without touching the network.</param>
    /// <param name="time">The present, for expiry.</param>
    /// <param name="progress">Told about downloads.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HullException">HULL20xx: not trusted, expired, rolled back, or not reachable.</exception>
    public static async Task<IReadOnlyList<RepositoryContents>> RunAsync(
        ImageDefinition definition, string cacheFolder, bool offline, TimeProvider time, IProgressReporter progress, CancellationToken cancellation)
    {
        using var client = offline ? null : new MirrorClient(MirrorMap.Discover());
        var repository = new DebianRepository(new DownloadCache(Path.Combine(cacheFolder, DownloadsFolder), client), time);
        return await Task.WhenAll(definition.Repositories.Select(async source =>
        {
            using var stage = progress.Begin($"Read {source.Id}", ProgressUnit.Bytes);
            var snapshot = await repository.RefreshAsync(
                new RepositorySource(source.Id, source.Archive, source.Suite, source.Components, definition.Architecture, source.Keys, source.Fingerprints, source.Priority),
                new Meter(stage), cancellation).ConfigureAwait(false);
            stage.Complete($"{snapshot.Packages.Count} packages");
            return new RepositoryContents(source.Id, snapshot.InRelease, snapshot.DateSeconds, snapshot.SignerFingerprints, snapshot.Packages);
        })).ConfigureAwait(false);
    }

    private sealed class Meter(IProgressStage stage) : IProgress<DownloadProgress>
    {
        private long _done;

        public void Report(DownloadProgress value)
        {
            stage.SetTotal(value.BytesTotal);
            stage.Advance(value.BytesDone - Interlocked.Exchange(ref _done, value.BytesDone));
        }
    }
}
