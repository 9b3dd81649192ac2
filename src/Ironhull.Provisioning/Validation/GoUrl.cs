namespace Ironhull.Provisioning.Validation;

/// <summary>
/// A URL as upstream's language reads it (RFC 3986, a little laxer): what counts as a URL decides which configs are accepted.
/// </summary>
/// <param name="Scheme">In lower case; empty for none.</param>
/// <param name="Opaque">What follows the scheme where no slash does.</param>
/// <param name="Host">Host and port.</param>
/// <param name="Path">The path, percent-decoded.</param>
/// <param name="Query">What follows the question mark, as written.</param>
internal sealed record GoUrl(string Scheme, string Opaque, string Host, string Path, string Query)
{
    private const string HostExtra = "-_.~!$&'()*+,;=:[]<>\"";

    /// <summary>Reads a URL.</summary>
    /// <returns>Null when it is not one.</returns>
    public static GoUrl? Parse(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || text.Contains('\x7f', StringComparison.Ordinal))
        {
            return null;
        }

        var fragment = text.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0 && Decode(text[(fragment + 1)..]) is null)
        {
            return null;
        }

        if (!SplitScheme(fragment >= 0 ? text[..fragment] : text, out var scheme, out var rest))
        {
            return null;
        }

        var mark = rest.IndexOf('?', StringComparison.Ordinal);
        var query = mark >= 0 ? rest[(mark + 1)..] : "";
        rest = mark >= 0 ? rest[..mark] : rest;
        if (!rest.StartsWith('/'))
        {
            var segment = rest.Split('/')[0];
            return scheme.Length > 0 ? new(scheme, rest, "", "", query)
                : segment.Contains(':', StringComparison.Ordinal) ? null : WithPath(scheme, "", rest, query);
        }

        if (!rest.StartsWith("//", StringComparison.Ordinal) || (scheme.Length == 0 && rest.StartsWith("///", StringComparison.Ordinal)))
        {
            return WithPath(scheme, "", rest, query);
        }

        var slash = rest.IndexOf('/', 2);
        var authority = slash < 0 ? rest[2..] : rest[2..slash];
        return ParseHost(authority) is { } host ? WithPath(scheme, host, slash < 0 ? "" : rest[slash..], query) : null;
    }

    /// <summary>The first value of a key of the query; null when the key is not there.</summary>
    public string? QueryValue(string key)
    {
        foreach (var pair in Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode((equals < 0 ? pair : pair[..equals]).Replace('+', ' '));
            if (name == key)
            {
                return equals < 0 ? "" : Decode(pair[(equals + 1)..].Replace('+', ' ')) ?? "";
            }
        }

        return null;
    }

    private static GoUrl? WithPath(string scheme, string host, string path, string query) =>
        Decode(path) is { } decoded ? new(scheme, "", host, decoded, query) : null;

    private static bool SplitScheme(string text, out string scheme, out string rest)
    {
        (scheme, rest) = ("", text);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetter(c) || (i > 0 && (char.IsAsciiDigit(c) || c is '+' or '-' or '.')))
            {
                continue;
            }

            if (c == ':')
            {
                (scheme, rest) = (text[..i].ToLowerInvariant(), text[(i + 1)..]);
                return i > 0;
            }

            return true;
        }

        return true;
    }

    private static string? ParseHost(string authority)
    {
        var at = authority.LastIndexOf('@');
        if (at >= 0 && (Decode(authority[..at]) is null || !authority.AsSpan(0, at).ContainsOnlyUserInfo()))
        {
            return null;
        }

        var host = authority[(at + 1)..];
        var portAt = host.LastIndexOf(':');
        if (host.StartsWith('['))
        {
            var close = host.LastIndexOf(']');
            if (close < 0)
            {
                return null;
            }

            portAt = close + 1 < host.Length ? close + 1 : -1;
            if (portAt >= 0 && host[portAt] != ':')
            {
                return null;
            }
        }

        if (portAt >= 0 && host.AsSpan(portAt + 1).ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        foreach (var c in host)
        {
            if (c < 0x80 && c != '%' && !char.IsAsciiLetterOrDigit(c) && !HostExtra.Contains(c, StringComparison.Ordinal))
            {
                return null;
            }
        }

        // In a host, only bytes beyond ASCII and the zone's percent sign may be escaped.
        for (var i = host.IndexOf('%', StringComparison.Ordinal); i >= 0; i = host.IndexOf('%', i + 1))
        {
            if (i + 2 >= host.Length || !char.IsAsciiHexDigit(host[i + 1]) || !char.IsAsciiHexDigit(host[i + 2]) || (host[i + 1] < '8' && host.Substring(i, 3) != "%25"))
            {
                return null;
            }
        }

        return host;
    }

    private static string? Decode(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return null;
            }
        }

        return Uri.UnescapeDataString(text);
    }
}

/// <summary>Characters of URLs.</summary>
internal static class UrlCharacters
{
    /// <summary>Whether a user and password hold only what may stand there.</summary>
    public static bool ContainsOnlyUserInfo(this ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"-._:~!$&'()*+,;=%@".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
