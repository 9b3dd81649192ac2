using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Xz;
using Ironhull.Packages.Cache;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Debian;

/// <summary>
/// Reads Debian repositories: <c>InRelease</c> verified against pinned keys, not expired, not older than one seen before; indices
/// fetched by digest. What was verified last is kept beside the downloads, for offline use and against rollback.
/// </summary>
public sealed class DebianRepository
{
    private const int MaximumInRelease = 16 << 20;
    private static readonly string[] s_indexNames = ["Packages.gz", "Packages.xz", "Packages"];
    private readonly DownloadCache _cache;
    private readonly TimeProvider _time;
    private readonly string _state;

    /// <summary>Reads through a cache.</summary>
    /// <param name="cache">Fetches; when it is offline, the last verified InRelease is read again.</param>
    /// <param name="time">The present, for expiry.</param>
    /// <param name="stateFolder">Remembers the newest dates; "repositories" in the cache's folder when null.</param>
    public DebianRepository(DownloadCache cache, TimeProvider time, string? stateFolder = null)
    {
        _cache = cache;
        _time = time;
        _state = stateFolder ?? Path.Combine(cache.Folder, "repositories");
    }

    /// <summary>Fetches, verifies and parses a repository.</summary>
    /// <param name="source">What is asked for.</param>
    /// <param name="progress">Told about the indices; may be null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HullException">
    /// HULL2002, HULL2003, HULL2010 to HULL2016: malformed or not trusted; HULL2020 to HULL2024: expired, rolled back, wrong, not
    /// matching; HULL2030 to HULL2039: the mirror and the cache.
    /// </exception>
    public async Task<RepositorySnapshot> RefreshAsync(RepositorySource source, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        try
        {
            return await ReadAsync(source, progress, cancellation).ConfigureAwait(false);
        }
        catch (HullException e)
        {
            throw MirrorMap.Name(e, source.Archive);
        }
    }

    private async Task<RepositorySnapshot> ReadAsync(RepositorySource source, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var keys = OpenPgpKeyRing.Load(source.KeyFiles, source.Fingerprints);
        var name = $"{source.Id}: dists/{source.Suite}/InRelease";
        var inRelease = await ReadInReleaseAsync(source, cancellation).ConfigureAwait(false);
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var message = OpenPgpVerifier.VerifyClearSigned(inRelease, keys, now, name);
        var release = ReleaseFile.Parse(Encoding.UTF8.GetString(message.Text), name);
        if (source.Suite != release.Suite && source.Suite != release.Codename)
        {
            throw PackageErrors.WrongRelease.Error($"'{source.Suite}' was asked for; the file is for '{release.Suite}' ('{release.Codename}').", new(name));
        }

        if (release.ValidUntilSeconds <= now)
        {
            throw PackageErrors.ReleaseExpired.Error($"It was valid until {Shown(release.ValidUntilSeconds.Value)}; now it is {Shown(now)}.", new(name));
        }

        RequireNotOlder(source, release, name);
        // The indices come first: a Release file whose indices do not come is not yet the newest one that worked.
        var packages = await ReadPackagesAsync(source, release, name, progress, cancellation).ConfigureAwait(false);
        Remember(source, release, inRelease);
        return new(
            source.Id,
            Sha256Digest.Of(inRelease),
            release.DateSeconds,
            [.. message.Signatures.Where(s => s.Status == SignatureStatus.Good).Select(s => s.PrimaryFingerprint).Distinct().Order(StringComparer.Ordinal)],
            message.Signatures,
            release,
            packages);
    }

    private async Task<byte[]> ReadInReleaseAsync(RepositorySource source, CancellationToken cancellation)
    {
        if (_cache.Client is { } client)
        {
            return await client.GetAsync(source.Id, source.Archive, $"dists/{source.Suite}/InRelease", MaximumInRelease, cancellation).ConfigureAwait(false);
        }

        var path = StatePath(source, "InRelease");
        return File.Exists(path)
            ? DownloadCache.Guard(path, () => File.ReadAllBytes(path))
            : throw PackageErrors.OfflineMissing.Error($"The InRelease of '{source.Id}' is not in the cache.");
    }

