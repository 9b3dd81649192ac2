using System.Text;
using System.Text.RegularExpressions;

namespace Ironhull.Compose.Scripts.Rpm;

/// <summary>One statement of a shell text: a simple command, or a compound one with everything in it.</summary>
/// <param name="Text">The lines as they stand, without blank ends.</param>
/// <param name="Tokens">Its words and operators; null when it cannot be read. A here-document is the word that <see cref="ShellStatements.Placeholder"/> gives.</param>
/// <param name="Documents">The here-documents' texts.</param>
internal sealed record ShellStatement(string Text, List<ShellToken>? Tokens, IReadOnlyList<string> Documents);

/// <summary>Takes a shell text apart into statements, so that those that are known can be told from the rest.</summary>
internal static partial class ShellStatements
{
    /// <summary>A longer text is one statement that cannot be read: no scriptlet of a distribution comes near it.</summary>
    private const int LongestText = 1 << 16;

    /// <summary>A statement of more lines is not read, and neither is what follows it: something is left open.</summary>
    private const int LongestStatement = 400;

    /// <summary>The word that stands for a here-document.</summary>
    public static string Placeholder(int index) => $"@document{index}@";

    /// <summary>The statements in their order; comments and blank lines between them are left out.</summary>
    public static IReadOnlyList<ShellStatement> Split(string text)
    {
        if (text.Length > LongestText)
        {
            return [new(text.TrimEnd(), null, [])];
        }

        var lines = text.Split('\n');
        var statements = new List<ShellStatement>();
        for (var i = 0; i < lines.Length;)
        {
            var line = lines[i].TrimStart();
            if (line.Trim().Length == 0 || line[0] == '#')
            {
                i++;
                continue;
            }

            statements.Add(Next(lines, ref i));
        }

        return statements;
    }

    // Lines are added until everything that was opened is closed.
    private static ShellStatement Next(string[] lines, ref int i)
    {
        var (shown, read, documents, start) = (new StringBuilder(), new StringBuilder(), new List<string>(), i);
        while (true)
        {
            var line = lines[i++];
            shown.Append(line.TrimEnd()).Append('\n');
            read.Append(TakeDocuments(line, lines, ref i, shown, documents)).Append('\n');
            var tokens = ShellTokenizer.Tokenize(read.ToString());
            var isOpen = tokens is null || line.EndsWith('\\') || !IsClosed(tokens);
            if (isOpen && i - start > LongestStatement)
            {
                shown.AppendJoin('\n', lines[i..]);
                i = lines.Length;
            }

            if (!isOpen || i == lines.Length)
            {
                return new(shown.ToString().TrimEnd(), isOpen ? null : tokens, documents);
            }
        }
    }

    // The line with a placeholder for each here-document; the documents' lines are read.
    private static string TakeDocuments(string line, string[] lines, ref int i, StringBuilder shown, List<string> documents)
    {
        if (line.Contains("<<<", StringComparison.Ordinal))
        {
            return line;
        }

        var at = i;
        var result = HereDocument().Replace(line, match =>
        {
            var (word, isIndented) = (match.Groups["word"].Value, match.Groups["dash"].Success);
            var document = new StringBuilder();
            while (at < lines.Length)
            {
                var raw = lines[at++];
                shown.Append(raw).Append('\n');
                var text = isIndented ? raw.TrimStart('\t') : raw;
                if (text == word)
                {
                    break;
                }

                document.Append(text).Append('\n');
            }

            documents.Add(document.ToString());
            return $" {Placeholder(documents.Count - 1)} ";
        });
        i = at;
        return result;
    }

    private static bool IsClosed(List<ShellToken> tokens)
    {
        var open = new Stack<string>();
        var isCommand = true;
        foreach (var token in tokens)
        {
            if (token.IsOperator)
            {
                if (token.Text == "(")
                {
                    open.Push("(");
                }
                else if (token.Text == ")" && open.Count > 0 && open.Peek() == "(")
                {
                    open.Pop();
                }

                isCommand = true;
                continue;
            }

            if (!isCommand)
            {
                continue;
            }

            switch (token.Text)
            {
                case "if" or "case" or "{":
                    open.Push(token.Text);
                    isCommand = token.Text != "case";
                    break;
                case "while" or "until" or "for" or "select":
                    open.Push("loop");
                    isCommand = token.Text is "while" or "until";
                    break;
                case "fi" or "esac" or "}" or "done":
                    var opened = token.Text switch { "fi" => "if", "esac" => "case", "}" => "{", _ => "loop" };
                    if (open.Count > 0 && open.Peek() == opened)
                    {
                        open.Pop();
                    }

                    isCommand = false;
                    break;
                case "then" or "else" or "elif" or "do" or "!":
                    break;
                default:
                    isCommand = false;
                    break;
            }
        }

        return open.Count == 0 && !(tokens.FindLast(t => !t.IsSeparator) is { IsOperator: true, Text: "&&" or "||" or "|" });
    }

    [GeneratedRegex("""<<(?<dash>-)?[ \t]*(?<quote>['"]?)\\?(?<word>[A-Za-z_][A-Za-z0-9_]*)\k<quote>""")]
    private static partial Regex HereDocument();
}
