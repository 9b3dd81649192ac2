using System.Text.RegularExpressions;

namespace Ironhull.Compose.Scripts.Rpm;

/// <summary>
/// Recognises a statement that holds known commands only (<see cref="KnownCommand"/>), with conditions around them. Branches that a first
/// installation never takes (<c>$1</c> is then 1) are passed over, whatever they hold. The reader never guesses: one command that is
/// not known makes the statement unknown.
/// </summary>
internal sealed partial class ShellRecogniser
{
    private const int MaxDepth = 32;

    private readonly ShellCursor _cursor;
    private readonly IReadOnlyList<string> _documents;
    private readonly bool _isFirstInstallation;
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private readonly List<DeclaredEffect> _effects = [];

    private ShellRecogniser(List<ShellToken> tokens, IReadOnlyList<string> documents, bool isFirstInstallation)
    {
        _cursor = new(ShellWords.JoinRedirections(tokens));
        _documents = documents;
        _isFirstInstallation = isFirstInstallation;
    }

    /// <summary>Judges a statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="isFirstInstallation">Whether <c>$1</c> counts installed instances, so that it is 1.</param>
    /// <param name="kinds">Receives the kinds of boiler-plate when the answer is true.</param>
    /// <param name="effects">Receives the effects when the answer is true.</param>
    public static bool TryRecognise(ShellStatement statement, bool isFirstInstallation, ISet<string> kinds, List<DeclaredEffect> effects)
    {
        if (statement.Tokens is null)
        {
            return false;
        }

        var parser = new ShellRecogniser(statement.Tokens, statement.Documents, isFirstInstallation);
        if (!parser.List(0) || parser.Peek is not null)
        {
            return false;
        }

        kinds.UnionWith(parser._kinds);
        effects.AddRange(parser._effects);
        return true;
    }

    private ShellToken? Peek => _cursor.Peek;

    private static bool Ends(ShellToken token) => token.IsOperator ? token.Text == ";;" : token.Text is "fi" or "else" or "elif" or "esac" or "then" or "done" or "}";

    private bool List(int depth)
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
            else if (!Chain(depth))
            {
                return false;
            }
        }

        return true;
    }

    // Commands joined by && and ||: all must be known, so it does not matter which of them run.
    private bool Chain(int depth)
    {
        while (true)
        {
            if (!Command(depth))
            {
                return false;
            }

            if (Peek is not { IsOperator: true, Text: "&&" or "||" })
            {
                return Peek is not { IsOperator: true } end || end.IsSeparator || end.Text == ";;";
            }

            _cursor.Advance();
            _cursor.SkipSeparators();
        }
    }

    private bool Command(int depth)
    {
        switch (Peek)
        {
            case { IsOperator: false, Text: "if" }:
                return If(depth);
            case { IsOperator: false, Text: "case" }:
                return _cursor.Case(subject => !ShellWords.HasSubstitution(subject), _ => List(depth + 1));
            case { IsOperator: false, Text: "{" }:
                _cursor.Advance();
                return List(depth + 1) && _cursor.Take("}");
            case { IsOperator: false, Text: "!" }:
                _cursor.Advance();
                return Command(depth);
            case { IsOperator: false }:
                return Simple();
            default:
                return false;
        }
    }

    private bool Simple()
    {
        return ShellWords.Command(_cursor.TakeWords()) is { Count: > 0 } command && KnownCommand.TryRead(command, _documents, _kinds, _effects);
    }

    private bool If(int depth)
    {
        var isDecided = false;
        while (true)
        {
            _cursor.Advance(); // if, elif
            var start = _cursor.Position;
            if (!Condition(depth))
            {
                return false;
            }

            var holds = isDecided ? false : Evaluate(_cursor.Since(start));
            if (!_cursor.Take("then") || !Branch(depth, holds != false))
            {
                return false;
            }

            isDecided |= holds == true;
            if (Peek is { IsOperator: false, Text: "elif" })
            {
                continue;
            }

            if (Peek is { IsOperator: false, Text: "else" })
            {
                _cursor.Advance();
                if (!Branch(depth, !isDecided))
                {
                    return false;
                }
            }

            return _cursor.Take("fi") && Redirections();
        }
    }

    private bool Branch(int depth, bool isTaken)
    {
        if (isTaken)
        {
            return List(depth + 1);
        }

        Skip();
        return true;
    }

    private bool Condition(int depth)
    {
        _cursor.SkipSeparators();

        if (!Chain(depth + 1))
        {
            return false;
        }

        _cursor.SkipSeparators();

        return Peek is { IsOperator: false, Text: "then" };
    }

    // To the word that ends a branch, over everything that is opened and closed in it.
    private void Skip()
    {
        var open = 0;
        var isCommand = true;
        for (; Peek is { } token; _cursor.Advance())
        {
            if (token.IsOperator)
            {
                isCommand = true;
                continue;
            }

            if (!isCommand)
            {
                continue;
            }

            switch (token.Text)
            {
                case "if" or "case":
                    open++;
                    isCommand = token.Text == "if";
                    break;
                case "fi" or "elif" or "else" when open == 0:
                    return;
                case "fi" or "esac":
                    open--;
                    isCommand = false;
                    break;
                case "then" or "else" or "elif" or "do" or "!" or "{":
                    break;
                default:
                    isCommand = false;
                    break;
            }
        }
    }

    // What may stand behind "fi": "fi >/dev/null 2>&1".
    private bool Redirections()
    {
        var words = new List<string>();
        while (Peek is { IsOperator: false } token && !Ends(token))
        {
            words.Add(token.Text);
            _cursor.Advance();
        }

        return ShellWords.Command(words) is { Count: 0 };
    }

    // What a condition comes to on a first installation; null when that is not known.
    private bool? Evaluate(List<ShellToken> tokens)
    {
        bool? result = null;
        var joint = "";
        var words = new List<string>();
        foreach (var token in tokens.Append(new(";", true)))
        {
            if (!token.IsOperator)
            {
                words.Add(token.Text);
                continue;
            }

            if (words.Count > 0)
            {
                var one = EvaluateOne(string.Join(' ', words));
                words.Clear();
                result = joint switch
                {
                    "&&" => result == false || one == false ? false : result == true && one == true ? true : null,
                    "||" => result == true || one == true ? true : result == false && one == false ? false : null,
                    _ => one,
                };
            }

            if (!token.IsSeparator)
            {
                if (joint.Length > 0 && joint != token.Text)
                {
                    return null; // mixed: not worth the precedence
                }

                joint = token.Text;
            }
        }

        return result;
    }

    private bool? EvaluateOne(string test)
    {
        if (!_isFirstInstallation || Comparison().Match(test) is not { Success: true } match)
        {
            return null;
        }

        var order = 1.CompareTo(int.Parse(match.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture));
        return match.Groups["operator"].Value switch
        {
            "-eq" or "=" or "==" => order == 0,
            "-ne" or "!=" => order != 0,
            "-gt" => order > 0,
            "-ge" => order >= 0,
            "-lt" => order < 0,
            _ => order <= 0,
        };
    }

    [GeneratedRegex("""^(?:\[{1,2}|test) "?\$\{?1\}?"? (?<operator>-eq|-ne|-gt|-ge|-lt|-le|=|==|!=) (?<quote>['"]?)(?<number>[0-9]{1,6})\k<quote>(?: \]{1,2})?$""")]
    private static partial Regex Comparison();
}
