using System.Runtime.ExceptionServices;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Store;

/// <summary>A package to unpack.</summary>
/// <param name="Path">The package file.</param>
/// <param name="Sha256">What the lock says its digest is.</param>
/// <param name="Name">The package's name.</param>
public readonly record struct PackageFile(string Path, Sha256Digest Sha256, string Name);

/// <summary>How far unpacking is.</summary>
/// <param name="PackagesDone">Packages that are in the store.</param>
/// <param name="PackagesTotal">Packages asked for.</param>
/// <param name="BytesDone">Bytes of package files done.</param>
/// <param name="BytesTotal">Bytes of package files asked for.</param>
public readonly record struct UnpackProgress(int PackagesDone, int PackagesTotal, long BytesDone, long BytesTotal);

/// <summary>
/// The content-addressed cache of unpacked packages: a data file and an index for each, named by the package file's digest. Both appear by
/// rename, the index last, so an interrupted unpacking leaves nothing that is taken for whole. A damaged or
/// outdated index, or a data file of another length, is made again from the package. Several processes may use one folder.
/// </summary>
public sealed class ContentStore
{
    private readonly string _folder;
    private readonly Func<string, IPackageSource> _open;
    private readonly Guid _boot;
    private int _unpacked;

    private ContentStore(string folder, Func<string, IPackageSource> open, Guid boot)
    {
        _folder = folder;
        _open = open;
        _boot = boot;
    }

    /// <summary>How many packages this object has unpacked, as opposed to found.</summary>
    public int UnpackedCount => _unpacked;

    /// <summary>The folder.</summary>
    public string Folder => _folder;

    /// <summary>Opens a store for Debian packages; the folder is made when it is missing.</summary>
    /// <exception cref="HullException">HULL5103: the folder cannot be made.</exception>
    public static ContentStore Open(string folder) => Open(folder, DebianPackageSource.Open);

    /// <summary>Opens a store for RPM packages; the folder is made when it is missing.</summary>
    /// <exception cref="HullException">HULL5103: the folder cannot be made.</exception>
    public static ContentStore OpenRpm(string folder) => Open(folder, RpmPackageSource.Open);

    /// <summary>Opens a store that reads packages with <paramref name="open"/>; the folder is made when it is missing.</summary>
    /// <exception cref="HullException">HULL5103: the folder cannot be made.</exception>
    public static ContentStore Open(string folder, Func<string, IPackageSource> open) => Open(folder, open, BootIdentity());

    internal static ContentStore Open(string folder, Func<string, IPackageSource> open, Guid boot)
    {
        Guard(folder, () => Directory.CreateDirectory(folder));
        return new ContentStore(Path.GetFullPath(folder), open, boot);
    }

    /// <summary>Whether a package is in the store, going by its files' presence alone.</summary>
    public bool Contains(Sha256Digest sha256) => File.Exists(IndexPath(sha256)) && File.Exists(DataPath(sha256));

    /// <summary>A package that is in the store and whole, or null.</summary>
    public UnpackedPackage? TryGet(Sha256Digest sha256, string packageName) =>
        TryLoad(sha256) is { } index ? new UnpackedPackage(packageName, index, DataPath(sha256)) : null;

    /// <summary>A package, unpacked now if it is not in the store.</summary>
    /// <exception cref="HullException">
    /// HULL5107: the file is not the one asked for; HULL5102, HULL1001 to HULL1005: the package is damaged; HULL5103, HULL5104: the store cannot be written.
    /// </exception>
    public UnpackedPackage GetOrUnpack(string path, Sha256Digest sha256, string packageName)
    {
        var index = TryLoad(sha256) ?? Unpack(path, sha256, packageName);
        return new UnpackedPackage(packageName, index, DataPath(sha256));
    }

    /// <summary>Several packages, unpacked in parallel, the largest first.</summary>
    /// <param name="packages">The packages.</param>
    /// <param name="progress">Told after every package, from any thread; may be null.</param>
    /// <param name="cancellation">Stops between packages.</param>
    /// <returns>In the order of <paramref name="packages"/>.</returns>
    /// <exception cref="HullException">
    /// Every package's error, in the order of <paramref name="packages"/>; when the store cannot be written (a full disk), unpacking stops and that alone is said.
    /// </exception>
    public IReadOnlyList<UnpackedPackage> UnpackAll(IReadOnlyList<PackageFile> packages, Action<UnpackProgress>? progress = null, CancellationToken cancellation = default)
    {
        var result = new UnpackedPackage[packages.Count];
        var errors = new ExceptionDispatchInfo?[packages.Count];
        var sizes = new long[packages.Count];
        for (var i = 0; i < sizes.Length; i++)
        {
            var file = new FileInfo(packages[i].Path);
            sizes[i] = file.Exists ? file.Length : 0;
        }

        var order = Enumerable.Range(0, packages.Count).OrderByDescending(i => sizes[i]).ThenBy(i => i).ToArray();
        var (total, done, doneBytes, gate) = (sizes.Sum(), 0, 0L, new Lock());
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        // One package at a time to each worker: the default partitioning hands out ranges, which undoes the order.
        Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(order, loadBalance: true), options, (i, state) =>
        {
            try
            {
                result[i] = GetOrUnpack(packages[i].Path, packages[i].Sha256, packages[i].Name);
            }
            catch (HullException e)
            {
                errors[i] = ExceptionDispatchInfo.Capture(e);
                if (e.Code.Category == ErrorCategory.Environment)
                {
                    state.Stop();
                }
            }

            lock (gate)
            {
                done++;
                doneBytes += sizes[i];
                progress?.Invoke(new(done, packages.Count, doneBytes, total));
            }
        });

