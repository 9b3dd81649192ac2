using System.Net;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Reporting;

/// <summary>
/// The texts of the elements of a small XML document, by their local names: what a cloud's services answer and its discs hold. Document
/// types are refused, so that no entity makes a document grow.
/// </summary>
public sealed class XmlElements
{
    private const int LargestDocument = 1 << 20;
    private const int DeepestElement = 64;
    private readonly List<(string Path, string Text)> _texts = [];

    private XmlElements()
    {
    }

    /// <summary>Reads a document.</summary>
    /// <param name="document">UTF-8, with or without a byte order mark.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="HullException">HULL8090: it is not XML, or larger or deeper than such documents are.</exception>
    public static XmlElements Read(ReadOnlySpan<byte> document, string source)
    {
        if (document.Length > LargestDocument)
        {
            throw Malformed(source, $"has {document.Length} bytes");
        }

        var elements = new XmlElements();
        elements.Scan(Encoding.UTF8.GetString(document).TrimStart('\uFEFF'), source);
        return elements;
    }

    /// <summary>The texts of the elements whose path ends in these local names, outermost first, in the document's order.</summary>
    /// <param name="names">Local names with slashes between them: <c>PublicKey/Value</c>.</param>
    public IEnumerable<string> All(string names) => _texts.Where(t => t.Path.EndsWith("/" + names, StringComparison.Ordinal)).Select(t => t.Text);

    /// <summary>The first of them; null when there is none or it is empty.</summary>
    public string? this[string names] => All(names).FirstOrDefault() is { Length: > 0 } text ? text : null;

    private void Scan(string text, string source)
    {
        var open = new Stack<(string Name, string Path, StringBuilder Text)>();
        var at = 0;
        var elements = 0;
        while (at < text.Length)
        {
            var tag = text.IndexOf('<', at);
            Append(open, WebUtility.HtmlDecode(text[at..(tag < 0 ? text.Length : tag)]), source);
            if (tag < 0)
            {
                break;
            }

            var rest = text.AsSpan(tag);
            if (rest.StartsWith("<!--"))
            {
                at = After(text, "-->", tag + 4, source);
            }
            else if (rest.StartsWith("<![CDATA["))
            {
                at = After(text, "]]>", tag + 9, source);
                Append(open, text[(tag + 9)..(at - 3)], source);
            }
            else if (rest.StartsWith("<?"))
            {
                at = After(text, "?>", tag + 2, source);
            }
            else if (rest.StartsWith("<!"))
            {
                throw Malformed(source, "has a document type");
            }
            else
            {
                at = Tag(open, text, tag, source);
                elements++;
            }
        }

        if (open.Count > 0 || elements == 0)
        {
            throw Malformed(source, elements == 0 ? "is not XML" : $"ends inside the element {open.Peek().Name}");
        }
    }

    private int Tag(Stack<(string Name, string Path, StringBuilder Text)> open, string text, int tag, string source)
    {
        var end = End(text, tag + 1, source);
        var inner = text[(tag + 1)..end];
        if (inner.StartsWith('/'))
        {
            if (!open.TryPop(out var closed) || closed.Name != inner[1..].Trim())
            {
                throw Malformed(source, $"closes the element {inner[1..].Trim()}, which is not open");
            }

            _texts.Add((closed.Path, closed.Text.ToString().Trim()));
            return end + 1;
        }

        var isEmpty = inner.EndsWith('/');
        var length = inner.AsSpan().IndexOfAny(" \t\r\n/");
        var name = length < 0 ? inner : inner[..length];
        if (name.Length == 0 || open.Count >= DeepestElement)
        {
            throw Malformed(source, name.Length == 0 ? "has an element without a name" : $"has elements below one another {DeepestElement} times");
        }

        var path = $"{(open.Count > 0 ? open.Peek().Path : "")}/{name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]}";
        if (isEmpty)
        {
            _texts.Add((path, ""));
        }
        else
        {
            open.Push((name, path, new()));
        }

        return end + 1;
    }

    // The end of a tag; quoted values may hold anything.
    private static int End(string text, int at, string source)
    {
        var quote = '\0';
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quote == '\0' && c == '>')
            {
                return at;
            }

            quote = quote == '\0' ? (c is '"' or '\'' ? c : '\0') : c == quote ? '\0' : quote;
        }

        throw Malformed(source, "ends inside a tag");
    }

    private static int After(string text, string mark, int at, string source) =>
        text.IndexOf(mark, at, StringComparison.Ordinal) is var found && found >= 0 ? found + mark.Length : throw Malformed(source, $"has no '{mark}' where one must follow");

    private static void Append(Stack<(string Name, string Path, StringBuilder Text)> open, string text, string source)
    {
        if (open.Count > 0)
        {
            open.Peek().Text.Append(text);
        }
        else if (text.Trim().Length > 0)
        {
            throw Malformed(source, "is not XML");
        }
    }

    private static HullException Malformed(string source, string what) => ProvisioningErrors.PlatformAnswer.Error($"{source} {what}.", new Location(source));
}
