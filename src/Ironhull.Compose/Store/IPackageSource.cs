using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Store;

/// <summary>A package file read once, from its start to its end.</summary>
public interface IPackageSource : IDisposable
{
    /// <summary>The control archive's members by name.</summary>
    IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ControlMembers { get; }

    /// <summary>Goes to the next path of the data archive, skipping what is left of the one before.</summary>
    /// <returns>The path, or null at the end.</returns>
    SourceEntry? Next();

    /// <summary>Reads the bytes of the current file.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    int Read(Span<byte> destination);

    /// <summary>
    /// The digest of the current file's bytes where the package lists it and <see cref="Read"/> checks it, so that nobody need
    /// make it again; otherwise null.
    /// </summary>
    Sha256Digest? CheckedSha256 => null;
}

/// <summary>One path of a package's data archive, before it is stored.</summary>
/// <param name="Path">As archived: "./usr/bin/x", "usr/bin/x" or "/usr/bin/x"; a directory may end in "/".</param>
/// <param name="Type">What it is.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Numeric owner.</param>
/// <param name="Gid">Numeric group.</param>
/// <param name="UserName">Owner's name, or empty.</param>
/// <param name="GroupName">Group's name, or empty.</param>
/// <param name="ModifiedSeconds">Seconds since 1970-01-01 UTC.</param>
/// <param name="LinkTarget">A link's target, symbolic or hard; otherwise null.</param>
/// <param name="IsHardLink">The entry is a hard link to <paramref name="LinkTarget"/>.</param>
/// <param name="Device">Device numbers.</param>
/// <param name="Length">Length of the file's content in bytes.</param>
/// <param name="Xattrs">Extended attributes.</param>
public sealed record SourceEntry(
    string Path,
    InodeType Type,
    int Mode,
    uint Uid,
    uint Gid,
    string UserName,
    string GroupName,
    long ModifiedSeconds,
    string? LinkTarget,
    bool IsHardLink,
    (uint Major, uint Minor) Device,
    long Length,
    IReadOnlyList<KeyValuePair<string, byte[]>> Xattrs);
