using System.Text;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Layout;

/// <summary>The <c>os-release</c> file of an image (os-release(5)).</summary>
public static class OsRelease
{
    /// <summary>Where it lies.</summary>
    public const string Path = "/usr/lib/os-release";

    /// <summary>Renders the file; the distribution's own release is kept in fields of its own.</summary>
    /// <param name="imageId">IMAGE_ID.</param>
    /// <param name="imageVersion">IMAGE_VERSION.</param>
    /// <param name="distribution">The distribution's os-release text, from which VERSION_CODENAME and friends are taken.</param>
    /// <param name="own">Fields that take the place of those, or follow them in the order given; an empty one is left out.</param>
    public static string Render(string imageId, string imageVersion, string distribution, IReadOnlyDictionary<string, string> own)
    {
        var base_ = Parse(distribution);
        var text = new StringBuilder();
        var written = new HashSet<string>(StringComparer.Ordinal);
        void Line(string key, string value)
        {
            var shown = own.GetValueOrDefault(key, value);
            if (written.Add(key) && shown.Length > 0)
            {
                text.Append(key).Append("=\"").Append(Escape(shown)).Append("\"\n");
            }
        }

        Line("NAME", "Ironhull");
        Line("ID", "ironhull");
        Line("ID_LIKE", base_.GetValueOrDefault("ID", "debian"));
        Line("PRETTY_NAME", $"Ironhull {imageId} {imageVersion} ({base_.GetValueOrDefault("PRETTY_NAME", "Debian")})");
        Line("VERSION_ID", base_.GetValueOrDefault("VERSION_ID", ""));
        Line("VERSION_CODENAME", base_.GetValueOrDefault("VERSION_CODENAME", ""));
        Line("VERSION", $"{imageVersion}");
        Line("VARIANT_ID", imageId);
        Line("IMAGE_ID", imageId);
        Line("IMAGE_VERSION", imageVersion);
        Line("CPE_NAME", $"cpe:2.3:o:ironhull:{imageId}:{imageVersion}:*:*:*:*:*:*:*");
        Line("DEFAULT_HOSTNAME", "ironhull");
        foreach (var (key, value) in own)
        {
            Line(key, value);
        }

        return text.ToString();
    }

    /// <summary>Puts the image's file in place of the distribution's, with the link from <c>/etc</c>.</summary>
    public static void Apply(FileTree tree, string imageId, string imageVersion, IReadOnlyDictionary<string, string> own)
    {
        var distribution = tree.TryGet(Path, out var old) && old.Content is not null ? old.Content.ToText() : "";
        tree.Remove(Path);
        tree.Set(Path, Inode.File(Content.FromText(Render(imageId, imageVersion, distribution, own)), origin: "image"));
        tree.Remove("/etc/os-release");
        tree.Set("/etc/os-release", Inode.SymbolicLink("../usr/lib/os-release", "image"));
    }

    // os-release(5): a value in double quotes is read by a shell.
    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value.Where(c => c is not ('\n' or '\r')))
        {
            text.Append(c is '"' or '$' or '`' or '\\' ? "\\" : "").Append(c);
        }

        return text.ToString();
    }

    /// <summary>The fields of an os-release file.</summary>
    internal static Dictionary<string, string> Parse(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                fields[line[..equals]] = line[(equals + 1)..].Trim('"', '\'');
            }
        }

        return fields;
    }
}
