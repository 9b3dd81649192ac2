using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Selinux;

/// <summary>
/// Writes a PCRE expression in the words of .NET, so that both mean the same of every path; what has no counterpart is refused rather
/// than matched differently.
/// </summary>
internal static class PcreTranslation
{
    // pcre2pattern(3), "POSIX character classes", in the C locale.
    private static readonly Dictionary<string, string> s_classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["blank"] = " \\t",
        ["digit"] = "0-9",
        ["lower"] = "a-z",
        ["space"] = "\\t-\\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    /// <summary>Translates.</summary>
    /// <exception cref="HullException">HULL5302: a construct that is not supported.</exception>
    public static string ToNet(string text, Location where)
    {
        var net = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    net.Append(Escape(text, ref i, inClass: false, where));
                    break;
                case '[':
                    Class(text, ref i, net, where);
                    break;
                case '(' when i + 1 < text.Length && text[i + 1] is '?' or '*' && !text.AsSpan(i).StartsWith("(?:"):
                    throw Unsupported(text, text.Substring(i, Math.Min(3, text.Length - i)), where);
                case '{' when i + 1 < text.Length && text[i + 1] == ',':
                    throw Unsupported(text, "{,", where);
                case '+' when i > 0 && text[i - 1] is '+' or '*' or '?' or '}' && (i < 2 || text[i - 2] != '\\'):
                    throw Unsupported(text, text.Substring(i - 1, 2), where);
                default:
                    net.Append(text[i]);
                    break;
            }
        }

        return net.ToString();
    }

    private static void Class(string text, ref int i, StringBuilder net, Location where)
    {
        var start = i;
        net.Append(text[i++]);
        if (i < text.Length && text[i] == '^')
        {
            net.Append(text[i++]);
        }

        if (i < text.Length && text[i] == ']')
        {
            net.Append("\\]");
            i++;
        }

        for (; i < text.Length && text[i] != ']'; i++)
        {
            if (text[i] == '\\')
            {
                net.Append(Escape(text, ref i, inClass: true, where));
            }
            else if (text[i] == '[' && i + 1 < text.Length && text[i + 1] is ':' or '.' or '=')
            {
                net.Append(NamedClass(text, ref i, where));
            }
            else
            {
                // .NET reads "-[" inside a class as a subtraction.
                net.Append(text[i] == '[' ? "\\[" : text[i].ToString());
            }
        }

        if (i == text.Length)
        {
            throw Unsupported(text, text[start..], where);
        }

        net.Append(']');
    }

    private static string NamedClass(string text, ref int i, Location where)
    {
        var end = text.IndexOf(":]", i, StringComparison.Ordinal);
        if (end > i + 2 && s_classes.TryGetValue(text[(i + 2)..end], out var members))
        {
            i = end + 1;
            return members;
        }

        throw Unsupported(text, text.Substring(i, Math.Min(3, text.Length - i)), where);
    }

    private static string Escape(string text, ref int i, bool inClass, Location where)
    {
        if (i + 1 == text.Length)
        {
            throw Unsupported(text, "\\", where);
        }

        var letter = text[++i];
        var members = letter switch
        {
            'd' => "0-9",
            'w' => "0-9A-Za-z_",
            's' => "\\t-\\r ",
            _ => null,
        };
        return members is not null
            ? inClass ? members : $"[{members}]"
            : letter is 't' or 'n' or 'r' or 'f'
            ? $"\\{letter}"
            : char.IsAsciiLetterOrDigit(letter)
            ? throw Unsupported(text, $"\\{letter}", where)
            : letter == '_' ? "_" : $"\\{letter}";
    }

    private static HullException Unsupported(string text, string part, Location where) =>
        SelinuxErrors.PathExpression.Error($"'{part}' in '{text}' is not supported.", where);
}
