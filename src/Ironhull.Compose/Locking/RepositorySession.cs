using Ironhull.Compose.Definition;
using Ironhull.Compose.Progress;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Locking;

/// <summary>
/// Fetches and verifies the repositories of a definition. What it gives reads further files when they are first asked for (an RPM
/// repository's file lists), so it must live as long.
/// </summary>
public sealed class RepositorySession : IDisposable
{
    /// <summary>The folder of downloads below a cache folder.</summary>
    public const string DownloadsFolder = "downloads";

    private readonly MirrorClient? _client;
    private readonly DownloadCache _cache;
    private readonly TimeProvider _time;

    /// <summary>A session.</summary>
    /// <param name="cacheFolder">The cache.</param>
    /// <param name="mirrors">Where the archives are; null reads what was verified last, without touching the network.</param>
    /// <param name="time">The present, for expiry.</param>
    public RepositorySession(string cacheFolder, MirrorMap? mirrors, TimeProvider time)
    {
        _client = mirrors is null ? null : new MirrorClient(mirrors);
        _cache = new DownloadCache(Path.Combine(cacheFolder, DownloadsFolder), _client);
        _time = time;
    }

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    /// <summary>Refreshes all repositories at the same time.</summary>
    /// <param name="definition">Names the repositories and the keys that are trusted.</param>
    /// <param name="progress">Told about downloads.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>In the definition's order.</returns>
    /// <exception cref="HullException">HULL20xx, HULL22xx: not trusted, expired, rolled back, or not reachable.</exception>
    public async Task<IReadOnlyList<RepositoryContents>> RefreshAsync(ImageDefinition definition, IProgressReporter progress, CancellationToken cancellation) =>
        await Task.WhenAll(definition.Repositories.Select(async source =>
        {
            using var stage = progress.Begin($"Read {source.Id}", ProgressUnit.Bytes);
            return source is RpmRepositoryDefinition rpm
                ? (RepositoryContents)await RpmAsync(rpm, definition, new RpmRepository(_cache, _time), stage, cancellation).ConfigureAwait(false)
                : await DebianAsync((DebianRepositoryDefinition)source, definition, new DebianRepository(_cache, _time), stage, cancellation).ConfigureAwait(false);
        })).ConfigureAwait(false);

    /// <summary>
    /// Fetches packages whose repository states another digest than SHA-256, checks that digest, and gives the SHA-256 that a lock needs.
    /// </summary>
    /// <param name="definition">Names the repositories' archives and folders.</param>
    /// <param name="packages">The packages.</param>
    /// <param name="progress">Told about downloads.</param>
    /// <param name="cancellation">Stops it; what was fetched stays.</param>
    /// <returns>The SHA-256 of each, in the order given.</returns>
    /// <exception cref="HullException">HULL203x: the mirror, the cache, or another digest.</exception>
    public async Task<IReadOnlyList<Sha256Digest>> Sha256OfAsync(
        ImageDefinition definition, IReadOnlyList<RpmPackage> packages, IProgressReporter progress, CancellationToken cancellation)
    {
        var sources = definition.Repositories.OfType<RpmRepositoryDefinition>().ToDictionary(r => r.Id, StringComparer.Ordinal);
        using var stage = progress.Begin("Fetch packages without SHA-256", ProgressUnit.Bytes, packages.Sum(p => p.Size));
        var files = await _cache.FetchStatedAsync(
            packages.Select(p => new DownloadRequest(p.RepositoryId, sources[p.RepositoryId].Archive, $"{sources[p.RepositoryId].Path}/{p.Location}", p.Checksum, p.Size)),
            new Meter(stage), cancellation).ConfigureAwait(false);
        stage.Complete($"{packages.Count} packages");
        return [.. packages.Select(p => files[p.Checksum].Sha256)];
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
