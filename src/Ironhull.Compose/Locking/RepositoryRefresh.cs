using Ironhull.Compose.Definition;
using Ironhull.Compose.Progress;
using Ironhull.Diagnostics;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Locking;

/// <summary>Fetches and verifies every repository of a definition.</summary>
public static class RepositoryRefresh
{
    /// <summary>The folder of downloads below a cache folder.</summary>
    public const string DownloadsFolder = "downloads";

    /// <summary>Refreshes all repositories at the same time.</summary>
    /// <param name="definition">Names the repositories and the keys that are trusted.</param>
    /// <param name="cacheFolder">The cache.</param>
    /// <param name="mirrors">Where the archives are; null reads what was verified last, without touching the network.</param>
    /// <param name="time">The present, for expiry.</param>
    /// <param name="progress">Told about downloads.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>In the definition's order.</returns>
    /// <exception cref="HullException">HULL20xx, HULL22xx: not trusted, expired, rolled back, or not reachable.</exception>
    public static async Task<IReadOnlyList<RepositoryContents>> RunAsync(
        ImageDefinition definition, string cacheFolder, MirrorMap? mirrors, TimeProvider time, IProgressReporter progress, CancellationToken cancellation)
    {
        using var client = mirrors is null ? null : new MirrorClient(mirrors);
        var cache = new DownloadCache(Path.Combine(cacheFolder, DownloadsFolder), client);
        return await Task.WhenAll(definition.Repositories.Select(async source =>
        {
            using var stage = progress.Begin($"Read {source.Id}", ProgressUnit.Bytes);
            return source is RpmRepositoryDefinition rpm
                ? (RepositoryContents)await RpmAsync(rpm, definition, new RpmRepository(cache, time), stage, cancellation).ConfigureAwait(false)
                : await DebianAsync((DebianRepositoryDefinition)source, definition, new DebianRepository(cache, time), stage, cancellation).ConfigureAwait(false);
        })).ConfigureAwait(false);
    }

    private static async Task<DebianRepositoryContents> DebianAsync(
        DebianRepositoryDefinition source, ImageDefinition definition, DebianRepository repository, IProgressStage stage, CancellationToken cancellation)
    {
        var snapshot = await repository.RefreshAsync(
            new RepositorySource(source.Id, source.Archive, source.Suite, source.Components, definition.Architecture, source.Keys, source.Fingerprints, source.Priority),
            new Meter(stage), cancellation).ConfigureAwait(false);
        stage.Complete($"{snapshot.Packages.Count} packages");
        return new(source.Id, snapshot.InRelease, snapshot.DateSeconds, snapshot.SignerFingerprints, snapshot.Packages);
    }

    private static async Task<RpmRepositoryContents> RpmAsync(
        RpmRepositoryDefinition source, ImageDefinition definition, RpmRepository repository, IProgressStage stage, CancellationToken cancellation)
    {
        var snapshot = await repository.RefreshAsync(
            new RpmRepositorySource(
                source.Id, source.Archive, source.Path, source.Keys, source.Fingerprints, source.Priority, source.Exclude, source.SnapshotSeconds,
                VerifyMetadata: !definition.Waivers.IsWaived(source.Id, SignatureCheck.Metadata)),
            new Meter(stage), cancellation).ConfigureAwait(false);
        stage.Complete($"{snapshot.Packages.Count} packages");
        // What came after the snapshot's instant is not seen; neither is when the repository was written since.
        var date = Math.Min(snapshot.DateSeconds, source.SnapshotSeconds ?? long.MaxValue);
        return new(source.Id, snapshot.Repomd, date, snapshot.SignerFingerprints, snapshot.Revision, snapshot.Packages, snapshot.FileLists);
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
