using System.Globalization;
using Ironhull.Formats.Trees;
using Ironhull.Provisioning.Engine;

namespace Ironhull.Provisioning.Planning;

/// <summary>Keeps owners by where nodes really are, links in the way followed; at first they are those of the image.</summary>
/// <param name="top">The folder that is the root.</param>
/// <param name="image">The image's tree.</param>
internal sealed class PlannedOwnership(string top, FileTree image) : IOwnership
{
    private readonly Dictionary<string, (uint User, uint Group)> _owners = new(StringComparer.Ordinal);

    /// <summary>The owner of a node.</summary>
    public (uint User, uint Group) this[string path] => _owners.TryGetValue(path, out var owner) ? owner : image.TryGet(path, out var inode) ? (inode.Uid, inode.Gid) : (0U, 0U);

    /// <inheritdoc/>
    public void Set(int folder, string name, string path, uint user, uint group) =>
        _owners[Real(folder, name == "." ? name : path[(path.LastIndexOf('/') + 1)..])] = (user, group);

    /// <inheritdoc/>
    public (uint User, uint Group) Of(int folder, string name, uint user, uint group) => this[Real(folder, name)];

    private string Real(int folder, string name)
    {
        var real = new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{folder}")).LinkTarget ?? top;
        var path = Path.GetRelativePath(top, Path.Combine(real, name));
        return path == "." ? "/" : "/" + path;
    }
}
