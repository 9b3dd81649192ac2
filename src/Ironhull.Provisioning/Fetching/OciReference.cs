using System.Net;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Fetching;

/// <summary>
/// What an <c>oci:</c> URL names: <c>oci://REGISTRY[:PORT]/REPOSITORY[:TAG|@DIGEST][?path=FILE]</c>. Without tag and digest it is the tag
/// <c>latest</c>.
/// </summary>
/// <param name="Registry">The registry's base, with a slash at its end: http on this machine itself, https elsewhere.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Tag">The tag or the digest of a manifest.</param>
/// <param name="File">The file of the image that is meant, absolute; null for the only layer as it is.</param>
public sealed record OciReference(Uri Registry, string Repository, string Tag, string? File)
{
    // Distribution specification: names of repositories and tags.
    private const int LongestName = 255;
    private const int LongestTag = 128;

    /// <summary>Reads a URL.</summary>
    /// <returns>Null when it is not such a URL.</returns>
    public static OciReference? Parse(string source)
    {
        if (GoUrl.Parse(source) is not { Scheme: "oci" } url || url.Host.Length == 0 || source["oci://".Length..].Split('/')[0].Contains('@', StringComparison.Ordinal))
        {
            return null;
        }

        var name = url.Path.TrimStart('/');
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var colon = at < 0 ? name.LastIndexOf(':') : -1;
        var (repository, tag) = at >= 0 ? (name[..at], name[(at + 1)..]) : colon >= 0 ? (name[..colon], name[(colon + 1)..]) : (name, "latest");
        var file = url.QueryValue("path");
        var isNamed = at >= 0 ? OciDigest.Parse(tag) is not null : IsTag(tag);
        return isNamed && IsRepository(repository) && (file is null || (file.Length > 1 && PathRules.Wrong(file) is null)) && Base(url.Host) is { } registry ? new(registry, repository, tag, file) : null;
    }

    private static Uri? Base(string host)
    {
        var name = host.StartsWith('[') ? host[..(host.IndexOf(']', StringComparison.Ordinal) + 1)].Trim('[', ']') : host.Split(':')[0];
        var isOwn = name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
        return Uri.TryCreate($"{(isOwn ? "http" : "https")}://{host}/", UriKind.Absolute, out var url) ? url : null;
    }

    private static bool IsRepository(string name) => name.Length is > 0 and <= LongestName && name.Split('/').All(part =>
        part.Length > 0 && char.IsAsciiLetterOrDigit(part[0]) && char.IsAsciiLetterOrDigit(part[^1]) && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-'));

    private static bool IsTag(string tag) =>
        tag.Length is > 0 and <= LongestTag && tag[0] is not ('.' or '-') && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
