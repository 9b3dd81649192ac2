using System.Text;
using Ironhull.Compose.Layout;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Extensions;

/// <summary>
/// The file by which a node decides whether an extension fits it (extension-release(5)): its ID is the node's, and its
/// level is the node's level, or else its VERSION_ID the node's.
/// </summary>
public sealed record ExtensionRelease
{
    /// <summary>ID of the node's os-release, or "_any".</summary>
    public required string Id { get; init; }

    /// <summary>VERSION_ID of the node's os-release; empty when <see cref="Level"/> decides.</summary>
    public string VersionId { get; init; } = "";

    /// <summary>SYSEXT_LEVEL or CONFEXT_LEVEL; empty when <see cref="VersionId"/> decides.</summary>
    public string Level { get; init; } = "";

    /// <summary>Where it may be used: words of "system", "portable", "initrd".</summary>
    public string Scope { get; init; } = "system";

    /// <summary>The architecture by systemd's name.</summary>
    public string Architecture { get; init; } = "x86-64";

    /// <summary>Whether systemd reads its units again after the extension was merged.</summary>
    public bool ReloadManager { get; init; }

    /// <summary>The release that fits a tree: its own level when it has one, else its version.</summary>
    /// <param name="root">A root tree with an os-release.</param>
    /// <param name="kind">The kind of extension.</param>
    public static ExtensionRelease Of(FileTree root, ExtensionKind kind)
    {
        var fields = root.TryGet(OsRelease.Path, out var file) && file.Content is { } content ? OsRelease.Parse(content.ToText()) : [];
        var level = fields.GetValueOrDefault(kind == ExtensionKind.System ? "SYSEXT_LEVEL" : "CONFEXT_LEVEL", "");
        return new() { Id = fields.GetValueOrDefault("ID", "_any"), Level = level, VersionId = level.Length > 0 ? "" : fields.GetValueOrDefault("VERSION_ID", "") };
    }

    /// <summary>Puts the file into an extension's tree, under the extension's name.</summary>
    public void Apply(FileTree tree, ExtensionKind kind, string name) =>
        tree.Set($"{kind.ReleaseFolder()}/extension-release.{name}", Inode.File(Content.FromText(Render(kind)), origin: "image"));

    private string Render(ExtensionKind kind)
    {
        var prefix = kind == ExtensionKind.System ? "SYSEXT" : "CONFEXT";
        var text = new StringBuilder();
        void Line(string key, string value)
        {
            if (value.Length > 0)
            {
                text.Append(key).Append("=\"").Append(value).Append("\"\n");
            }
        }

        Line("ID", Id);
        Line("VERSION_ID", VersionId);
        Line($"{prefix}_LEVEL", Level);
        Line($"{prefix}_SCOPE", Scope);
        Line("ARCHITECTURE", Architecture);
        Line("EXTENSION_RELOAD_MANAGER", ReloadManager ? "1" : "");
        return text.ToString();
    }
}
