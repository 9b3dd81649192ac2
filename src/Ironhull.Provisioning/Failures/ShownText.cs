using System.Text;

namespace Ironhull.Provisioning.Failures;

/// <summary>Text as consoles, files of the EFI system partition and others off the machine may have it: no contents of a config, no passwords, nothing that steers a terminal.</summary>
public static class ShownText
{
    private const string Data = "data:";
    private const int LongestText = 600;

    /// <summary>Makes one line of a text. What a <c>data:</c> URL holds, and a URL's user, password and query, become "…"; long texts are cut.</summary>
    public static string Line(string text)
    {
        var shown = Rewrite(text, LongestText, c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c);
        return shown.Length >= LongestText ? $"{shown[..LongestText]}…" : shown;
    }

    /// <summary>A text of any lines without what a <c>data:</c> URL holds, and without a URL's user, password and query.</summary>
    public static string WithoutSecrets(string text) => Rewrite(text, int.MaxValue, c => c);

    private static string Rewrite(string text, int enough, Func<char, char> show)
    {
        var shown = new StringBuilder();
        for (var at = 0; at < text.Length && shown.Length < enough;)
        {
            if (IsStart(text, at, Data))
            {
                shown.Append(Data).Append('…');
                at = End(text, at);
            }
            else if (IsStart(text, at, "://"))
            {
                var end = End(text, at);
                shown.Append(Url(text[at..end]));
                at = end;
            }
            else
            {
                shown.Append(show(text[at]));
                at++;
            }
        }

        return shown.ToString();
    }

    private static bool IsStart(string text, int at, string word) => string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;

    // A URL ends where a blank, a control or a quote is: none of them can be in one.
    private static int End(string text, int at)
    {
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && !char.IsControl(text[at]) && text[at] is not ('"' or '\'' or '<' or '>' or '`'))
        {
            at++;
        }

        return at;
    }

    // From "://" on.
    private static string Url(string rest)
    {
        var authority = rest.IndexOf('/', 3) is var slash && slash < 0 ? rest.Length : slash;
        var user = rest.LastIndexOf('@', authority - 1);
        rest = user > 0 ? "://…@" + rest[(user + 1)..] : rest;
        var query = rest.IndexOfAny(['?', '#']);
        return new string([.. (query < 0 ? rest : rest[..query] + "?…").Where(c => !char.IsSurrogate(c))]);
    }
}
