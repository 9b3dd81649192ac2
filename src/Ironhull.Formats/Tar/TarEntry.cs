using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tar;

/// <summary>One member of a tar archive.</summary>
public sealed record TarEntry
{
    /// <summary>Absolute and normalised: "/usr/bin/x"; the root is "/".</summary>
    public required string Path { get; init; }

    /// <summary>What it is; a hard link is a <see cref="InodeType.File"/> with <see cref="IsHardLink"/>.</summary>
    public required InodeType Type { get; init; }

    /// <summary>True when the entry is another name of the file <see cref="LinkTarget"/>.</summary>
    public bool IsHardLink { get; init; }

    /// <summary>12 permission bits.</summary>
    public required int Mode { get; init; }

    /// <summary>Numeric owner.</summary>
    public required uint Uid { get; init; }

    /// <summary>Numeric group.</summary>
    public required uint Gid { get; init; }

    /// <summary>Owner's name, or empty.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Group's name, or empty.</summary>
    public string GroupName { get; init; } = "";

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>A symbolic link's target as archived, or a hard link's as an absolute, normalised path; otherwise null.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Device numbers.</summary>
    public (uint Major, uint Minor) Device { get; init; }

    /// <summary>Length of the content in bytes; 0 for all but regular files.</summary>
    public long Length { get; init; }

    /// <summary>Extended attributes ("SCHILY.xattr." records), ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Xattrs { get; init; } = [];
}
