namespace Ironhull.Compose.Selinux;

/// <summary>
/// Paths that are labelled as if they lay elsewhere (selabel_file(5), <c>file_contexts.subs</c> and <c>file_contexts.subs_dist</c>): the
/// first line whose path is the start of the one asked for decides.
/// </summary>
public sealed class PathSubstitutions
{
    /// <summary>No substitution.</summary>
    public static readonly PathSubstitutions None = new([]);

    private readonly IReadOnlyList<(string From, string To)> _lines;

    private PathSubstitutions(IReadOnlyList<(string From, string To)> lines) => _lines = lines;

    /// <summary>Reads the text of a file: two words a line; lines with fewer, and comments, say nothing.</summary>
    public static PathSubstitutions Parse(string text)
    {
        var lines = new List<(string, string)>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && !words[0].StartsWith('#'))
            {
                lines.Add((words[0], words[1]));
            }
        }

        return new(lines);
    }

    /// <summary>The path that stands for another, or null when no line is about it.</summary>
    public string? Apply(string path)
    {
        foreach (var (from, to) in _lines)
        {
            if (path.StartsWith(from, StringComparison.Ordinal) && (path.Length == from.Length || path[from.Length] == '/'))
            {
                return to + path[(to == "/" && path.Length > from.Length ? from.Length + 1 : from.Length)..];
            }
        }

        return null;
    }
}
