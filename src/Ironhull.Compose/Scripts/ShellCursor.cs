namespace Ironhull.Compose.Scripts;

/// <summary>Goes through the tokens of a shell text, and through the frame of <c>case … esac</c>.</summary>
/// <param name="tokens">The tokens.</param>
internal sealed class ShellCursor(IReadOnlyList<ShellToken> tokens)
{
    /// <summary>The index of the next token.</summary>
    public int Position { get; private set; }

    /// <summary>The next token, or null at the end.</summary>
    public ShellToken? Peek => PeekAt(0);

    /// <summary>The token that comes so many after the next one, or null.</summary>
    public ShellToken? PeekAt(int ahead) => Position + ahead < tokens.Count ? tokens[Position + ahead] : null;

    /// <summary>Goes on.</summary>
    public void Advance(int by = 1) => Position += by;

    /// <summary>The tokens from an earlier position up to the next one.</summary>
    public List<ShellToken> Since(int start) => [.. tokens.Take(start..Position)];

    /// <summary>Passes over line ends and semicolons.</summary>
    public void SkipSeparators()
    {
        while (Peek is { IsSeparator: true })
        {
            Position++;
        }
    }

    /// <summary>Passes over a word, and separators before it.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Take(string word)
    {
        SkipSeparators();
        if (Peek is not { IsOperator: false } token || token.Text != word)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>Passes over the words of a simple command.</summary>
    public List<string> TakeWords()
    {
        var words = new List<string>();
        for (; Peek is { IsOperator: false } token; Position++)
        {
            words.Add(token.Text);
        }

        return words;
    }

    /// <summary>Reads <c>case SUBJECT in PATTERN) LIST ;; … esac</c>, the cursor on its first word.</summary>
    /// <param name="isSubject">Whether the subject may stand there.</param>
    /// <param name="branch">Reads a branch's list of commands; is told whether its pattern is <c>*</c> alone.</param>
    /// <returns>Whether all of it could be read, and the branches said so too.</returns>
    public bool Case(Func<string, bool> isSubject, Func<bool, bool> branch)
    {
        Position++;
        if (Peek is not { IsOperator: false } subject || !isSubject(subject.Text))
        {
            return false;
        }

        Position++;
        if (!Take("in"))
        {
            return false;
        }

        while (true)
        {
            SkipSeparators();
            if (Peek is not { } token)
            {
                return false;
            }

            if (token is { IsOperator: false, Text: "esac" })
            {
                Position++;
                return true;
            }

            if (!Patterns() || !branch(token.Text == "*") || !EndsBranch())
            {
                return false;
            }
        }
    }

    // Up to and over the parenthesis.
    private bool Patterns()
    {
        for (; Peek is { } pattern && pattern.Text != ")"; Position++)
        {
            if (pattern.IsSeparator || (pattern.IsOperator && pattern.Text is not ("|" or "(")))
            {
                return false;
            }
        }

        Position++;
        return true;
    }

    // The last branch needs no ";;".
    private bool EndsBranch()
    {
        if (Peek is { IsOperator: true, Text: ";;" })
        {
            Position++;
            return true;
        }

        return Peek is { IsOperator: false, Text: "esac" };
    }
}
