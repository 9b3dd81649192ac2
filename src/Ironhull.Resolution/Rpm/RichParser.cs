using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>
/// Reads rich dependencies. As rpm does when it builds a package, it refuses different operators in one pair of parentheses, more than
/// two operands for anything but <c>and</c>, <c>or</c> and <c>with</c>, <c>if</c> directly within <c>or</c> and <c>unless</c>, <c>unless</c> directly
/// within <c>and</c> and <c>if</c> (conditions aside), and everything but <c>or</c>, <c>with</c> and <c>without</c> within <c>with</c> and
/// <c>without</c>. Unlike rpm it takes either of <c>if</c> and <c>unless</c> outermost, whatever the dependency is for, as dnf5 does.
/// </summary>
internal ref struct RichParser
{
    /// <summary>How deep parentheses may nest.</summary>
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<char> _text;
    private readonly string _owner;
    private int _at;

    private RichParser(ReadOnlySpan<char> text, string owner)
    {
        _text = text;
        _owner = owner;
    }

    /// <summary>The tree of a dependency, rich or not.</summary>
    /// <param name="dependency">The dependency.</param>
    /// <param name="owner">Who states it, for the message.</param>
    /// <exception cref="HullException">HULL3102: it cannot be read.</exception>
    public static RichNode Parse(RpmDependency dependency, string owner)
    {
        if (!dependency.IsRich)
        {
            return new RichNode.Leaf(dependency);
        }

        var parser = new RichParser(dependency.Name, owner);
        var node = parser.Group(0);
        parser.SkipSpace();
        return parser._at == parser._text.Length ? node : throw parser.Error("something follows the last parenthesis");
    }

    private RichNode Group(int depth)
    {
        if (depth == MaxDepth)
        {
            throw Error($"its parentheses nest more than {MaxDepth} deep");
        }

        _at++;
        var operands = new List<RichNode> { Operand(depth) };
        RichOperator? used = null;
        var hasElse = false;
        while (!Closes())
        {
            var word = Word();
            if (word is "else" && used is RichOperator.If or RichOperator.Unless && !hasElse)
            {
                hasElse = true;
            }
            else
            {
                used = Chain(used, word.ToString(), hasElse);
            }

            operands.Add(Operand(depth));
        }

        _at++;
        if (used is null)
        {
            return operands[0];
        }

        CheckNesting(used.Value, operands);
        return new RichNode.Operation(used.Value, operands);
    }

    private readonly RichOperator Chain(RichOperator? used, string word, bool hasElse)
    {
        RichOperator next = word switch
        {
            "and" => RichOperator.And,
            "or" => RichOperator.Or,
            "if" => RichOperator.If,
            "unless" => RichOperator.Unless,
            "with" => RichOperator.With,
            "without" => RichOperator.Without,
            _ => throw Error($"'{word}' is no operator"),
        };
        return used is null || (used == next && !hasElse && next is RichOperator.And or RichOperator.Or or RichOperator.With)
            ? next
            : throw Error($"'{word}' needs parentheses of its own");
    }

    private readonly void CheckNesting(RichOperator used, List<RichNode> operands)
    {
        for (var i = 0; i < operands.Count; i++)
        {
            if (operands[i] is RichNode.Operation inner && !Allows(used, i, inner.Operator))
            {
                throw Error($"'{Name(inner.Operator)}' cannot be used within '{Name(used)}'");
            }
        }
    }

    // What "if" and "unless" say counts like an operand of "and" and "or"; what they ask stands for itself.
    private static bool Allows(RichOperator used, int operand, RichOperator inner) => used switch
    {
        RichOperator.With or RichOperator.Without => inner is RichOperator.Or or RichOperator.With or RichOperator.Without,
        RichOperator.If or RichOperator.Unless when operand == 1 => true,
        RichOperator.Or or RichOperator.Unless => inner != RichOperator.If,
        _ => inner != RichOperator.Unless,
    };

    private static string Name(RichOperator used) => used.ToString().ToLowerInvariant();

    private RichNode Operand(int depth)
    {
        SkipSpace();
        if (_at < _text.Length && _text[_at] == '(')
        {
            return Group(depth + 1);
        }

        var name = Word().ToString();
        SkipSpace();
        var relation = Relation();
        if (relation == VersionRelation.Any)
        {
            return new RichNode.Leaf(new RpmDependency(name, relation, ""));
        }

        SkipSpace();
        return new RichNode.Leaf(new RpmDependency(name, relation, Word().ToString()));
    }

    /// <summary>Up to a space or a parenthesis that was not opened within the word.</summary>
    private ReadOnlySpan<char> Word()
    {
        SkipSpace();
        var start = _at;
        var open = 0;
        for (; _at < _text.Length && !char.IsWhiteSpace(_text[_at]); _at++)
        {
            if (_text[_at] == '(')
            {
                open++;
            }
            else if (_text[_at] == ')' && open-- == 0)
            {
                break;
            }
        }

        return _at > start ? _text[start.._at] : throw Error("a name, a version or a closing parenthesis is missing");
    }

    private VersionRelation Relation()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is '<' or '=' or '>')
        {
            _at++;
        }

        return _text[start.._at] switch
        {
            "" => VersionRelation.Any,
            "<" => VersionRelation.Earlier,
            "<=" or "=<" => VersionRelation.EarlierOrEqual,
            "=" or "==" => VersionRelation.Equal,
            ">=" or "=>" => VersionRelation.LaterOrEqual,
            ">" => VersionRelation.Later,
            _ => throw Error($"'{_text[start.._at]}' is no relation between versions"),
        };
    }

    private bool Closes()
    {
        SkipSpace();
        return _at < _text.Length && _text[_at] == ')';
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private readonly HullException Error(string why) =>
        ResolutionErrors.MalformedRichDependency.Error($"The dependency '{_text}' of {_owner} cannot be read: {why}.");
}
