using Ironhull.Formats.Io;

namespace Ironhull.Packages.Debian;

/// <summary>
/// One stanza of a <c>Packages</c> index, with the repository it came from. Relationship fields are kept as text and
/// parsed on first use (<see cref="DependencyParser"/>), because a resolution touches a few thousand of 69,000.
/// </summary>
public sealed class DebianPackage
{
    /// <summary>Package name.</summary>
    public required string Name { get; init; }

    /// <summary>Full version, <c>[epoch:]upstream[-revision]</c>.</summary>
    public required string Version { get; init; }

    /// <summary>"amd64", "arm64", "all" …</summary>
    public required string Architecture { get; init; }

    /// <summary>"same", "foreign", "allowed", or empty for "no".</summary>
    public string MultiArch { get; init; } = "";

    /// <summary>The field <c>Essential: yes</c>.</summary>
    public bool Essential { get; init; }

    /// <summary>The field <c>Protected: yes</c>.</summary>
    public bool Protected { get; init; }

    /// <summary>Raw <c>Pre-Depends</c>.</summary>
    public string PreDepends { get; init; } = "";

    /// <summary>Raw <c>Depends</c>.</summary>
    public string Depends { get; init; } = "";

    /// <summary>Raw <c>Recommends</c>.</summary>
    public string Recommends { get; init; } = "";

    /// <summary>Raw <c>Suggests</c>.</summary>
    public string Suggests { get; init; } = "";

    /// <summary>Raw <c>Conflicts</c>.</summary>
    public string Conflicts { get; init; } = "";

    /// <summary>Raw <c>Breaks</c>.</summary>
    public string Breaks { get; init; } = "";

    /// <summary>Raw <c>Replaces</c>.</summary>
    public string Replaces { get; init; } = "";

    /// <summary>Raw <c>Provides</c>.</summary>
    public string Provides { get; init; } = "";

    /// <summary>Source package name; equal to <see cref="Name"/> when the field is absent.</summary>
    public required string Source { get; init; }

    /// <summary>Source version; equal to <see cref="Version"/> when the field names none.</summary>
    public required string SourceVersion { get; init; }

    /// <summary>Section, for example "admin".</summary>
    public string Section { get; init; } = "";

    /// <summary>The archive's priority field, for example "required".</summary>
    public string ArchivePriority { get; init; } = "";

    /// <summary>First line of the description.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Homepage, or empty.</summary>
    public string Homepage { get; init; } = "";

    /// <summary>Path of the .deb below the repository's base, for example "pool/main/b/bash/bash_5.2-1_amd64.deb".</summary>
    public required string FileName { get; init; }

    /// <summary>Size of the .deb in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the .deb.</summary>
    public required Sha256Digest Sha256 { get; init; }

    /// <summary>Installed size in KiB.</summary>
    public long InstalledSize { get; init; }

    /// <summary>Id of the repository (suite) in the image definition, for example "trixie-security".</summary>
    public required string RepositoryId { get; init; }

    /// <summary>The repository's priority (apt's pin; 500 is normal; higher wins before version).</summary>
    public int RepositoryPriority { get; init; } = 500;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Version} {Architecture}";
}