    private async Task<List<DebianPackage>> ReadPackagesAsync(
        RepositorySource source, ReleaseFile release, string name, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var indices = source.Components.Select(c => FindIndex(source, release, c, name)).ToList();
        var requests = indices.Select(i => Request(source, release, i)).ToList();
        IReadOnlyDictionary<Sha256Digest, string> files;
        try
        {
            files = await _cache.FetchAsync(requests, progress, cancellation).ConfigureAwait(false);
        }
        catch (HullException e) when (e.Code == PackageErrors.DownloadMismatch || e.Code == PackageErrors.TooLong || e.Code == PackageErrors.NotFound)
        {
            throw PackageErrors.IndexMismatch.Error($"The mirror does not have the indices that the Release file of {Shown(release.DateSeconds)} names: {e.Diagnostics[0].Message}", new(name), cause: e);
        }

        var packages = new List<DebianPackage>();
        foreach (var index in indices)
        {
            var path = files[index.Sha256];
            var shown = $"{source.Id}: {index.Path}";
            using var file = DownloadCache.Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan));
            using var text = Decompression.OpenByExtension(file, index.Path, shown);
            packages.AddRange(PackagesIndex.Read(text, source.Id, source.Priority, shown));
        }

        return packages;
    }

    private static ReleaseEntry FindIndex(RepositorySource source, ReleaseFile release, string component, string name)
    {
        foreach (var index in s_indexNames)
        {
            if (release.Files.TryGetValue($"{component}/binary-{source.Architecture}/{index}", out var entry))
            {
                return entry;
            }
        }

        throw PackageErrors.WrongRelease.Error(
            $"There is no index of component '{component}' for '{source.Architecture}'; there are the components {string.Join(", ", release.Components)} and the architectures {string.Join(", ", release.Architectures)}.",
            new(name));
    }

    private static DownloadRequest Request(RepositorySource source, ReleaseFile release, ReleaseEntry index)
    {
        var plain = $"dists/{source.Suite}/{index.Path}";
        var byHash = $"{plain[..plain.LastIndexOf('/')]}/by-hash/SHA256/{index.Sha256}";
        return release.AcquireByHash
            ? new(source.Id, source.Archive, byHash, index.Sha256, index.Size, plain)
            : new(source.Id, source.Archive, plain, index.Sha256, index.Size);
    }

    private void RequireNotOlder(RepositorySource source, ReleaseFile release, string name)
    {
        var path = StatePath(source, "newest-date");
        if (ReadNewest(path) is { } newest && release.DateSeconds < newest)
        {
            throw PackageErrors.ReleaseRolledBack.Error($"It is of {Shown(release.DateSeconds)}; one of {Shown(newest)} was seen before.", new(name));
        }
    }

    private void Remember(RepositorySource source, ReleaseFile release, byte[] inRelease)
    {
        var path = StatePath(source, "newest-date");
        try
        {
            if (!_cache.IsOffline)
            {
                AtomicFile.WriteAllBytes(StatePath(source, "InRelease"), inRelease);
            }

            // Another process may have seen a newer one meanwhile.
            if (ReadNewest(path) is not { } newest || newest < release.DateSeconds)
            {
                AtomicFile.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{release.DateSeconds}\n"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PackageErrors.RepositoryState.Error(e.Message, new(path), cause: e);
        }
    }

    private static long? ReadNewest(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            return long.TryParse(File.ReadAllText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? seconds
                : throw PackageErrors.RepositoryState.Error("The record is damaged.", new(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PackageErrors.RepositoryState.Error(e.Message, new(path), cause: e);
        }
    }

    private string StatePath(RepositorySource source, string file) =>
        Path.Combine(_state, $"{source.Archive}_{source.Suite}".Replace('/', '_'), file);

    private static string Shown(long seconds)
    {
        const long Latest = 253402300799; // the end of the year 9999
        return DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, Latest)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
    }
}
