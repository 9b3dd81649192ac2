using Ironhull.Formats.Io;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Rpm;

/// <summary>One RPM-MD repository, as an image asks for it.</summary>
/// <param name="Id">The name in locks and messages, for example "azl-base".</param>
/// <param name="Archive">Key into the mirror map, for example "azurelinux".</param>
/// <param name="Path">The folder of <c>repodata</c> below the archive's base, for example "3.0/prod/base/x86_64".</param>
/// <param name="KeyFiles">Files of pinned OpenPGP keys.</param>
/// <param name="Fingerprints">When not empty, only these primary keys out of the files are trusted.</param>
/// <param name="Priority">The higher wins before the version; 500 is normal.</param>
/// <param name="Exclude">Names of packages that are not seen; may hold <c>*</c>.</param>
/// <param name="SnapshotSeconds">When set, packages that came into the repository later than this instant (seconds since 1970-01-01 UTC) are not seen.</param>
/// <param name="VerifyMetadata"><c>repo_gpgcheck</c>: <c>repomd.xml.asc</c> by a pinned key is required. Off only through a waiver of the definition.</param>
public sealed record RpmRepositorySource(
    string Id, string Archive, string Path, IReadOnlyList<string> KeyFiles, IReadOnlyList<string> Fingerprints, int Priority = 500,
    IReadOnlyList<string>? Exclude = null, long? SnapshotSeconds = null, bool VerifyMetadata = true)
{
    /// <summary>The path of a file of the repository below the archive's base.</summary>
    /// <param name="location">Below the repository's folder, as <see cref="RpmPackage.Location"/>.</param>
    public string PathOf(string location) => Path.Trim('/') is { Length: > 0 } folder ? $"{folder}/{location}" : location;
}

/// <summary>An RPM-MD repository as it is at one moment, verified.</summary>
/// <param name="SourceId">The source's id.</param>
/// <param name="Repomd">SHA-256 of the verified <c>repomd.xml</c>.</param>
/// <param name="DateSeconds">The newest timestamp of its metadata, seconds since 1970-01-01 UTC.</param>
/// <param name="Revision">The text of <c>&lt;revision&gt;</c>.</param>
/// <param name="SignerFingerprints">Primary keys of all good signatures, ordinal order.</param>
/// <param name="Signatures">All signatures with their status.</param>
/// <param name="Packages">The packages that are seen, in the metadata's order.</param>
/// <param name="FileLists">Who owns which path; fetches and reads <c>filelists</c> when first asked.</param>
public sealed record RpmRepositorySnapshot(
    string SourceId, Sha256Digest Repomd, long DateSeconds, string Revision, IReadOnlyList<string> SignerFingerprints,
    IReadOnlyList<SignatureReport> Signatures, IReadOnlyList<RpmPackage> Packages, IRpmFileLists FileLists)
{
    /// <summary>The texts of <c>&lt;tags&gt;</c>, in the file's order.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The advisories (<c>updateinfo</c>), empty where the repository has none; fetched and read when first asked.</summary>
    public Lazy<IReadOnlyList<RpmAdvisory>> Advisories { get; init; } = new([]);
}

/// <summary>Who owns a path, for dependencies on files that <c>primary.xml</c> does not list.</summary>
public interface IRpmFileLists
{
    /// <summary>The packages of the repository that own a path, in the metadata's order.</summary>
    IReadOnlyList<RpmPackage> OwnersOf(string path);
}
