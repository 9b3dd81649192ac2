namespace Ironhull.Compose.Scripts.Rpm;

/// <summary>Words of a shell command as values: quotes taken away, redirections of messages left out.</summary>
internal static class ShellWords
{
    private static readonly string[] s_harmless =
    [
        ">/dev/null", "1>/dev/null", "2>/dev/null", ">>/dev/null", "2>>/dev/null", "</dev/null", "2>&1", "1>&2", ">&2", "2>&-", "0</dev/null",
    ];

    /// <summary>Joins what a shell reads as one redirection ("&amp;&gt; x", "&gt; x"), so that <see cref="Command"/> can judge it.</summary>
    public static List<ShellToken> JoinRedirections(IReadOnlyList<ShellToken> tokens)
    {
        var joined = new List<ShellToken>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token is { IsOperator: true, Text: "&" } && i + 1 < tokens.Count && tokens[i + 1] is { IsOperator: false } next && next.Text.StartsWith('>'))
            {
                continue; // "&>": both outputs; what follows says where to
            }

            if (token is { IsOperator: false, Text: ">" or "1>" or "2>" or ">>" or "2>>" or "<" } && i + 1 < tokens.Count && !tokens[i + 1].IsOperator)
            {
                token = new(token.Text + tokens[++i].Text, false);
            }

            joined.Add(token);
        }

        return joined;
    }

    /// <summary>The words of a command without harmless redirections; null when it redirects anything else.</summary>
    public static List<string>? Command(IEnumerable<string> words)
    {
        var command = new List<string>();
        foreach (var word in words)
        {
            if (s_harmless.Contains(word, StringComparer.Ordinal))
            {
                continue;
            }

            if (word[0] is '<' or '>' || (char.IsAsciiDigit(word[0]) && word.Length > 1 && word[1] is '<' or '>'))
            {
                return null;
            }

            command.Add(word);
        }

        return command;
    }

    /// <summary>A word's value; null when it depends on a variable, a substitution, a pattern or an escape.</summary>
    public static string? Literal(string word)
    {
        var value = new System.Text.StringBuilder(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            var c = word[i];
            if (c is '\'' or '"')
            {
                var end = word.IndexOf(c, i + 1);
                if (end < 0 || (c == '"' && word.AsSpan(i + 1, end - i - 1).IndexOfAny("$`\\") >= 0))
                {
                    return null;
                }

                value.Append(word, i + 1, end - i - 1);
                i = end;
            }
            else if (c is '$' or '`' or '\\' or '*' or '?' or '~' or '[' or '{')
            {
                return null;
            }
            else
            {
                value.Append(c);
            }
        }

        return value.ToString();
    }

    /// <summary>Every word's value; null when one has none.</summary>
    public static List<string>? Literals(IEnumerable<string> words)
    {
        var values = new List<string>();
        foreach (var word in words.SelectMany(Expand))
        {
            if (Literal(word) is not { } value)
            {
                return null;
            }

            values.Add(value);
        }

        return values;
    }

    // Brace expansion, as bash has it, which is the shell of RPM distributions: "a{b,c}d" is "abd acd". One pair, unquoted, not nested.
    private static string[] Expand(string word)
    {
        var (open, close) = (word.IndexOf('{'), word.IndexOf('}'));
        return open < 0 || close < open || word.AsSpan().ContainsAny('$', '\'', '"') || word.Count(c => c is '{' or '}') != 2 || !word[open..close].Contains(',')
            ? [word]
            : [.. word[(open + 1)..close].Split(',').Select(part => word[..open] + part + word[(close + 1)..])];
    }

    /// <summary>Whether a word runs a command of its own.</summary>
    public static bool HasSubstitution(string word) => word[0] != '\'' && (word.Contains("$(", StringComparison.Ordinal) || word.Contains('`'));
}
