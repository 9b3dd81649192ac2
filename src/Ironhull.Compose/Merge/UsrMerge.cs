namespace Ironhull.Compose.Merge;

/// <summary>The merged /usr: what packages ship in the old top-level folders belongs below /usr.</summary>
public static class UsrMerge
{
    private static readonly string[] s_names = ["bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32"];

    /// <summary>The names of the top-level links that every image has.</summary>
    public static IReadOnlyList<string> Required { get; } = ["bin", "lib", "lib64", "sbin"];

    /// <summary>Where a shipped path lies in the tree.</summary>
    public static string Map(string path)
    {
        foreach (var name in s_names)
        {
            if (path.Length > name.Length && path.AsSpan(1).StartsWith(name) && (path.Length == name.Length + 1 || path[name.Length + 1] == '/'))
            {
                return "/usr" + path;
            }
        }

        return path;
    }

    /// <summary>Whether a path is one of the top-level names themselves.</summary>
    public static bool IsTopLevel(string path) => path.LastIndexOf('/') == 0 && Array.IndexOf(s_names, path[1..]) >= 0;
}
