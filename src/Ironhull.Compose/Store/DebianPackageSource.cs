using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Store;

/// <summary>A Debian package file as the content store reads it.</summary>
internal sealed class DebianPackageSource : IPackageSource
{
    private readonly DebFile _file;

    private DebianPackageSource(DebFile file) => _file = file;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ControlMembers =>
        _file.ControlMembers.Select(m => new KeyValuePair<string, ReadOnlyMemory<byte>>(m.Key, m.Value));

    /// <summary>Opens a package file.</summary>
    public static IPackageSource Open(string path) => new DebianPackageSource(DebFile.Open(path));

    /// <inheritdoc/>
    public SourceEntry? Next() => _file.Next() is not { } entry ? null : new SourceEntry(
        // The tar reader gives absolute, normalised paths; the store takes them as archived.
        "." + entry.Path,
        entry.Type,
        entry.Mode,
        entry.Uid,
        entry.Gid,
        entry.UserName,
        entry.GroupName,
        entry.ModifiedSeconds,
        entry.IsHardLink ? "." + entry.LinkTarget : entry.LinkTarget,
        entry.IsHardLink,
        entry.Device,
        entry.Length,
        entry.Xattrs);

    /// <inheritdoc/>
    public int Read(Span<byte> destination) => _file.Read(destination);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
