namespace Ironhull.Provisioning.Fetching;

/// <summary>
/// What a registry says about how it wants to know who asks (RFC 9110, 11.6.1): <c>Bearer realm="https://…",service="…",scope="…"</c>.
/// </summary>
internal static class OciChallenge
{
    private const string Scheme = "Bearer ";
    private const int Longest = 4096;

    /// <summary>Where the token is fetched.</summary>
    /// <param name="challenge">The header.</param>
    /// <param name="registry">The registry, which gives its word for a token server only in the manner it is asked itself: over https, if it is.</param>
    /// <param name="repository">What the token is for, if the registry does not say.</param>
    /// <returns>Null when it is no such challenge.</returns>
    public static Uri? TokenUrl(string challenge, Uri registry, string repository)
    {
        if (challenge.Length > Longest || !challenge.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var words = Words(challenge[Scheme.Length..]);
        if (!words.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && registry.Scheme == Uri.UriSchemeHttp)))
        {
            return null;
        }

        var query = $"scope={Uri.EscapeDataString(words.GetValueOrDefault("scope") ?? $"repository:{repository}:pull")}";
        query = words.TryGetValue("service", out var service) ? $"service={Uri.EscapeDataString(service)}&{query}" : query;
        return new($"{url.GetLeftPart(UriPartial.Path)}{(url.Query.Length > 1 ? url.Query + "&" : "?")}{query}");
    }

    private static Dictionary<string, string> Words(string text)
    {
        var words = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (text.Length > 0)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                break;
            }

            var name = text[..equals].Trim(' ', ',');
            var isQuoted = equals + 1 < text.Length && text[equals + 1] == '"';
            var start = isQuoted ? equals + 2 : equals + 1;
            var end = text.IndexOf(isQuoted ? '"' : ',', start);
            end = end < 0 ? text.Length : end;
            words.TryAdd(name, text[start..end]);
            text = end < text.Length ? text[(end + 1)..] : "";
        }

        return words;
    }
}
