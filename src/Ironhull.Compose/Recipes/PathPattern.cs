namespace Ironhull.Compose.Recipes;

/// <summary>
/// A pattern over absolute paths: <c>*</c> and <c>?</c> inside one component, a component <c>**</c> for any number of
/// components, everything else literal. Compared by ordinal characters.
/// </summary>
public sealed class PathPattern
{
    private readonly string[] _parts;

    /// <summary>Takes a pattern.</summary>
    /// <param name="pattern">Absolute, components separated by one slash.</param>
    public PathPattern(string pattern)
    {
        Text = pattern;
        _parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        IsLiteral = pattern.AsSpan().IndexOfAny('*', '?') < 0;
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Without any wildcard: it matches one path at most.</summary>
    public bool IsLiteral { get; }

    /// <summary>Whether a path matches as a whole.</summary>
    public bool Matches(string path) =>
        IsLiteral ? path == Text : Matches(path.Split('/', StringSplitOptions.RemoveEmptyEntries), 0, 0);

    /// <summary>Whether one name matches a pattern with <c>*</c> and <c>?</c>, in linear time for one star and never exponential.</summary>
    public static bool MatchesName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && (pattern[p] == '?' || (pattern[p] == name[n] && pattern[p] != '*')))
            {
                p++;
                n++;
            }
            else if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    private bool Matches(string[] path, int part, int at)
    {
        if (part == _parts.Length)
        {
            return at == path.Length;
        }

        if (_parts[part] == "**")
        {
            for (var next = at; next <= path.Length; next++)
            {
                if (Matches(path, part + 1, next))
                {
                    return true;
                }
            }

            return false;
        }

        return at < path.Length && MatchesName(_parts[part], path[at]) && Matches(path, part + 1, at + 1);
    }
}
