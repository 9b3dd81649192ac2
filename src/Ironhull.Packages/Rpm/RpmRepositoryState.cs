using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Rpm.Metadata;

namespace Ironhull.Packages.Rpm;

/// <summary>A <c>repomd.xml</c> and its detached signature, which is empty where signatures are not asked for.</summary>
internal sealed record SignedRepomd(byte[] Repomd, byte[] Signature);

/// <summary>
/// What is remembered of one repository: <c>newest</c> holds the newest date, the revision of that state and the SHA-256 of its repomd.xml, which
/// lies beside it with its signature under that name.
/// </summary>
internal sealed class RpmRepositoryState
{
    private readonly string _folder;
    private readonly RpmRepositorySource _source;

    public RpmRepositoryState(string root, RpmRepositorySource source)
    {
        _source = source;
        // What nobody signed must not say later what is too old for what somebody signed.
        _folder = Path.Combine(root, $"rpm_{source.Archive}_{source.Path.Trim('/')}{(source.VerifyMetadata ? "" : "_unsigned")}".Replace('/', '_'));
    }

    private string Newest => Path.Combine(_folder, "newest");

    /// <summary>The instant as it is shown to users.</summary>
    public static string Shown(long seconds)
    {
        const long Latest = 253402300799; // the end of the year 9999
        return DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, Latest)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
    }

    /// <summary>What was verified last.</summary>
    /// <exception cref="HullException">HULL2037: nothing was; HULL2024, HULL2039: it cannot be read.</exception>
    public SignedRepomd Recall()
    {
        if (Read() is not { } record)
        {
            throw PackageErrors.OfflineMissing.Error($"The repomd.xml of '{_source.Id}' is not in the cache.");
        }

        var (repomd, signature) = Paths(record.Repomd);
        if (!File.Exists(repomd) || (_source.VerifyMetadata && !File.Exists(signature)))
        {
            throw PackageErrors.OfflineMissing.Error($"The repomd.xml of '{_source.Id}' or its signature is not in the cache.");
        }

        return DownloadCache.Guard(repomd, () => new SignedRepomd(File.ReadAllBytes(repomd), _source.VerifyMetadata ? File.ReadAllBytes(signature) : []));
    }

    /// <summary>Refuses a state that is older than the newest one seen.</summary>
    /// <exception cref="HullException">HULL2202: older by date or by a revision that counts; HULL2024: the record cannot be read.</exception>
    public void RequireNotOlder(RepoMd repomd, string name)
    {
        if (Read() is not { } newest)
        {
            return;
        }

        if (repomd.DateSeconds < newest.DateSeconds)
        {
            throw RpmRepositoryErrors.RolledBack.Error($"It is of {Shown(repomd.DateSeconds)}; one of {Shown(newest.DateSeconds)} was seen before.", new(name));
        }

        if (IsLower(repomd.Revision, newest.Revision))
        {
            throw RpmRepositoryErrors.RolledBack.Error($"It is revision {repomd.Revision}; revision {newest.Revision} was seen before.", new(name));
        }
    }

    /// <summary>Remembers a state that was verified.</summary>
    /// <param name="repomd">What it says.</param>
    /// <param name="signed">The bytes.</param>
    /// <param name="keep">Whether the bytes are kept for offline use.</param>
    /// <exception cref="HullException">HULL2024: the record cannot be written.</exception>
    public void Remember(RepoMd repomd, SignedRepomd signed, bool keep)
    {
        // Another process may have seen a newer one meanwhile.
        if (!keep || (Read() is { } newest && (newest.DateSeconds > repomd.DateSeconds || IsLower(repomd.Revision, newest.Revision))))
        {
            return;
        }

        try
        {
            var digest = Sha256Digest.Of(signed.Repomd).ToString();
            var (file, signature) = Paths(digest);
            AtomicFile.WriteAllBytes(file, signed.Repomd);
            if (signed.Signature.Length > 0)
            {
                AtomicFile.WriteAllBytes(signature, signed.Signature);
            }

            AtomicFile.WriteAllText(Newest, string.Create(CultureInfo.InvariantCulture, $"{repomd.DateSeconds} {digest} {repomd.Revision}\n"));
            foreach (var old in SortedDirectory.Files(_folder).Where(f => f.Contains(".xml", StringComparison.Ordinal) && !Path.GetFileName(f).StartsWith(digest, StringComparison.Ordinal)))
            {
                File.Delete(old);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PackageErrors.RepositoryState.Error(e.Message, new(_folder), cause: e);
        }
    }

    private (string Repomd, string Signature) Paths(string digest) => (Path.Combine(_folder, $"{digest}.xml"), Path.Combine(_folder, $"{digest}.xml.asc"));

    // A revision that is no number cannot be compared; the dates are what counts then.
    private static bool IsLower(string revision, string than) =>
        long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var left) && long.TryParse(than, NumberStyles.None, CultureInfo.InvariantCulture, out var right) && left < right;

    private Record? Read()
    {
        try
        {
            if (!File.Exists(Newest))
            {
                return null;
            }

            var parts = File.ReadAllText(Newest).TrimEnd('\n').Split(' ', 3);
            return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && Sha256Digest.TryParse(parts[1], out var digest)
                ? new(seconds, digest.ToString(), parts[2])
                : throw PackageErrors.RepositoryState.Error("The record is damaged.", new(Newest));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PackageErrors.RepositoryState.Error(e.Message, new(Newest), cause: e);
        }
    }

    private sealed record Record(long DateSeconds, string Repomd, string Revision);
}
