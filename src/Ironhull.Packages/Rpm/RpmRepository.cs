using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;
using Ironhull.Packages.OpenPgp;
using Ironhull.Packages.Rpm.Metadata;

namespace Ironhull.Packages.Rpm;

/// <summary>
/// Reads RPM-MD repositories: <c>repomd.xml</c> verified by its detached signature against pinned keys, not older than one seen before;
/// what it names fetched by digest. What was verified last is kept beside the downloads, for offline use and against rollback.
/// </summary>
public sealed class RpmRepository
{
    private const int MaximumRepomd = 4 << 20;
    private const int MaximumSignature = 256 << 10;
    private readonly DownloadCache _cache;
    private readonly TimeProvider _time;
    private readonly string _state;

    /// <summary>Reads through a cache.</summary>
    /// <param name="cache">Fetches; when it is offline, the last verified repomd.xml is read again.</param>
    /// <param name="time">The present, for the keys' expiry.</param>
    /// <param name="stateFolder">Remembers the newest states; "repositories" in the cache's folder when null.</param>
    public RpmRepository(DownloadCache cache, TimeProvider time, string? stateFolder = null)
    {
        _cache = cache;
        _time = time;
        _state = stateFolder ?? Path.Combine(cache.Folder, "repositories");
    }

    /// <summary>Fetches, verifies and parses a repository. The snapshot's file lists and advisories come later, through the same cache and client.</summary>
    /// <param name="source">What is asked for.</param>
    /// <param name="progress">Told about the list of packages; may be null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HullException">
    /// HULL2010 to HULL2016: not trusted; HULL2201: not signed; HULL2202: rolled back; HULL2200, HULL2203 to HULL2216: not
    /// matching or malformed; HULL2024, HULL2030 to HULL2039: the mirror and the cache.
    /// </exception>
    public async Task<RpmRepositorySnapshot> RefreshAsync(RpmRepositorySource source, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
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

    private async Task<RpmRepositorySnapshot> ReadAsync(RpmRepositorySource source, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var keys = source.VerifyMetadata ? OpenPgpKeyRing.Load(source.KeyFiles, source.Fingerprints) : null;
        var state = new RpmRepositoryState(_state, source);
        var name = $"{source.Id}: repodata/repomd.xml";
        var signed = await ReadSignedAsync(source, state, cancellation).ConfigureAwait(false);
        var signatures = keys is null ? [] : OpenPgpVerifier.VerifyDetached(signed.Repomd, signed.Signature, keys, _time.GetUtcNow().ToUnixTimeSeconds(), $"{name}.asc");
        var repomd = RepoMd.Parse(signed.Repomd, name);
        state.RequireNotOlder(repomd, name);
        // The packages come first: a repomd.xml whose files do not come is not yet the newest one that worked.
        var primary = await ReadPrimaryAsync(source, repomd, progress, cancellation).ConfigureAwait(false);
        state.Remember(repomd, signed, keep: !_cache.IsOffline);
        return new(
            source.Id,
            Sha256Digest.Of(signed.Repomd),
            repomd.DateSeconds,
            repomd.Revision,
            [.. signatures.Where(s => s.Status == SignatureStatus.Good).Select(s => s.PrimaryFingerprint).Distinct().Order(StringComparer.Ordinal)],
            signatures,
            primary.Packages,
            new RpmFileLists(() => ReadFileLists(source, repomd, primary)))
        {
            Tags = repomd.Tags,
            Advisories = new(() => ReadAdvisories(source, repomd)),
        };
    }

    private async Task<SignedRepomd> ReadSignedAsync(RpmRepositorySource source, RpmRepositoryState state, CancellationToken cancellation)
    {
        if (_cache.Client is not { } client)
        {
            return state.Recall();
        }

        var path = source.PathOf("repodata/repomd.xml");
        var repomd = await client.GetAsync(source.Id, source.Archive, path, MaximumRepomd, cancellation).ConfigureAwait(false);
        if (!source.VerifyMetadata)
        {
            return new(repomd, []);
        }

        byte[] signature;
        try
        {
            signature = await client.GetAsync(source.Id, source.Archive, $"{path}.asc", MaximumSignature, cancellation).ConfigureAwait(false);
        }
        catch (HullException e) when (e.Code == PackageErrors.NotFound)
        {
            throw RpmRepositoryErrors.SignatureMissing.Error("There is no repodata/repomd.xml.asc beside repomd.xml.", new($"{source.Id}: repodata/repomd.xml"), cause: e);
        }

        return signature.Length > 0 ? new(repomd, signature)
            : throw RpmRepositoryErrors.SignatureMissing.Error("The file repodata/repomd.xml.asc is empty.", new($"{source.Id}: repodata/repomd.xml"));
    }

    private async Task<PrimaryContent> ReadPrimaryAsync(RpmRepositorySource source, RepoMd repomd, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var filter = new RpmPackageFilter(source.Id, source.Priority, source.Exclude, source.SnapshotSeconds);
        using var text = await OpenAsync(source, repomd, repomd.Find(RepoMd.Primary)!, progress, cancellation).ConfigureAwait(false);
        return PrimaryReader.Read(text, filter, $"{source.Id}: {repomd.Find(RepoMd.Primary)!.Location}");
    }

    private FileListsIndex? ReadFileLists(RpmRepositorySource source, RepoMd repomd, PrimaryContent primary) =>
        Later(source, repomd, RepoMd.FileLists, (text, name) => FileListsIndex.Read(text, primary, name));

    private IReadOnlyList<RpmAdvisory> ReadAdvisories(RpmRepositorySource source, RepoMd repomd) =>
        Later(source, repomd, RepoMd.UpdateInfo, UpdateInfoReader.Read) ?? [];

    private T? Later<T>(RpmRepositorySource source, RepoMd repomd, string type, Func<Stream, string, T> read)
        where T : class
    {
        if (repomd.Find(type) is not { } entry)
        {
            return null;
        }

        try
        {
            using var text = OpenAsync(source, repomd, entry, null, default).GetAwaiter().GetResult();
            return read(text, $"{source.Id}: {entry.Location}");
        }
        catch (HullException e)
        {
            throw MirrorMap.Name(e, source.Archive);
        }
    }

    private async Task<MetadataFile> OpenAsync(RpmRepositorySource source, RepoMd repomd, RepoMdEntry entry, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var request = new DownloadRequest(source.Id, source.Archive, source.PathOf(entry.Location), entry.Checksum, entry.Size);
        try
        {
            var files = await _cache.FetchStatedAsync([request], progress, cancellation).ConfigureAwait(false);
            return MetadataFile.Open(files[request.Digest].Path, entry, $"{source.Id}: {entry.Location}");
        }
        catch (HullException e) when (e.Code == PackageErrors.DownloadMismatch || e.Code == PackageErrors.TooLong || e.Code == PackageErrors.NotFound)
        {
            throw RpmRepositoryErrors.MetadataMismatch.Error(
                $"The mirror does not have the '{entry.Type}' that the repomd.xml of {RpmRepositoryState.Shown(repomd.DateSeconds)} names: {e.Diagnostics[0].Message}",
                new($"{source.Id}: {entry.Location}"), cause: e);
        }
    }

    /// <summary>Reads filelists when it is first asked.</summary>
    private sealed class RpmFileLists(Func<FileListsIndex?> read) : IRpmFileLists
    {
        private readonly Lazy<FileListsIndex?> _index = new(read);

        public IReadOnlyList<RpmPackage> OwnersOf(string path) => _index.Value?.OwnersOf(path) ?? [];
    }
}
