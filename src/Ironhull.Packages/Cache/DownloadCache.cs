using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Packages.Cache;

/// <summary>
/// Downloads by SHA-256. A file is in the folder under its digest only when all its bytes were checked; until then it grows below
/// <c>partial/</c>, where the next run finds it and goes on, however this one ended. What is known by its SHA-512 alone lies under
/// its SHA-256 too; <c>sha512/</c> says which that is. Several processes may share one folder.
/// </summary>
public sealed class DownloadCache
{
    private const int Parallelism = 8;
    private const int BufferSize = 1 << 17;
    private readonly MirrorClient? _client;

    /// <summary>A cache in a folder, which is made when it is missing.</summary>
    /// <param name="folder">The folder; see <see cref="DefaultFolder"/>.</param>
    /// <param name="client">Fetches what is missing; null for offline.</param>
    /// <exception cref="HullException">HULL2038, HULL2039: the folder cannot be made.</exception>
    public DownloadCache(string folder, MirrorClient? client)
    {
        Folder = Path.GetFullPath(folder);
        _client = client;
        Guard(Folder, () => Directory.CreateDirectory(PartialFolder));
    }

    /// <summary><c>HULL_CACHE</c>'s "downloads", or <c>~/.cache/ironhull/downloads</c> (XDG_CACHE_HOME is honoured).</summary>
    public static string DefaultFolder
    {
        get
        {
            var root = Environment.GetEnvironmentVariable("HULL_CACHE");
            if (string.IsNullOrEmpty(root))
            {
                var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
                cache = string.IsNullOrEmpty(cache) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache") : cache;
                root = Path.Combine(cache, "ironhull");
            }

            return Path.Combine(root, "downloads");
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Whether nothing is fetched.</summary>
    public bool IsOffline => _client is null;

    internal MirrorClient? Client => _client;

    private string PartialFolder => Path.Combine(Folder, "partial");

    /// <summary>Makes files present: from the cache after hashing them again, or from the mirror.</summary>
    /// <param name="requests">The files; the same digest may be asked for more than once.</param>
    /// <param name="progress">Told now and then, from any thread; may be null.</param>
    /// <param name="cancellation">Stops; what was fetched is kept.</param>
    /// <returns>SHA-256 to path, also for those that were asked for by SHA-512.</returns>
    /// <exception cref="HullException">
    /// HULL2030 to HULL2036: the mirror; HULL2037: offline and missing, all files named; HULL2038, HULL2039: the folder.
    /// </exception>
    public async Task<IReadOnlyDictionary<Sha256Digest, string>> FetchAsync(
        IEnumerable<DownloadRequest> requests, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var found = await FetchStatedAsync(requests, progress, cancellation).ConfigureAwait(false);
        return found.Values.DistinctBy(f => f.Sha256).ToDictionary(f => f.Sha256, f => f.Path);
    }

    /// <summary>As <see cref="FetchAsync"/>, for repositories that may state another digest than SHA-256.</summary>
    /// <returns>What was asked for to what is there.</returns>
    /// <inheritdoc cref="FetchAsync"/>
    public async Task<IReadOnlyDictionary<ContentDigest, CachedFile>> FetchStatedAsync(
        IEnumerable<DownloadRequest> requests, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var wanted = requests.DistinctBy(r => r.Digest).ToList();
        var meter = new Meter(progress, wanted);
        var found = new ConcurrentDictionary<ContentDigest, CachedFile>();
        var errors = new ConcurrentDictionary<int, HullException>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            // The largest first, so that none of them starts last.
            await Parallel.ForEachAsync(
                wanted.Index().OrderByDescending(r => r.Item.Size),
                new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop.Token },
                async (item, token) =>
                {
                    try
                    {
                        found[item.Item.Digest] = await FetchOneAsync(item.Item, meter, token).ConfigureAwait(false);
                        meter.FileDone();
                    }
                    catch (HullException e)
                    {
                        errors[item.Index] = MirrorMap.Name(e, item.Item.Archive);
                        // What is wrong with one file does not stop the others; a mirror or disk that fails does.
                        if (e.Code != PackageErrors.NotFound && e.Code != PackageErrors.OfflineMissing && e.Code != PackageErrors.DownloadMismatch)
                        {
                            await stop.CancelAsync().ConfigureAwait(false);
                        }
                    }
                }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }

        if (!errors.IsEmpty)
        {
            throw Combine(wanted, errors);
        }

        cancellation.ThrowIfCancellationRequested();
        return found;
    }

    /// <summary>The path of a file in the cache, by its presence and length alone; null when it is not there.</summary>
    public string? Find(Sha256Digest sha256, long size)
    {
        var file = new FileInfo(PathOf(sha256));
        return file.Exists && file.Length == size ? file.FullName : null;
    }

    internal static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(e, path);
        }
    }

    // errno.h: ENOSPC 28, EDQUOT 122, EFBIG 27. The runtime puts the number into HResult on Unix.
    internal static HullException Translate(Exception e, string path) =>
        (e is IOException && (e.HResult & 0xFFFF) is 28 or 122 or 27 ? PackageErrors.CacheFull : PackageErrors.CacheNotWritable).Error(e.Message, new(path), cause: e);

    private string PathOf(Sha256Digest digest) => Path.Combine(Folder, digest.ToString());

    private async Task<CachedFile> FetchOneAsync(DownloadRequest request, Meter meter, CancellationToken cancellation)
    {
        if (await SoundAsync(request, cancellation).ConfigureAwait(false) is { } present)
        {
            meter.Add(request.Size);
            return present;
        }

        if (_client is null)
        {
            throw PackageErrors.OfflineMissing.Error($"'{request.RelativePath}' of '{request.SourceId}' is not in the cache.");
        }

        var partial = Path.Combine(PartialFolder, request.Digest.Hex);
        using var file = await LockAsync(partial, cancellation).ConfigureAwait(false);
        // Another process may have fetched it while this one waited.
        if (await SoundAsync(request, cancellation).ConfigureAwait(false) is { } fetched)
        {
            Guard(partial, () => File.Delete(partial));
            meter.Add(request.Size);
            return fetched;
        }

        var sha256 = await new Transfer(_client, request, file, partial, meter).RunAsync(cancellation).ConfigureAwait(false);
        var path = PathOf(sha256);
        Guard(path, () => File.Move(partial, path, overwrite: true));
        if (request.Digest.Sha256 is null)
        {
            var reference = ReferenceOf(request.Digest);
            Guard(reference, () => AtomicFile.WriteAllText(reference, $"{sha256}\n"));
        }

        return new(path, sha256);
    }

    private string ReferenceOf(ContentDigest digest) => Path.Combine(Folder, digest.Algorithm, digest.Hex);

    /// <summary>The file when it is there and sound; one that is not sound is removed.</summary>
    private async Task<CachedFile?> SoundAsync(DownloadRequest request, CancellationToken cancellation)
    {
        if (request.Digest.Sha256 is not { } sha256)
        {
            var reference = ReferenceOf(request.Digest);
            if (!Guard(reference, () => File.Exists(reference)) || !Sha256Digest.TryParse(Guard(reference, () => File.ReadAllText(reference)).AsSpan().Trim(), out sha256))
            {
                return null;
            }
        }

        var path = PathOf(sha256);
        while (true)
        {
            try
            {
                return IsSound(path, request, cancellation) ? new(path, sha256) : null;
            }
            catch (IOException e) when (IsLocked(e)) // its writer has just moved it here, and is about to close it
            {
                await Task.Delay(20, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Translate(e, path);
            }
        }
    }

    // errno.h: EAGAIN 11, another process or stream holds the lock.
    private static bool IsLocked(IOException e) => (e.HResult & 0xFFFF) == 11;

    private static bool IsSound(string path, DownloadRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            return false;
        }

        if (info.Length == request.Size)
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.SequentialScan);
            if (Convert.ToHexStringLower(CryptographicOperations.HashData(StatedDigest.NameOf(request.Digest), stream)) == request.Digest.Hex)
            {
                return true;
            }
        }

        // What lies under another digest's name is that one's to judge.
        if (request.Digest.Sha256 is not null)
        {
            File.Delete(path);
        }

        return false;
    }

    // The lock ends with the process, however that ends.
    private static async Task<FileStream> LockAsync(string partial, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
                if (RealPath.StillLeadsTo(partial, file))
                {
                    return file;
                }

                // Between opening and locking, its writer moved it into place: the lock is on the finished file.
                await file.DisposeAsync().ConfigureAwait(false);
            }
            catch (IOException e) when (IsLocked(e))
            {
                await Task.Delay(50, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Translate(e, partial);
            }
        }
    }

    private static HullException Combine(List<DownloadRequest> wanted, ConcurrentDictionary<int, HullException> errors)
    {
        var ordered = errors.OrderBy(e => e.Key).ToList();
        if (ordered.All(e => e.Value.Code == PackageErrors.OfflineMissing) && ordered.Count > 1)
        {
            const int Shown = 10;
            var names = string.Concat(ordered.Take(Shown).Select(e => $"\n  {wanted[e.Key].RelativePath} of '{wanted[e.Key].SourceId}'"));
            var more = ordered.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $"\n  and {ordered.Count - Shown} more") : "";
            return PackageErrors.OfflineMissing.Error($"{ordered.Count} of {wanted.Count} files are not in the cache:{names}{more}");
        }

        return ordered.Count == 1 ? ordered[0].Value : new HullException([.. ordered.SelectMany(e => e.Value.Diagnostics)], ordered[0].Value);
    }

    private static void Guard(string path, Action action) => Guard(path, () =>
    {
        action();
        return true;
    });

    /// <summary>Brings one partial file to its full length and checks it.</summary>
    private sealed class Transfer(MirrorClient client, DownloadRequest request, FileStream file, string partial, Meter meter)
    {
        private readonly byte[] _buffer = new byte[BufferSize];
        private string _path = request.RelativePath;
        private long _counted;
        private bool _again;

        /// <returns>The SHA-256 of the whole.</returns>
        public async Task<Sha256Digest> RunAsync(CancellationToken cancellation)
        {
            using var hash = new StatedDigest(request.Digest);
            // Begun by an earlier run: if the whole turns out wrong, the old part may be why, and one fresh start is due.
            _again = Restart(hash, Guard(partial, () => file.Length) <= request.Size, cancellation) > 0;
            return await client.RetryAsync(request.SourceId, request.Archive, request.RelativePath, async () =>
            {
                while (true)
                {
                    if (_counted < request.Size)
                    {
                        await PullAsync(hash, cancellation).ConfigureAwait(false);
                    }

                    if (hash.Matches(out var sha256))
                    {
                        return sha256;
                    }

                    Restart(hash, keep: false, cancellation);
                    if (!_again)
                    {
                        throw PackageErrors.DownloadMismatch.Error($"'{request.RelativePath}' from the mirror of '{request.SourceId}' does not have {request.Digest}.");
                    }

                    _again = false;
                }
            }, cancellation).ConfigureAwait(false);
        }

        private async Task PullAsync(StatedDigest hash, CancellationToken cancellation)
        {
            using var response = await OpenAsync(cancellation).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable ||
                (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From != _counted))
            {
                Restart(hash, keep: false, cancellation);
                throw new TransientException("it cannot go on where an earlier download stopped", null);
            }

            if (response.StatusCode != HttpStatusCode.PartialContent && _counted > 0)
            {
                Restart(hash, keep: false, cancellation);
            }

            if (response.Content.Headers.ContentLength is { } length && length > request.Size - _counted)
            {
                throw TooLong(hash, cancellation);
            }

            if (response.Content.Headers.ContentLength is { } rest && rest < request.Size - _counted)
            {
                // The mirror's whole file is shorter: no further try makes it longer.
                Restart(hash, keep: false, cancellation);
                throw PackageErrors.DownloadMismatch.Error($"'{request.RelativePath}' on the mirror of '{request.SourceId}' is shorter than the announced {request.Size} bytes.");
            }

            using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            while (await MirrorClient.ReadAsync(stream, _buffer, cancellation).ConfigureAwait(false) is var read and > 0)
            {
                if (read > request.Size - _counted)
                {
                    throw TooLong(hash, cancellation);
                }

                Guard(partial, () => file.Write(_buffer, 0, read));
                hash.Append(_buffer, 0, read);
                _counted += read;
                meter.Add(read);
            }

            if (_counted < request.Size)
            {
                throw new TransientException(string.Create(CultureInfo.InvariantCulture, $"it sends {_counted} of {request.Size} bytes"), null) { Truncated = true };
            }
        }

        private async Task<HttpResponseMessage> OpenAsync(CancellationToken cancellation)
        {
            try
            {
                return await client.SendAsync(request.SourceId, request.Archive, _path, _counted, cancellation).ConfigureAwait(false);
            }
            catch (HullException e) when (e.Code == PackageErrors.NotFound && request.FallbackPath is { } fallback && _path != fallback)
            {
                _path = fallback;
                return await client.SendAsync(request.SourceId, request.Archive, _path, _counted, cancellation).ConfigureAwait(false);
            }
        }

        private HullException TooLong(StatedDigest hash, CancellationToken cancellation)
        {
            Restart(hash, keep: false, cancellation);
            return PackageErrors.TooLong.Error($"The mirror of '{request.SourceId}' sends more than the announced {request.Size} bytes for '{request.RelativePath}'.");
        }

        // Hashes what is kept, so that the file's bytes need to be read only once in all.
        private long Restart(StatedDigest hash, bool keep, CancellationToken cancellation)
        {
            meter.Add(-_counted);
            _counted = 0;
            hash.Reset();
            if (!keep)
            {
                Guard(partial, () => file.SetLength(0));
                file.Position = 0;
                return 0;
            }

            file.Position = 0;
            var length = Guard(partial, () => file.Length);
            while (_counted < length && Guard(partial, () => file.Read(_buffer)) is var read and > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.Append(_buffer, 0, read);
                _counted += read;
            }

            meter.Add(_counted);
            return _counted;
        }
    }

    /// <summary>Adds up, and tells at most every MiB.</summary>
    private sealed class Meter(IProgress<DownloadProgress>? progress, List<DownloadRequest> wanted)
    {
        private const long Step = 1 << 20;
        private readonly Lock _gate = new();
        private readonly long _total = wanted.Sum(r => r.Size);
        private long _done, _told;
        private int _files;

        public void Add(long bytes)
        {
            lock (_gate)
            {
                _done += bytes;
                if (Math.Abs(_done - _told) >= Step)
                {
                    Tell();
                }
            }
        }

        public void FileDone()
        {
            lock (_gate)
            {
                _files++;
                Tell();
            }
        }

        private void Tell()
        {
            _told = _done;
            progress?.Report(new(_done, _total, _files, wanted.Count));
        }
    }
}
