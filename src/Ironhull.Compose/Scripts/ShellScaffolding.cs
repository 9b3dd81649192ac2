using System.Text.RegularExpressions;

namespace Ironhull.Compose.Scripts;

/// <summary>
/// Recognises shell text that has no effect: <c>set -e</c>, conditions without side effects, <c>case "$1"</c> with empty
/// arms, the refusal of an unknown argument. Literal <c>update-alternatives --install</c> commands are recognised too and
/// returned as data. Anything else makes the text not empty: the reader never guesses.
/// </summary>
internal sealed partial class ShellScaffolding
{
    private const int MaxDepth = 32;

    private readonly ShellCursor _cursor;
    private readonly List<AlternativeRegistration> _alternatives = [];

    private ShellScaffolding(List<ShellToken> tokens) => _cursor = new(tokens);

    /// <summary>Whether the text has no effect beyond the alternatives it returns.</summary>
    public static bool IsEmpty(string text, out IReadOnlyList<AlternativeRegistration> alternatives)
    {
        alternatives = [];
        if (ShellTokenizer.Tokenize(text) is not { } tokens)
        {
            return false;
        }

        var parser = new ShellScaffolding(tokens);
        if (!parser.Block(0, refusal: false) || parser.Peek is not null)
        {
            return false;
        }

        alternatives = parser._alternatives;
        return true;
    }

    /// <summary>The literal registrations anywhere in a text, whatever surrounds them.</summary>
    public static IReadOnlyList<AlternativeRegistration> FindAlternatives(string text)
    {
        var found = new List<AlternativeRegistration>();
        var joined = Continuation().Replace(text, " ");
        foreach (var range in joined.AsSpan().Split('\n'))
        {
            var line = joined.AsSpan()[range].Trim();
            if (line.StartsWith("update-alternatives") && ShellTokenizer.Tokenize(line.ToString()) is { } tokens)
            {
                var words = tokens.TakeWhile(t => !t.IsOperator).Select(t => t.Text).ToList();
                if (AlternativeParser.TryParse(words, out var registration))
                {
                    found.Add(registration);
                }
            }
        }

        return found;
    }

    private ShellToken? Peek => _cursor.Peek;

    private static bool Ends(ShellToken token) =>
        token.IsOperator ? token.Text == ";;" : token.Text is "fi" or "else" or "elif" or "esac" or "then";

    // A list of commands up to a word that ends the enclosing construct. False: something has an effect.
    private bool Block(int depth, bool refusal)
    {
        if (depth > MaxDepth)
        {
            return false;
        }

        while (Peek is { } token)
        {
            if (token.IsSeparator)
            {
                _cursor.Advance();
            }
            else if (Ends(token))
            {
                return true;
            }
            else if (token is { IsOperator: false, Text: "if" })
            {
                if (!If(depth, refusal))
                {
                    return false;
                }
            }
            else if (token is { IsOperator: false, Text: "case" })
            {
                if (!_cursor.Case(Subject().IsMatch, isDefault => Block(depth + 1, refusal: isDefault)))
                {
                    return false;
                }
            }
            else if (!Simple(refusal))
            {
                return false;
            }
        }

        return true;
    }

    private bool If(int depth, bool refusal)
    {
        while (true)
        {
            _cursor.Advance(); // if, elif
            if (!Condition() || !_cursor.Take("then") || !Block(depth + 1, refusal))
            {
                return false;
            }

            if (Peek is { IsOperator: false, Text: "elif" })
            {
                continue;
            }

            if (Peek is { IsOperator: false, Text: "else" })
            {
                _cursor.Advance();
                if (!Block(depth + 1, refusal))
                {
                    return false;
                }
            }

            return _cursor.Take("fi");
        }
    }

    // [ … ] and test, joined by && and ||, up to "then". Words with a command substitution other than `command -v` act.
    private bool Condition()
    {
        var expectCommand = true;
        while (Peek is { } token)
        {
            if (token is { IsOperator: false, Text: "then" } && expectCommand)
            {
                return true;
            }

            if (token.IsOperator)
            {
                if (!token.IsSeparator && token.Text is not ("&&" or "||"))
                {
                    return false;
                }

                expectCommand = true;
            }
            else
            {
                if (expectCommand && token.Text is not ("[" or "test" or "!" or "true"))
                {
                    return false;
                }

                if (HasSubstitution(token.Text) && !CommandLookup().IsMatch(token.Text))
                {
                    return false;
                }

                expectCommand = token.Text == "!" && expectCommand;
            }

            _cursor.Advance();
        }

        return false;
    }

    private bool Simple(bool refusal)
    {
        var words = _cursor.TakeWords();

        // "command || true": the second command has no effect.
        if (Peek is { IsOperator: true, Text: "||" } && _cursor.PeekAt(1) is { IsOperator: false, Text: "true" or ":" })
        {
            _cursor.Advance(2);
        }

        // Redirections of a message to standard error are kept as words by the tokenizer (">&2", "1>&2").
        if (Peek is { IsOperator: true } end && !end.IsSeparator && end.Text != ";;")
        {
            return false;
        }

        switch (words[0])
        {
            case ":" or "true":
                return words.TrueForAll(w => !HasSubstitution(w) && !w.StartsWith('>'));
            case "set":
                return words.Count == 2 && SetOption().IsMatch(words[1]);
            case "exit":
                return words.Count == 1 || words[1] == "0" || refusal;
            case "echo" or "printf" when refusal:
                return words.TrueForAll(w => !HasSubstitution(w) && (!w.Contains('>', StringComparison.Ordinal) || w is ">&2" or "1>&2" || w[0] is '"' or '\''));
            case "." when words is [".", "/usr/share/debconf/confmodule"]:
                return true;
            case "db_version" or "db_stop":
                return true;
            case "update-alternatives" when AlternativeParser.TryParse(words, out var registration):
                _alternatives.Add(registration);
                return true;
            default:
                return false;
        }
    }

    private static bool HasSubstitution(string word) =>
        word[0] != '\'' && (word.Contains("$(", StringComparison.Ordinal) || UnescapedBacktick().IsMatch(word));

    [GeneratedRegex("""^"?\$\(command -v [A-Za-z0-9_./-]+\)"?$""")]
    private static partial Regex CommandLookup();

    [GeneratedRegex("""^"?\$\{?[0-9A-Za-z_]+\}?"?$""")]
    private static partial Regex Subject();

    [GeneratedRegex("^[-+][efux]+$")]
    private static partial Regex SetOption();

    [GeneratedRegex(@"(?<!\\)`")]
    private static partial Regex UnescapedBacktick();

    [GeneratedRegex(@"\\\n[ \t]*")]
    private static partial Regex Continuation();
}
