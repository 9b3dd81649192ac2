using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;

namespace Ironhull.Packages.Rpm;

/// <summary>One package of an RPM-MD repository, as <c>primary.xml</c> describes it.</summary>
public sealed class RpmPackage
{
    /// <summary>Package name.</summary>
    public required string Name { get; init; }

    /// <summary><c>[epoch:]version-release</c>; an epoch of 0 is left out.</summary>
    public required string Version { get; init; }

    /// <summary>"x86_64", "noarch" …</summary>
    public required string Architecture { get; init; }

    /// <summary>What it provides, itself included.</summary>
    public IReadOnlyList<RpmDependency> Provides { get; init; } = [];

    /// <summary>What it needs.</summary>
    public IReadOnlyList<RpmDependency> Requires { get; init; } = [];

    /// <summary>What it cannot be installed with; matched against what others provide.</summary>
    public IReadOnlyList<RpmDependency> Conflicts { get; init; } = [];

    /// <summary>What it takes the place of; matched against names of packages.</summary>
    public IReadOnlyList<RpmDependency> Obsoletes { get; init; } = [];

    /// <summary>What it would like (weak).</summary>
    public IReadOnlyList<RpmDependency> Recommends { get; init; } = [];

    /// <summary>What goes well with it (weaker).</summary>
    public IReadOnlyList<RpmDependency> Suggests { get; init; } = [];

    /// <summary>What it would like to be installed with (weak, reversed).</summary>
    public IReadOnlyList<RpmDependency> Supplements { get; init; } = [];

    /// <summary>What it goes well with (weaker, reversed).</summary>
    public IReadOnlyList<RpmDependency> Enhances { get; init; } = [];

    /// <summary>The paths that <c>primary.xml</c> lists: those in /etc, in folders named bin or sbin, and /usr/lib/sendmail.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The source package's file, for example "bash-5.2-1.azl3.src.rpm"; empty in a source package.</summary>
    public string SourceRpm { get; init; } = "";

    /// <summary>One line.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The licence expression, or empty.</summary>
    public string License { get; init; } = "";

    /// <summary>The project's home page, or empty.</summary>
    public string Url { get; init; } = "";

    /// <summary>The vendor, or empty.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>When the package came into the repository (<c>&lt;time file=&gt;</c>), seconds since 1970-01-01 UTC.</summary>
    public long FileSeconds { get; init; }

    /// <summary>When the package was built, seconds since 1970-01-01 UTC.</summary>
    public long BuildSeconds { get; init; }

    /// <summary>Path of the package file below the repository's folder.</summary>
    public required string Location { get; init; }

    /// <summary>Size of the package file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Size of its content when installed, in bytes.</summary>
    public long InstalledSize { get; init; }

    /// <summary>The digest that the repository states for the package file.</summary>
    public required RpmChecksum Checksum { get; init; }

    /// <summary>Id of the repository in the image definition.</summary>
    public required string RepositoryId { get; init; }

    /// <summary>The repository's priority: the higher wins before the version, as for Debian; 500 is normal.</summary>
    public int RepositoryPriority { get; init; } = 500;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}-{Version}.{Architecture}";
}

/// <summary>A digest as repository metadata states it.</summary>
/// <param name="Algorithm">"sha256" or "sha512".</param>
/// <param name="Hex">Lower-case hexadecimal, 64 or 128 digits.</param>
public readonly record struct RpmChecksum(string Algorithm, string Hex)
{
    /// <summary>The SHA-256, when that is the algorithm.</summary>
    public Sha256Digest? Sha256 => Algorithm == "sha256" ? Sha256Digest.Parse(Hex) : null;

    /// <summary>As the download cache asks for it.</summary>
    public static implicit operator ContentDigest(RpmChecksum checksum) => new(checksum.Algorithm, checksum.Hex);
}
