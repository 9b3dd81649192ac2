using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Store;

/// <summary>One path of an unpacked package: what the archive says of it, and where its bytes lie in the content store.</summary>
public sealed class PackageEntry
{
    /// <summary>Absolute, normalised path, as the package ships it.</summary>
    public required string Path { get; init; }

    /// <summary>What it is. A hard link is a <see cref="InodeType.File"/> with <see cref="HardLinkTo"/>.</summary>
    public required InodeType Type { get; init; }

    /// <summary>Permission bits: 12 bits (07777).</summary>
    public required int Mode { get; init; }

    /// <summary>Numeric owner as archived.</summary>
    public uint Uid { get; init; }

    /// <summary>Numeric group as archived.</summary>
    public uint Gid { get; init; }

    /// <summary>Owner's name as archived, or empty.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Group's name as archived, or empty.</summary>
    public string GroupName { get; init; } = "";

    /// <summary>Modification time, whole seconds since 1970-01-01 UTC.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>A symbolic link's target, or null.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The absolute path of the earlier file that this path is a hard link to, or null.</summary>
    public string? HardLinkTo { get; init; }

    /// <summary>Device numbers, for devices.</summary>
    public (uint Major, uint Minor) Device { get; init; }

    /// <summary>Extended attributes, ordinal order of names.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Xattrs { get; init; } = [];

    /// <summary>Byte offset of a file's content in the package's data file.</summary>
    public long Offset { get; init; }

    /// <summary>Length of a file's content in bytes.</summary>
    public long Length { get; init; }

    /// <summary>SHA-256 of a file's content.</summary>
    public Sha256Digest Sha256 { get; init; }
}
