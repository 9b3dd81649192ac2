using Ironhull.Compose.Definition;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Locking;

/// <summary>
/// The resolved, hashed, pinned inputs of an image. Everything that a build fetches is named here by SHA-256; no host
/// name is. A build's only time is <see cref="Timestamp"/>.
/// </summary>
public sealed record ImageLock
{
    /// <summary>The schema version that this code writes; 1, which only knew Debian packages, is read too.</summary>
    public const int CurrentSchema = 2;

    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The architecture by Debian's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>The packaging world of all repositories and packages.</summary>
    public PackagingKind Packaging { get; init; }

    /// <summary>Names the parts of the definition that the resolution depended on (<see cref="DefinitionDigest"/>).</summary>
    public required Sha256Digest Definition { get; init; }

    /// <summary>SOURCE_DATE_EPOCH: the newest repository's date, seconds since 1970-01-01 UTC.</summary>
    public required long Timestamp { get; init; }

    /// <summary>The repositories, in the definition's order.</summary>
    public required IReadOnlyList<LockedRepository> Repositories { get; init; }

    /// <summary>The packages, ordered by name and architecture.</summary>
    public required IReadOnlyList<LockedPackage> Packages { get; init; }

    /// <summary>The packages whose programs the build runs, with what they depend on, ordered by name and architecture; none of them is in the image.</summary>
    public IReadOnlyList<LockedPackage> Tools { get; init; } = [];

    /// <summary>Every package that a build needs, each package file once: the image's first.</summary>
    public IReadOnlyList<LockedPackage> AllPackages => [.. Packages.Concat(Tools).DistinctBy(p => p.Sha256)];

    /// <summary>The day of <see cref="Timestamp"/>, with which waivers are compared.</summary>
    public DateOnly Day => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(Timestamp).UtcDateTime);

    /// <summary>The package of this name, or null.</summary>
    public LockedPackage? Find(string name) => Packages.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal));

    /// <summary>
    /// The chain of reasons that brought a package in, from the request to the package; empty when it is not locked.
    /// </summary>
    public IReadOnlyList<LockedPackage> Why(string name)
    {
        var chain = new List<LockedPackage>();
        for (var at = Find(name); at is not null && !chain.Contains(at); at = at.By.Length == 0 ? null : Find(at.By))
        {
            chain.Insert(0, at);
        }

        return chain;
    }
}

/// <summary>A repository as it was when the image was locked.</summary>
/// <param name="Id">The id in the definition.</param>
/// <param name="Archive">Key into the mirror map; no host.</param>
/// <param name="Place">Where it lies below the archive: the suite of a Debian archive, the folder of an RPM-MD repository.</param>
/// <param name="Metadata">SHA-256 of the <c>InRelease</c> or <c>repomd.xml</c> that says everything else.</param>
/// <param name="Date">Its date, seconds since 1970-01-01 UTC.</param>
/// <param name="Signers">Fingerprints of the trusted keys that signed it, ordered.</param>
public sealed record LockedRepository(string Id, string Archive, string Place, Sha256Digest Metadata, long Date, IReadOnlyList<string> Signers)
{
    /// <summary>The revision that <c>repomd.xml</c> states; empty for Debian.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The checks of signatures that a waiver switches off.</summary>
    public IReadOnlyList<SignatureCheck> Unchecked { get; init; } = [];
}

/// <summary>A package of the lock.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Full version; of an RPM package <c>[epoch:]version-release</c>.</param>
/// <param name="Architecture">Architecture in the packaging world's own word, "all" and "noarch" among them.</param>
/// <param name="Repository">Id of the repository it comes from.</param>
/// <param name="Path">Path of the package file below the archive's base.</param>
/// <param name="Size">Size of the package file in bytes.</param>
/// <param name="Sha256">SHA-256 of the package file.</param>
/// <param name="Source">Source package.</param>
/// <param name="SourceVersion">Source version.</param>
/// <param name="Reason">"requested", "essential", or the field that named it ("Depends" …).</param>
/// <param name="By">The package whose field it was; empty when requested or essential.</param>
/// <param name="Dependency">The request's or the dependency's text.</param>
public sealed record LockedPackage(
    string Name, string Version, string Architecture, string Repository, string Path, long Size, Sha256Digest Sha256,
    string Source, string SourceVersion, string Reason, string By, string Dependency)
{
    /// <summary>The reason in words.</summary>
    public string Because => By.Length == 0 ? (Reason == "requested" ? $"requested as '{Dependency}'" : Reason) : $"{By} {Reason}: {Dependency}";

    /// <summary>Name, version and architecture in RPM's form (NEVRA), for example "bash-5.2.15-3.azl3.x86_64".</summary>
    public string Nevra => $"{Name}-{Version}.{Architecture}";
}
