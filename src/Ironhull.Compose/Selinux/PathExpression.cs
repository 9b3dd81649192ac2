using System.Text;
using System.Text.RegularExpressions;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Selinux;

/// <summary>
/// The regular expression of a file context, as libselinux reads it: PCRE without UTF mode, anchored at both ends, a dot matches every
/// byte. It is matched in time linear to the path, so that no policy can stop a build.
/// </summary>
internal sealed class PathExpression
{
    private const string Special = ".^$?*+|[({])}";
    private readonly Lazy<Regex> _regex;

    /// <summary>Takes an expression apart.</summary>
    /// <param name="text">ASCII.</param>
    /// <param name="where">Where it stands.</param>
    public PathExpression(string text, Location where)
    {
        Prefix = LiteralPrefix(text, out var rest);
        Literal = rest < 0 ? Prefix : null;
        _regex = new(() => Compile(text, where));
    }

    /// <summary>What every path that matches starts with.</summary>
    public string Prefix { get; }

    /// <summary>The only path that matches, when the expression has no special character; otherwise null.</summary>
    public string? Literal { get; }

    /// <summary>Whether a path matches.</summary>
    /// <param name="path">One character a byte.</param>
    public bool Matches(string path) => path.StartsWith(Prefix, StringComparison.Ordinal) && _regex.Value.IsMatch(path);

    /// <summary>The names of the folders that an expression starts with, as far as they are free of special characters.</summary>
    /// <param name="text">The expression, or a path.</param>
    /// <param name="most">How many names at most.</param>
    public static string Stem(string text, int most)
    {
        var stem = new StringBuilder();
        for (int depth = 0, at = 0; depth < most && at < text.Length;)
        {
            var next = text.IndexOf('/', at + 1);
            if (next < 0)
            {
                break;
            }

            var name = LiteralPrefix(text[(at + 1)..next], out var rest);
            if (rest >= 0)
            {
                break;
            }

            at = next;
            if (name.Length > 0)
            {
                stem.Append('/').Append(name);
                depth++;
            }
        }

        return stem.ToString();
    }

    // Unescapes up to the first special character; -1 when there is none.
    private static string LiteralPrefix(string text, out int rest)
    {
        var literal = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                if (i + 1 == text.Length || !(Special.Contains(text[i + 1], StringComparison.Ordinal) || text[i + 1] is '-' or '_' or ','))
                {
                    rest = i;
                    return literal.ToString();
                }

                literal.Append(text[++i]);
            }
            else if (Special.Contains(text[i], StringComparison.Ordinal))
            {
                // A quantifier may take back the character before it.
                if (text[i] is '?' or '*' or '{' && literal.Length > 0)
                {
                    literal.Length--;
                }

                rest = i;
                return text.Contains('|', StringComparison.Ordinal) && HasOuterAlternative(text) ? "" : literal.ToString();
            }
            else
            {
                literal.Append(text[i]);
            }
        }

        rest = -1;
        return literal.ToString();
    }

    // "a|b" without a group around it: the first branch says nothing about the second.
    private static bool HasOuterAlternative(string text)
    {
        var (depth, inClass) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '[' when !inClass:
                    inClass = true;
                    i += i + 1 < text.Length && text[i + 1] == '^' ? 1 : 0;
                    i += i + 1 < text.Length && text[i + 1] == ']' ? 1 : 0;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '(' when !inClass:
                    depth++;
                    break;
                case ')' when !inClass:
                    depth--;
                    break;
                case '|' when !inClass && depth == 0:
                    return true;
            }
        }

        return false;
    }

    private static Regex Compile(string text, Location where)
    {
        try
        {
            return new("^" + PcreTranslation.ToNet(text, where) + "$", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw SelinuxErrors.PathExpression.Error($"'{text}': {e.Message}", where, cause: e);
        }
    }
}
