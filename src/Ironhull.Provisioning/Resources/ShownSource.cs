using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Resources;

/// <summary>Sources as they may be shown and kept: no contents, no password, no query.</summary>
internal static class ShownSource
{
    /// <summary>Whether a resource is not in the config itself.</summary>
    public static bool IsElsewhere(Resource resource) => resource.Source is { Length: > 0 } source && !DataUrl.Is(source);

    /// <summary>All that a file is made of.</summary>
    public static IEnumerable<Resource> Of(FileEntry file) => file.Append.Prepend(file.Contents);

    /// <summary>The sources of a file; "nothing" where it has none.</summary>
    public static string Text(FileEntry file)
    {
        var parts = Of(file).Select(Text).OfType<string>().ToList();
        return parts.Count > 0 ? string.Join(" + ", parts) : "nothing";
    }

    /// <summary>A source: of data only the kind; null for none.</summary>
    public static string? Text(Resource resource)
    {
        if (resource.Source is not { Length: > 0 } source || DataUrl.Is(source))
        {
            return resource.Source is null ? null : resource.Compression == "gzip" ? "data, gzip" : "data";
        }

        var url = source.Split('?', '#')[0];
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var slash = scheme < 0 ? -1 : url.IndexOf('/', scheme + 3);
        var at = scheme < 0 ? -1 : url.LastIndexOf('@', slash < 0 ? url.Length - 1 : slash);
        return at > scheme ? url[..(scheme + 3)] + url[(at + 1)..] : url;
    }

    /// <summary>The section that leads to a path which no entry names; null where none can be told.</summary>
    public static string? Section(string path) =>
        path is "/etc/passwd" or "/etc/shadow" or "/etc/group" or "/etc/gshadow" || path.EndsWith("/.ssh/authorized_keys.d/ignition", StringComparison.Ordinal) ? "passwd"
        : path.StartsWith("/etc/systemd/system", StringComparison.Ordinal) ? "systemd"
        : path.StartsWith("/etc/luks/", StringComparison.Ordinal) || path == "/etc/crypttab" ? "luks"
        : null;
}
