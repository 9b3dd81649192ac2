using Ironhull.Packages.Cache;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>What to build, with what, and where to.</summary>
public sealed record BuildRequest
{
    /// <summary>The <c>image.yaml</c>.</summary>
    public required string DefinitionPath { get; init; }

    /// <summary>The folder that gets the outputs.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>The cache: downloads, content store, stage results.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The folder with db's certificate and a leaf for each role (<c>hull keys init</c>); not used by OCI images.</summary>
    public string? KeysFolder { get; init; }

    /// <summary>Sign instead of the key files in <see cref="KeysFolder"/>; the caller disposes them.</summary>
    public ISigningKeys? SigningKeys { get; init; }

    /// <summary>Leaves every signature's place filled with zeroes for <c>hull sign</c>.</summary>
    public bool DeferSigning { get; init; }

    /// <summary>Works from the cache alone.</summary>
    public bool Offline { get; init; }

    /// <summary>Where the archives are; when null, what the environment and the host's apt sources say.</summary>
    public MirrorMap? Mirrors { get; init; }
}

/// <summary>One file that a build made.</summary>
/// <param name="Name">File name in the output folder.</param>
/// <param name="Kind">"raw", "qcow2", "vhd-fixed", "vhd-dynamic", "uki", "oci" …</param>
/// <param name="Size">Apparent size in bytes.</param>
/// <param name="Allocated">Bytes that the file takes on the disk.</param>
/// <param name="Sha256">SHA-256 in hex.</param>
public sealed record BuildOutput(string Name, string Kind, long Size, long Allocated, string Sha256);

/// <summary>What a build made, and how.</summary>
public sealed record BuildReport
{
    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The image's version.</summary>
    public required string Version { get; init; }

    /// <summary>The output folder.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>True when everything was up to date and nothing was written.</summary>
    public required bool UpToDate { get; init; }

    /// <summary>Packages in the lock.</summary>
    public required int Packages { get; init; }

    /// <summary>Regular files in the image.</summary>
    public required int Files { get; init; }

    /// <summary>Named sizes in bytes: "packages", "content", "usr", "verity", "initrd", "uki", "layer".</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Sizes { get; init; }

    /// <summary>dm-verity root hash in hex; empty for OCI images.</summary>
    public required string RootHash { get; init; }

    /// <summary>The outputs.</summary>
    public required IReadOnlyList<BuildOutput> Outputs { get; init; }

    /// <summary>Every stage: whether it ran, why, and what it took.</summary>
    public required IReadOnlyList<StageOutcome> Stages { get; init; }

    /// <summary>Things worth knowing that are not errors, for example waivers that nothing needs any more.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
