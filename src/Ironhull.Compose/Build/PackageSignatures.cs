using System.Collections.Concurrent;
using System.Text;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.OpenPgp;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Build;

/// <summary>
/// Makes sure that every RPM of an image is signed by a key that its repository trusts, before anything of it is unpacked. What was found
/// is remembered beside the content store, under the package's digest and that of the keys, so that another image with other keys
/// asks again. Debian packages are named by their archive's signed metadata and carry no signature.
/// </summary>
internal sealed class PackageSignatures
{
    private readonly string _folder;
    private readonly long _time;
    private readonly Dictionary<string, Trust> _trust = new(StringComparer.Ordinal);

    /// <summary>Reads the keys.</summary>
    /// <param name="definition">Names the keys, and what is waived.</param>
    /// <param name="locked">Its time decides whether a key or signature has expired: the same lock always gives the same verdict.</param>
    /// <param name="storeFolder">The content store's folder.</param>
    /// <exception cref="HullException">HULL2013: a key file cannot be read, or a fingerprint is in none.</exception>
    public PackageSignatures(ImageDefinition definition, ImageLock locked, string storeFolder)
    {
        _folder = storeFolder;
        _time = locked.Timestamp;
        foreach (var repository in definition.Repositories.OfType<RpmRepositoryDefinition>().Where(r => !definition.Waivers.IsWaived(r.Id, SignatureCheck.Packages)))
        {
            var ring = OpenPgpKeyRing.Load(repository.Keys, repository.Fingerprints);
            var keys = new StringBuilder();
            foreach (var file in repository.Keys)
            {
                keys.Append(Sha256Digest.Of(File.ReadAllBytes(file))).Append('\n');
            }

            _trust[repository.Id] = new(ring, Sha256Digest.Of(Encoding.UTF8.GetBytes($"{keys}{string.Join(',', repository.Fingerprints)}")));
        }
    }

    /// <summary>Whether nothing needs to be verified: the package was found good before, its check is waived, or it is not an RPM.</summary>
    public bool IsSettled(LockedPackage package) => !_trust.TryGetValue(package.Repository, out var trust) || File.Exists(MarkOf(package, trust));

    /// <summary>Verifies package files.</summary>
    /// <param name="packages">The packages.</param>
    /// <param name="files">Digest to file.</param>
    /// <param name="cancellation">Stops between packages.</param>
    /// <exception cref="HullException">HULL21xx for every package that is damaged or not to be trusted, in the order given.</exception>
    public void Require(IReadOnlyList<LockedPackage> packages, IReadOnlyDictionary<Sha256Digest, string> files, CancellationToken cancellation)
    {
        var errors = new ConcurrentDictionary<int, HullException>();
        Parallel.For(0, packages.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            if (IsSettled(packages[i]))
            {
                return;
            }

            try
            {
                Require(packages[i], files[packages[i].Sha256], _trust[packages[i].Repository]);
            }
            catch (HullException e)
            {
                errors[i] = e;
            }
        });
        if (!errors.IsEmpty)
        {
            throw new HullException([.. errors.OrderBy(e => e.Key).SelectMany(e => e.Value.Diagnostics)], errors.OrderBy(e => e.Key).First().Value);
        }
    }

    private void Require(LockedPackage package, string file, Trust trust)
    {
        RpmSignatureResult result;
        try
        {
            result = RpmSignatureVerifier.Verify(file, trust.Keys, _time);
            RequireIdentity(package, file);
        }
        catch (HullException e)
        {
            // The cache names files by digest; what a user knows is packages.
            throw new HullException([.. e.Diagnostics.Select(d => d with { Where = new Location($"{package.Nevra} ({package.Repository})") })], e);
        }

        var signers = result.Signatures.Where(s => s.Signature.Status == SignatureStatus.Good).Select(s => s.Signature.PrimaryFingerprint).Distinct().Order(StringComparer.Ordinal);
        Store.ContentStore.Guard(_folder, () =>
        {
            using var mark = new AtomicFile(MarkOf(package, trust));
            mark.Stream.Write(Encoding.UTF8.GetBytes(string.Concat(signers.Select(s => s + "\n"))));
            mark.Commit(durable: false);
        });
    }

    // The signature says that the distribution made the package, not that it is the one that was asked for: it could be an older one.
    private static void RequireIdentity(LockedPackage package, string file)
    {
        using var rpm = RpmFile.Open(file);
        if (rpm.ToString() != package.Nevra)
        {
            throw RpmErrors.AnotherPackage.Error($"The lock says {package.Nevra}, the package itself {rpm}.");
        }
    }

    private string MarkOf(LockedPackage package, Trust trust) => Path.Combine(_folder, $"{package.Sha256}.{trust.Id.ToString()[..16]}.signed");

    private sealed record Trust(OpenPgpKeyRing Keys, Sha256Digest Id);
}
