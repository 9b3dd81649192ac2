using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>Checks that the programs that units start are there (systemd.service(5), "Command lines").</summary>
internal static class UnitChecks
{
    private const int MaxUnit = 1 << 20;

    private static readonly string[] s_folders = ["/etc/systemd/system/", "/etc/systemd/user/", "/usr/lib/systemd/system/", "/usr/lib/systemd/user/"];

    private static readonly HashSet<string> s_commands = new(StringComparer.Ordinal)
    {
        "ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition", "ExecReload", "ExecReloadPost", "ExecStop", "ExecStopPre", "ExecStopPost",
    };

    private static readonly HashSet<string> s_conditions = new(StringComparer.Ordinal)
    {
        "ConditionPathExists", "ConditionFileIsExecutable", "ConditionFileNotEmpty", "AssertPathExists", "AssertFileIsExecutable",
    };

    public static IEnumerable<Violation> Run(TreeView view)
    {
        foreach (var (path, inode) in view.Tree.Entries)
        {
            if (inode is { Type: InodeType.File, Content: { Length: < MaxUnit } content } && IsUnit(path))
            {
                foreach (var violation in Unit(view, path, inode, content.ToText()))
                {
                    yield return violation;
                }
            }
        }
    }

    private static bool IsUnit(string path) =>
        Array.Exists(s_folders, f => path.StartsWith(f, StringComparison.Ordinal)) &&
        (path.EndsWith(".service", StringComparison.Ordinal) || path.EndsWith(".socket", StringComparison.Ordinal) ||
         path.EndsWith(".mount", StringComparison.Ordinal) || path.EndsWith(".swap", StringComparison.Ordinal) ||
         (path.EndsWith(".conf", StringComparison.Ordinal) && FileTree.Parent(path).EndsWith(".d", StringComparison.Ordinal)));

    private static IEnumerable<Violation> Unit(TreeView view, string path, Inode inode, string text)
    {
        var settings = Settings(text).ToList();
        var skipped = settings.Exists(s => s_conditions.Contains(s.Key) && Unmet(view, s.Value));
        foreach (var (key, value) in settings)
        {
            if (!skipped && s_commands.Contains(key) && Program(value) is { } program && !ProgramChecks.FindOnPath(view, program))
            {
                yield return new(ClosureChecks.Exec, path, program, inode.Origin, $"{path} starts {program} ({key}=), which is not in the image");
            }
        }
    }

    // A unit whose condition names a file of the image that is not there never starts. "|" makes conditions alternatives and "!" negates.
    private static bool Unmet(TreeView view, string value) =>
        (value.StartsWith("/usr/", StringComparison.Ordinal) || value.StartsWith("/etc/", StringComparison.Ordinal)) && !value.Contains('%', StringComparison.Ordinal) && view.Real(value) is null;

    /// <summary>The program of a command line; null when there is none, its failure is ignored ("-"), or only the running system knows it.</summary>
    internal static string? Program(string value)
    {
        var rest = value.AsSpan().Trim();
        while (!rest.IsEmpty && "@-:+!|".Contains(rest[0], StringComparison.Ordinal))
        {
            if (rest[0] == '-')
            {
                return null;
            }

            rest = rest[1..].TrimStart();
        }

        if (rest.IsEmpty)
        {
            return null;
        }

        int end;
        if (rest[0] is '"' or '\'')
        {
            end = rest[1..].IndexOf(rest[0]);
            rest = rest[1..];
        }
        else
        {
            end = rest.IndexOfAny(' ', '\t');
        }

        var program = (end < 0 ? rest : rest[..end]).ToString();
        return program.Length == 0 || program.AsSpan().IndexOfAny('%', '$', '\\') >= 0 || TreeView.IsRuntime(program) ? null : program;
    }

    /// <summary>The settings of a unit file in order; continuation lines joined, comments left out.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Settings(string text)
    {
        var joined = "";
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line.Length > 0 && line[0] is '#' or ';')
            {
                continue;
            }

            if (line.EndsWith('\\'))
            {
                joined += line[..^1] + " ";
                continue;
            }

            line = joined + line;
            joined = "";
            var equals = line.IndexOf('=');
            if (equals > 0)
            {
                yield return new(line[..equals].Trim(), line[(equals + 1)..].Trim());
            }
        }
    }
}
