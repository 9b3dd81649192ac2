namespace Ironhull.Compose.Scripts;

/// <summary>A word or operator of a shell text; words keep their quotes.</summary>
/// <param name="Text">The text; a newline is ";" like a semicolon.</param>
/// <param name="IsOperator">Not a word.</param>
internal readonly record struct ShellToken(string Text, bool IsOperator)
{
    public bool IsSeparator => IsOperator && Text == ";";
}

/// <summary>
/// Splits a POSIX shell text into words and operators (XCU 2.3), for recognising scaffolding only: here-documents make
/// it give up, expansions stay inside their word.
/// </summary>
internal static class ShellTokenizer
{
    /// <summary>The tokens, or null when the text uses what is not handled here or has an open quote.</summary>
    public static List<ShellToken>? Tokenize(string text)
    {
        var tokens = new List<ShellToken>();
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (c is ' ' or '\t' or '\r')
            {
                i++;
            }
            else if (c == '\\' && i + 1 < text.Length && text[i + 1] == '\n')
            {
                i += 2;
            }
            else if (c == '#')
            {
                while (i < text.Length && text[i] != '\n')
                {
                    i++;
                }
            }
            else if (c == '\n')
            {
                tokens.Add(new(";", true));
                i++;
            }
            else if (c is ';' or '&' or '|')
            {
                var doubled = i + 1 < text.Length && text[i + 1] == c;
                tokens.Add(new(doubled ? new string(c, 2) : c.ToString(), true));
                i += doubled ? 2 : 1;
            }
            else if (c is '(' or ')')
            {
                tokens.Add(new(c.ToString(), true));
                i++;
            }
            else if (c == '<' && i + 1 < text.Length && text[i + 1] == '<')
            {
                return null;
            }
            else
            {
                var end = WordEnd(text, i);
                if (end < 0)
                {
                    return null;
                }

                tokens.Add(new(text[i..end].Replace("\\\n", "", StringComparison.Ordinal), false));
                i = end;
            }
        }

        return tokens;
    }

    private static int WordEnd(string text, int start)
    {
        var i = start;
        while (i < text.Length)
        {
            var c = text[i];
            switch (c)
            {
                case '\\':
                    i += 2;
                    continue;
                case '\'' or '`':
                    i = text.IndexOf(c, i + 1) + 1;
                    if (i == 0)
                    {
                        return -1;
                    }

                    continue;
                case '"':
                    i = QuoteEnd(text, i + 1);
                    if (i < 0)
                    {
                        return -1;
                    }

                    continue;
                case '$' when i + 1 < text.Length && text[i + 1] is '(' or '{':
                    i = BracketEnd(text, i + 1);
                    if (i < 0)
                    {
                        return -1;
                    }

                    continue;
                case '&' when i > start && text[i - 1] is '>' or '<':
                    i++;
                    continue;
                case '<' when i + 1 < text.Length && text[i + 1] == '<':
                    return -1;
                case ' ' or '\t' or '\n' or '\r' or ';' or '&' or '|' or '(' or ')':
                    return i;
                default:
                    i++;
                    continue;
            }
        }

        return i == text.Length ? i : -1;
    }

    private static int QuoteEnd(string text, int i)
    {
        while (i < text.Length)
        {
            switch (text[i])
            {
                case '\\':
                    i += 2;
                    break;
                case '"':
                    return i + 1;
                case '$' when i + 1 < text.Length && text[i + 1] is '(' or '{':
                    i = BracketEnd(text, i + 1);
                    if (i < 0)
                    {
                        return -1;
                    }

                    break;
                default:
                    i++;
                    break;
            }
        }

        return -1;
    }

    // From the opening bracket of $( or ${ to after its partner; quotes inside are skipped over without nesting further.
    private static int BracketEnd(string text, int open)
    {
        var (left, right) = text[open] == '(' ? ('(', ')') : ('{', '}');
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\')
            {
                i++;
            }
            else if (c is '\'' or '"')
            {
                i = text.IndexOf(c, i + 1);
                if (i < 0)
                {
                    return -1;
                }
            }
            else if (c == left)
            {
                depth++;
            }
            else if (c == right && --depth == 0)
            {
                return i + 1;
            }
        }

        return -1;
    }
}
