using Ironhull.Formats.Io;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Debian;

/// <summary>One suite of a signed Debian archive, as an image asks for it.</summary>
/// <param name="Id">The name in locks and messages, for example "trixie-security".</param>
/// <param name="Archive">Key into the mirror map: "debian" or "debian-security".</param>
/// <param name="Suite">The suite or codename below <c>dists/</c>.</param>
/// <param name="Components">The components, for example "main".</param>
/// <param name="Architecture">The Debian architecture, for example "amd64".</param>
/// <param name="KeyFiles">Files of pinned OpenPGP keys.</param>
/// <param name="Fingerprints">When not empty, only these primary keys out of the files are trusted.</param>
/// <param name="Priority">apt's pin priority; goes into every package.</param>
public sealed record RepositorySource(
    string Id, string Archive, string Suite, IReadOnlyList<string> Components, string Architecture,
    IReadOnlyList<string> KeyFiles, IReadOnlyList<string> Fingerprints, int Priority = 500);

/// <summary>A repository as it is at one moment, verified.</summary>
/// <param name="SourceId">The source's id.</param>
/// <param name="InRelease">SHA-256 of the verified <c>InRelease</c>.</param>
/// <param name="DateSeconds">Its Date, seconds since 1970-01-01 UTC.</param>
/// <param name="SignerFingerprints">Primary keys of all good signatures, 40 upper-case hex digits, ordinal order.</param>
/// <param name="Signatures">All signatures with their status.</param>
/// <param name="Release">What was signed.</param>
/// <param name="Packages">All packages of the components, in the indices' order.</param>
public sealed record RepositorySnapshot(
    string SourceId, Sha256Digest InRelease, long DateSeconds, IReadOnlyList<string> SignerFingerprints,
    IReadOnlyList<SignatureReport> Signatures, ReleaseFile Release, IReadOnlyList<DebianPackage> Packages);
