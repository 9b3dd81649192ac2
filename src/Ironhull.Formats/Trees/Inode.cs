namespace Ironhull.Formats.Trees;

/// <summary>What an inode is.</summary>
public enum InodeType
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>A socket.</summary>
    Socket,
}

/// <summary>
/// One inode: immutable, compared by reference. Two paths that hold the same <see cref="Inode"/> object are hard links.
/// </summary>
public sealed class Inode
{
    private Inode()
    {
    }

    /// <summary>What it is.</summary>
    public required InodeType Type { get; init; }

    /// <summary>The permission bits with set-user-ID, set-group-ID and sticky: 12 bits (07777).</summary>
    public required int Mode { get; init; }

    /// <summary>Numeric owner.</summary>
    public uint Uid { get; init; }

    /// <summary>Numeric group.</summary>
    public uint Gid { get; init; }

    /// <summary>Modification time, whole seconds since 1970-01-01 UTC.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>The bytes, for <see cref="InodeType.File"/>; otherwise null.</summary>
    public Content? Content { get; init; }

    /// <summary>The target, for <see cref="InodeType.SymbolicLink"/>; otherwise null.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Device numbers, for devices.</summary>
    public (uint Major, uint Minor) Device { get; init; }

    /// <summary>Extended attributes: full name ("security.capability") to value, ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Xattrs { get; init; } = [];

    /// <summary>Who put it there: a package's name, "recipe:NAME" or "image"; not part of any output byte.</summary>
    public string Origin { get; init; } = "";

    /// <summary>A directory.</summary>
    public static Inode Directory(int mode = 0x1ED, string origin = "") => new() { Type = InodeType.Directory, Mode = mode, Origin = origin };

    /// <summary>A regular file. The default mode is 0644.</summary>
    public static Inode File(Content content, int mode = 0x1A4, string origin = "") =>
        new() { Type = InodeType.File, Mode = mode, Content = content, Origin = origin };

    /// <summary>A symbolic link (mode 0777).</summary>
    public static Inode SymbolicLink(string target, string origin = "") =>
        new() { Type = InodeType.SymbolicLink, Mode = 0x1FF, LinkTarget = target, Origin = origin };

    /// <summary>A device, pipe or socket.</summary>
    public static Inode Special(InodeType type, int mode, uint major = 0, uint minor = 0, string origin = "") =>
        new() { Type = type, Mode = mode, Device = (major, minor), Origin = origin };

    /// <summary>A changed copy; arguments that are null keep the value.</summary>
    public Inode With(
        int? mode = null,
        uint? uid = null,
        uint? gid = null,
        long? modifiedSeconds = null,
        Content? content = null,
        string? linkTarget = null,
        IReadOnlyList<KeyValuePair<string, byte[]>>? xattrs = null,
        string? origin = null) => new()
        {
            Type = Type,
            Mode = mode ?? Mode,
            Uid = uid ?? Uid,
            Gid = gid ?? Gid,
            ModifiedSeconds = modifiedSeconds ?? ModifiedSeconds,
            Content = content ?? Content,
            LinkTarget = linkTarget ?? LinkTarget,
            Device = Device,
            Xattrs = xattrs ?? Xattrs,
            Origin = origin ?? Origin,
        };
}
