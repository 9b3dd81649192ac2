using Ironhull.Formats.Io;

namespace Ironhull.Packages.Cache;

/// <summary>A digest as a repository states it: SHA-256, or SHA-512 where that is all it states.</summary>
/// <param name="Algorithm">"sha256" or "sha512".</param>
/// <param name="Hex">Lower-case hexadecimal, 64 or 128 digits.</param>
public readonly record struct ContentDigest(string Algorithm, string Hex)
{
    /// <summary>The algorithm's name for SHA-256.</summary>
    public const string Sha256Name = "sha256";

    /// <summary>The algorithm's name for SHA-512.</summary>
    public const string Sha512Name = "sha512";

    /// <summary>The SHA-256, when that is the algorithm.</summary>
    public Sha256Digest? Sha256 => Algorithm == Sha256Name ? Sha256Digest.Parse(Hex) : null;

    /// <summary>A SHA-256.</summary>
    public static implicit operator ContentDigest(Sha256Digest digest) => new(Sha256Name, digest.ToString());

    /// <summary>For example "SHA-256 ab12…".</summary>
    public override string ToString() => $"{(Algorithm == Sha512Name ? "SHA-512" : "SHA-256")} {Hex}";
}

/// <summary>A file in the cache, all of whose bytes were checked.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Sha256">Its SHA-256, whatever the repository states.</param>
public readonly record struct CachedFile(string Path, Sha256Digest Sha256);
