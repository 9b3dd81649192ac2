using Ironhull.Formats.Trees;

namespace Ironhull.Packages.Rpm;

/// <summary>One path of a package, as the header says.</summary>
public sealed class RpmFileEntry
{
    /// <summary>Its place in the header's file list, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Absolute and normalised: "/usr/bin/x"; the root is "/".</summary>
    public required string Path { get; init; }

    /// <summary>Type and permissions, 16 bits (st_mode).</summary>
    public required uint Mode { get; init; }

    /// <summary>What <see cref="Mode"/> says it is.</summary>
    public required InodeType Type { get; init; }

    /// <summary>The owner's name.</summary>
    public required string User { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>Modification time, seconds since 1970-01-01 UTC.</summary>
    public required long ModifiedSeconds { get; init; }

    /// <summary>Length in bytes; of a symbolic link, that of its target; of a folder, whatever the build machine had.</summary>
    public required long Size { get; init; }

    /// <summary>Digest of a regular file's content, lower-case hexadecimal; otherwise empty.</summary>
    public required string Digest { get; init; }

    /// <summary>The hash of <see cref="Digest"/>, by OpenPGP's number.</summary>
    public required RpmDigestAlgorithm DigestAlgorithm { get; init; }

    /// <summary>A symbolic link's target; otherwise null.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>What it is to the package.</summary>
    public RpmFileFlags Flags { get; init; }

    /// <summary>What <c>rpm -V</c> looks at (<c>rpmVerifyAttrs</c> of rpm's include/rpm/rpmfiles.h).</summary>
    public uint VerifyFlags { get; init; }

    /// <summary>File capabilities as text, for example "cap_net_raw=ep"; empty for none. Equal in all names of one file.</summary>
    public string Capabilities { get; init; } = "";

    /// <summary>The value of the attribute <c>security.capability</c> that <see cref="Capabilities"/> stand for; empty for none.</summary>
    public ReadOnlyMemory<byte> CapabilityXattr { get; init; }

    /// <summary>The value of the attribute <c>security.ima</c>: the file's IMA signature; empty for none.</summary>
    public ReadOnlyMemory<byte> ImaSignature { get; init; }

    /// <summary>Device numbers, for devices.</summary>
    public (uint Major, uint Minor) Device { get; init; }

    /// <summary>Number that the names of one file have in common.</summary>
    public uint Inode { get; init; }

    /// <summary>How many paths of the package name this file, ghosts left out; 1 for what is no regular file.</summary>
    public required int LinkCount { get; init; }

    /// <summary>The first path that names the same file, when this is a later one; otherwise null.</summary>
    public string? HardLinkTo { get; init; }

    /// <summary>1 for 32-bit ELF, 2 for 64-bit ELF, 0 for everything else.</summary>
    public uint Color { get; init; }

    /// <summary>Language, or empty.</summary>
    public string Language { get; init; } = "";

    /// <summary>Whether the package only owns the path and does not ship it.</summary>
    public bool IsGhost => (Flags & RpmFileFlags.Ghost) != 0;

    /// <inheritdoc/>
    public override string ToString() => Path;
}

/// <summary>What a file is to its package (<c>rpmfileAttrs</c> of rpm's include/rpm/rpmfiles.h).</summary>
[Flags]
public enum RpmFileFlags : uint
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>%config</summary>
    Config = 1 << 0,

    /// <summary>%doc</summary>
    Doc = 1 << 1,

    /// <summary>%config(missingok)</summary>
    MissingOk = 1 << 3,

    /// <summary>%config(noreplace)</summary>
    NoReplace = 1 << 4,

    /// <summary>The spec file of a source package.</summary>
    SpecFile = 1 << 5,

    /// <summary>%ghost</summary>
    Ghost = 1 << 6,

    /// <summary>%license</summary>
    License = 1 << 7,

    /// <summary>%readme</summary>
    Readme = 1 << 8,

    /// <summary>%pubkey</summary>
    PublicKey = 1 << 11,

    /// <summary>%artifact: made by the build itself, such as build-id links.</summary>
    Artifact = 1 << 12,
}

/// <summary>Hashes by OpenPGP's numbers (RFC 9580, 9.5).</summary>
public enum RpmDigestAlgorithm
{
    /// <summary>MD5, where a header names none.</summary>
    Md5 = 1,

    /// <summary>SHA-1</summary>
    Sha1 = 2,

    /// <summary>SHA-256</summary>
    Sha256 = 8,

    /// <summary>SHA-384</summary>
    Sha384 = 9,

    /// <summary>SHA-512</summary>
    Sha512 = 10,

    /// <summary>SHA-224</summary>
    Sha224 = 11,

    /// <summary>SHA3-256</summary>
    Sha3_256 = 12,

    /// <summary>SHA3-512</summary>
    Sha3_512 = 14,
}
