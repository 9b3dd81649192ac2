using System.Text;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Stages;

/// <summary>
/// Has systemd-tmpfiles give what was made its SELinux labels when the provisioned system starts and its policy is loaded: lines of type
/// <c>z</c> in /run, which that system takes over. Without a policy they do nothing.
/// </summary>
internal static class LabelList
{
    private const string Name = "run/tmpfiles.d/ironhull-provisioned.conf";

    // systemd-tmpfiles may not touch these, and need not: they take the place of the image's, with the labels that those have.
    private static readonly HashSet<string> s_left = new(["/etc/shadow", "/etc/gshadow"], StringComparer.Ordinal);

    /// <summary>Writes the list.</summary>
    /// <param name="paths">Where the running system keeps what it knows.</param>
    /// <param name="made">What was made, by its path below the root; the folders above are listed too.</param>
    public static void Write(NodePaths paths, IEnumerable<string> made)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in made)
        {
            for (var at = path; at != "/" && all.Add(at); at = PathRules.Parent(at))
            {
            }
        }

        StageFile.Write(paths.At(Name), Encoding.UTF8.GetBytes(string.Concat(all.Where(p => !s_left.Contains(p)).Select(p => $"z {Escape(p)} - - - - -\n"))));
    }

    // tmpfiles.d(5): a quoted word with C escapes, then specifiers, then a glob pattern.
    internal static string Escape(string path)
    {
        var word = new StringBuilder("\"");
        foreach (var c in path)
        {
            word.Append(c switch
            {
                '%' => "%%",
                '*' or '?' or '[' or ']' => $"\\\\{c}",
                '\\' => "\\\\\\\\",
                '"' => "\\\"",
                '\n' => "\\n",
                _ => c.ToString(),
            });
        }

        return word.Append('"').ToString();
    }
}
