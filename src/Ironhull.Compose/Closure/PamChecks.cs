using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>Checks that the modules and files that PAM configurations name are there (pam.conf(5)).</summary>
internal static class PamChecks
{
    private const int MaxFile = 1 << 20;

    private static readonly string[] s_folders = ["/etc/pam.d/", "/usr/lib/pam.d/"];

    public static IEnumerable<Violation> Run(TreeView view)
    {
        var modules = view.Tree.Entries
            .Where(e => e.Value.Type != InodeType.Directory && e.Key.StartsWith("/usr/lib/", StringComparison.Ordinal) && FileTree.Parent(e.Key).EndsWith("/security", StringComparison.Ordinal))
            .Select(e => e.Key[(e.Key.LastIndexOf('/') + 1)..])
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (path, inode) in view.Tree.Entries)
        {
            if (inode is { Type: InodeType.File, Content: { Length: < MaxFile } content } && Array.Exists(s_folders, f => path.StartsWith(f, StringComparison.Ordinal)))
            {
                foreach (var line in content.ToText().Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
                {
                    if (Missing(view, modules, line) is { } missing)
                    {
                        yield return new(ClosureChecks.Pam, path, missing, inode.Origin, $"{path} names {missing}, which is not in the image");
                    }
                }
            }
        }
    }

    private static string? Missing(TreeView view, HashSet<string> modules, string line)
    {
        var text = line.Split('#')[0].Trim();
        var words = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            // A control in brackets may hold spaces.
            var end = text[i] == '[' ? text.IndexOf(']', i) + 1 : text.AsSpan(i).IndexOfAny(' ', '\t') is var space and >= 0 ? i + space : text.Length;
            end = end <= i ? text.Length : end;
            words.Add(text[i..end]);
            i = end;
        }

        if (words is ["@include", var included, ..])
        {
            return File(view, included);
        }

        // "-type": a missing module is not even logged.
        if (words.Count < 3 || words[0][0] == '-')
        {
            return null;
        }

        var what = words[2];
        if (words[1] is "include" or "substack")
        {
            return File(view, what);
        }

        var found = what.StartsWith('/') ? view.Real(what) is not null : modules.Contains(what);
        return found ? null : what;
    }

    private static string? File(TreeView view, string name) =>
        name.StartsWith('/') ? (view.Real(name) is null ? name : null)
        : Array.Exists(s_folders, f => view.Real(f + name) is not null) ? null : name;
}
