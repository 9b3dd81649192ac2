using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Locking;

/// <summary>A verified repository with its packages.</summary>
/// <param name="Id">The id in the definition.</param>
/// <param name="Metadata">SHA-256 of the verified <c>InRelease</c> or <c>repomd.xml</c>.</param>
/// <param name="Date">Its date, seconds since 1970-01-01 UTC.</param>
/// <param name="Signers">Fingerprints of the trusted keys that signed it.</param>
public abstract record RepositoryContents(string Id, Sha256Digest Metadata, long Date, IReadOnlyList<string> Signers);

/// <summary>One suite of a Debian archive.</summary>
/// <param name="Id">The id in the definition.</param>
/// <param name="Metadata">SHA-256 of the verified <c>InRelease</c>.</param>
/// <param name="Date">Its Date.</param>
/// <param name="Signers">Who signed it.</param>
/// <param name="Packages">Its packages; their <see cref="DebianPackage.RepositoryId"/> is <paramref name="Id"/>.</param>
public sealed record DebianRepositoryContents(string Id, Sha256Digest Metadata, long Date, IReadOnlyList<string> Signers, IReadOnlyList<DebianPackage> Packages)
    : RepositoryContents(Id, Metadata, Date, Signers);

/// <summary>An RPM-MD repository.</summary>
/// <param name="Id">The id in the definition.</param>
/// <param name="Metadata">SHA-256 of the verified <c>repomd.xml</c>.</param>
/// <param name="Date">The newest timestamp of its metadata, or the snapshot's instant where that is earlier.</param>
/// <param name="Signers">Who signed it.</param>
/// <param name="Revision">What <c>repomd.xml</c> states.</param>
/// <param name="Packages">The packages that are seen; their <see cref="RpmPackage.RepositoryId"/> is <paramref name="Id"/>.</param>
/// <param name="FileLists">Who owns which path.</param>
public sealed record RpmRepositoryContents(
    string Id, Sha256Digest Metadata, long Date, IReadOnlyList<string> Signers, string Revision, IReadOnlyList<RpmPackage> Packages, IRpmFileLists FileLists)
    : RepositoryContents(Id, Metadata, Date, Signers);
