using Ironhull.Compose.Definition;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Inspection;

/// <summary>A partition of an image.</summary>
/// <param name="Name">Its GPT name.</param>
/// <param name="Type">What its type is called in the Discoverable Partitions Specification, or the type's GUID.</param>
/// <param name="Id">Its GUID.</param>
/// <param name="Offset">Offset in bytes.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Content">What it holds, in a few words.</param>
public sealed record PartitionFacts(string Name, string Type, Guid Id, long Offset, long Length, string Content);

/// <summary>A section of a UKI.</summary>
/// <param name="Name">For example ".linux".</param>
/// <param name="Size">Size in bytes, padding left out.</param>
/// <param name="Sha256">SHA-256 of that.</param>
public sealed record SectionFacts(string Name, long Size, Sha256Digest Sha256);

/// <summary>An EFI program of an image.</summary>
/// <param name="Path">Its path on the EFI system partition.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Signature">Who signed it, "not signed", or "signature deferred".</param>
/// <param name="AuthenticodeDigest">The SHA-256 that is signed.</param>
/// <param name="Sections">A UKI's own sections; empty for other programs.</param>
/// <param name="CommandLine">A UKI's command line, or null.</param>
/// <param name="KernelVersion">A UKI's kernel release, or null.</param>
public sealed record EfiFacts(
    string Path, long Size, string Signature, Sha256Digest AuthenticodeDigest, IReadOnlyList<SectionFacts> Sections, string? CommandLine, string? KernelVersion);

/// <summary>The hash tree of <c>/usr</c>.</summary>
/// <param name="RootHash">The root hash that the signature partition names.</param>
/// <param name="DataBlocks">Protected blocks of 4096 bytes.</param>
/// <param name="Salt">The salt in hex.</param>
/// <param name="IdsMatch">Whether the two partitions' GUIDs are the halves of the root hash.</param>
/// <param name="CommandLineMatches">Whether every UKI names this root hash.</param>
/// <param name="Signature">Who signed the root hash, or "signature deferred".</param>
/// <param name="Checked">Null when the blocks were not checked; otherwise "every block is right" or the first wrong block.</param>
public sealed record VerityFacts(Sha256Digest RootHash, long DataBlocks, string Salt, bool IdsMatch, bool CommandLineMatches, string Signature, string? Checked);

/// <summary>A package that an image says it holds.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version.</param>
/// <param name="Architecture">Architecture.</param>
/// <param name="Source">Source package.</param>
public sealed record PackageFacts(string Name, string Version, string Architecture, string Source);

/// <summary>What an image is made of.</summary>
/// <param name="Path">The file.</param>
/// <param name="Format">Its format.</param>
/// <param name="FileLength">The file's length in bytes.</param>
/// <param name="DiskLength">The disk's length in bytes.</param>
/// <param name="DiskId">The disk's GUID.</param>
/// <param name="Name">IMAGE_ID, or empty.</param>
/// <param name="Version">IMAGE_VERSION, or empty.</param>
/// <param name="Partitions">The partitions in their order.</param>
/// <param name="Programs">The EFI programs by path.</param>
/// <param name="Verity">The hash tree, or null.</param>
/// <param name="Packaging">The packages' world.</param>
/// <param name="Packages">The packages by name.</param>
public sealed record ImageFacts(
    string Path, DiskFormat Format, long FileLength, long DiskLength, Guid DiskId, string Name, string Version, IReadOnlyList<PartitionFacts> Partitions,
    IReadOnlyList<EfiFacts> Programs, VerityFacts? Verity, PackagingKind Packaging, IReadOnlyList<PackageFacts> Packages)
{
    /// <summary>What a first boot that failed on this disk says of it, or null.</summary>
    public string? ProvisionFailure { get; init; }
}