        var failed = errors.OfType<ExceptionDispatchInfo>().ToList();
        (failed.Find(f => ((HullException)f.SourceException).Code.Category == ErrorCategory.Environment) ?? (failed.Count == 1 ? failed[0] : null))?.Throw();
        return failed.Count == 0 ? result : throw new HullException([.. failed.SelectMany(f => ((HullException)f.SourceException).Diagnostics)]);
    }

    /// <summary>Hashes the bytes of every file of a package again.</summary>
    /// <returns>The first path whose bytes differ from the index, or null when all is sound.</returns>
    public string? FindDamage(UnpackedPackage package) => FindDamage(DataPath(package.Sha256), package.Entries);

    private string IndexPath(Sha256Digest deb) => Path.Combine(_folder, $"{deb}.index");

    private string DataPath(Sha256Digest deb) => Path.Combine(_folder, $"{deb}.data");

    private PackageIndex? TryLoad(Sha256Digest deb)
    {
        byte[] file;
        long length;
        try
        {
            var data = new FileInfo(DataPath(deb));
            if (!data.Exists || !File.Exists(IndexPath(deb)))
            {
                return null;
            }

            length = data.Length;
            file = File.ReadAllBytes(IndexPath(deb));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (PackageIndexFile.TryRead(file, out var boot) is not { } index || index.Sha256 != deb || index.DataLength != length)
        {
            return null;
        }

        // Written in an earlier boot and not looked at since: a power cut may have lost bytes. Looked at once, then known.
        if (boot != Guid.Empty && boot != _boot)
        {
            if (FindDamage(DataPath(deb), index.Entries) is not null)
            {
                return null;
            }

            try
            {
                Replace(IndexPath(deb), PackageIndexFile.Write(index, Guid.Empty));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A store that may only be read is looked at again the next time.
            }
        }

        return index;
    }

    private static string? FindDamage(string dataPath, IReadOnlyList<PackageEntry> entries)
    {
        var data = new PackageData(dataPath);
        foreach (var entry in entries)
        {
            if (entry.Type == Formats.Trees.InodeType.File && entry.HardLinkTo is null)
            {
                try
                {
                    using var stream = new PackageContent(data, entry.Offset, entry.Length, entry.Sha256).OpenRead();
                    if (Sha256Digest.Of(stream) != entry.Sha256)
                    {
                        return entry.Path;
                    }
                }
                catch (HullException)
                {
                    return entry.Path;
                }
            }
        }

        return null;
    }

    private PackageIndex Unpack(string path, Sha256Digest deb, string package)
    {
        RequireDigest(path, deb, package);
        PackageIndex? index = null;
        Guard(DataPath(deb), () =>
        {
            using var source = _open(path);
            using var data = new AtomicFile(DataPath(deb));
            index = PackageUnpacker.Unpack(package, deb, source, data.Stream);
            data.Commit(durable: false);
            Replace(IndexPath(deb), PackageIndexFile.Write(index, _boot));
        });
        Interlocked.Increment(ref _unpacked);
        return index!;
    }

    private static void Replace(string path, byte[] bytes)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(bytes);
        file.Commit(durable: false);
    }

    private static void RequireDigest(string path, Sha256Digest deb, string package)
    {
        Sha256Digest actual;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            actual = Sha256Digest.Of(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TreeErrors.WrongPackageFile.Error($"{package}: {path} cannot be read: {e.Message}", new Location(path), cause: e);
        }

        if (actual != deb)
        {
            throw TreeErrors.WrongPackageFile.Error($"{package}: the file has SHA-256 {actual}, the lock says {deb}.", new Location(path));
        }
    }

    internal static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (UnauthorizedAccessException e)
        {
            throw TreeErrors.StoreNotWritable.Error(e.Message, new Location(path), cause: e);
        }
        catch (IOException e) when (e is not (FileNotFoundException or FileLoadException))
        {
            // errno.h: ENOSPC 28, EDQUOT 122, EFBIG 27. The runtime puts the number into HResult on Unix.
            throw (e.HResult is 28 or 122 or 27 ? TreeErrors.StoreFull : TreeErrors.StoreNotWritable).Error(e.Message, new Location(path), cause: e);
        }
    }

    private static Guid BootIdentity()
    {
        try
        {
            return Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id"), out var boot) ? boot : Guid.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }
}
