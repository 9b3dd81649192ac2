namespace Ironhull.Provisioning.Validation;

/// <summary>Rules of paths.</summary>
internal static class PathRules
{
    /// <summary>What is wrong with a path that must be set, or null.</summary>
    public static string? Wrong(string path) =>
        path.Length == 0 ? "path not specified" : path[0] != '/' ? "path not absolute" : IsClean(path) ? null : "path is not fully simplified";

    /// <summary>Whether an absolute path has no '.', '..', doubled or trailing slash.</summary>
    public static bool IsClean(string path)
    {
        if (path == "/")
        {
            return true;
        }

        foreach (var part in path[1..].Split('/'))
        {
            if (part is "" or "." or "..")
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Joins a path to a folder and takes '.', '..' and doubled slashes out; never leaves the root.</summary>
    public static string Join(string folder, string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{folder}/{path}").Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>The folder that a path is in; the root's is itself.</summary>
    public static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }
}
