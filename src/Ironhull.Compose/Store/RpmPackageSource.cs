using Ironhull.Compose.Recipes;
using Ironhull.Formats.Io;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Store;

/// <summary>An RPM package file as the content store reads it. Ghosts are not in a payload, so they are nothing here.</summary>
internal sealed class RpmPackageSource : IPackageSource
{
    // linux/xattr.h: XATTR_NAME_IMA
    private const string ImaXattr = "security.ima";

    private readonly RpmFile _file;

    private RpmPackageSource(RpmFile file) => _file = file;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ControlMembers => [new(RpmFacts.Member, RpmFacts.Of(_file).ToJson())];

    /// <summary>Opens a package file.</summary>
    public static IPackageSource Open(string path) => new RpmPackageSource(RpmFile.Open(path));

    /// <inheritdoc/>
    public SourceEntry? Next()
    {
        if (_file.Next() is not { } entry)
        {
            return null;
        }

        var isHardLink = entry.HardLinkTo is not null;
        return new SourceEntry(
            "." + entry.Path, entry.Type, (int)(entry.Mode & 0xFFF), 0, 0, entry.User, entry.Group, entry.ModifiedSeconds,
            isHardLink ? "." + entry.HardLinkTo : entry.LinkTarget, isHardLink, entry.Device,
            entry.Type == Formats.Trees.InodeType.File && !isHardLink ? entry.Size : 0, isHardLink ? [] : Xattrs(entry));
    }

    /// <inheritdoc/>
    public int Read(Span<byte> destination) => _file.Read(destination);

    /// <inheritdoc/>
    public Sha256Digest? CheckedSha256 => _file.ListedSha256 is { } listed && Sha256Digest.TryParse(listed, out var digest) ? digest : null;

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static List<KeyValuePair<string, byte[]>> Xattrs(RpmFileEntry entry)
    {
        var xattrs = new List<KeyValuePair<string, byte[]>>();
        if (!entry.CapabilityXattr.IsEmpty)
        {
            xattrs.Add(new(FileCapabilities.XattrName, entry.CapabilityXattr.ToArray()));
        }

        if (!entry.ImaSignature.IsEmpty)
        {
            xattrs.Add(new(ImaXattr, entry.ImaSignature.ToArray()));
        }

        return xattrs;
    }
}
