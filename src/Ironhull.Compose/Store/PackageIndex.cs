using Ironhull.Formats.Io;

namespace Ironhull.Compose.Store;

/// <summary>What the content store knows of a package beside its files' bytes.</summary>
/// <param name="Sha256">Digest of the package file.</param>
/// <param name="ControlMembers">The control archive's members by name, ordinal order; "md5sums" is left out.</param>
/// <param name="Entries">The paths in the order of the archive.</param>
/// <param name="DataLength">Length in bytes of the data file.</param>
internal sealed record PackageIndex(
    Sha256Digest Sha256,
    IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> ControlMembers,
    IReadOnlyList<PackageEntry> Entries,
    long DataLength);
