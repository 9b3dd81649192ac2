using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ironhull.Compose.Scripts;

/// <summary>Reads the words of an <c>update-alternatives --install</c> command (update-alternatives(1)); Red Hat's is called <c>alternatives</c> too (alternatives(8)).</summary>
internal static class AlternativeParser
{
    /// <summary>True when every word is literal and the command only registers an alternative.</summary>
    public static bool TryParse(IReadOnlyList<string> words, [NotNullWhen(true)] out AlternativeRegistration? registration)
    {
        registration = null;
        var literal = new List<string>(words.Count);
        foreach (var word in words)
        {
            var text = word.Length >= 2 && word[0] is '"' or '\'' && word[^1] == word[0] ? word[1..^1] : word;
            if (text is ">/dev/null" or "2>/dev/null" or "1>/dev/null" or "2>&1")
            {
                continue;
            }

            if (text.Length == 0 || text.AsSpan().IndexOfAny("$`\\\"'*?<>") >= 0)
            {
                return false;
            }

            literal.Add(text);
        }

        var i = 1;
        while (i < literal.Count && literal[i] is "--quiet" or "--verbose" or "--force")
        {
            i++;
        }

        if (literal.Count < i + 5 || !IsProgram(literal[0]) || literal[i] != "--install" ||
            !int.TryParse(literal[i + 4], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority))
        {
            return false;
        }

        var (link, name, path) = (literal[i + 1], literal[i + 2], literal[i + 3]);
        var slaves = new List<AlternativeSlave>();
        for (i += 5; i < literal.Count; i += 4)
        {
            if (literal.Count < i + 4 || literal[i] is not ("--slave" or "--follower"))
            {
                return false;
            }

            slaves.Add(new(literal[i + 1], literal[i + 2], literal[i + 3]));
        }

        registration = new(link, name, path, priority, slaves);
        return true;
    }

    /// <summary>Whether a word calls the alternatives system.</summary>
    public static bool IsProgram(string word) => word[(word.LastIndexOf('/') + 1)..] is "update-alternatives" or "alternatives" && (word[0] == '/' || !word.Contains('/'));
}
