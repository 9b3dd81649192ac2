using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;

namespace Ironhull.Provisioning.Planning;

/// <summary>Gives contents that are in the config itself, and remembers those that only a machine fetches.</summary>
internal sealed class PlanSources
{
    private readonly SortedSet<string> _fetched = new(StringComparer.Ordinal);

    /// <summary>The URLs that only a machine fetches, as <see cref="Shown"/>.</summary>
    public IReadOnlyList<string> Fetched => [.. _fetched];

    /// <summary>Whether a resource is not in the config itself.</summary>
    public static bool IsElsewhere(Resource resource) => resource.Source is { Length: > 0 } source && !DataUrl.Is(source);

    /// <summary>The contents; none for what is elsewhere.</summary>
    public byte[] Fetch(Resource resource)
    {
        if (!IsElsewhere(resource))
        {
            return ResourceContents.FromUrl(resource);
        }

        _fetched.Add(Shown(resource)!);
        return [];
    }

    /// <summary>A config; one that says nothing in place of what is elsewhere.</summary>
    public byte[] FetchConfig(Resource resource) => IsElsewhere(resource) && Fetch(resource).Length == 0 ? "{\"ignition\":{\"version\":\"3.0.0\"}}"u8.ToArray() : Fetch(resource);

    /// <summary>A source as it may be shown: of data only the kind, of URLs neither query nor password.</summary>
    public static string? Shown(Resource resource)
    {
        if (resource.Source is not { Length: > 0 } source || DataUrl.Is(source))
        {
            return resource.Source is null ? null : resource.Compression == "gzip" ? "data, gzip" : "data";
        }

        var url = source.Split('?', '#')[0];
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var slash = scheme < 0 ? -1 : url.IndexOf('/', scheme + 3);
        var at = scheme < 0 ? -1 : url.LastIndexOf('@', slash < 0 ? url.Length - 1 : slash);
        return at > scheme ? url[..(scheme + 3)] + url[(at + 1)..] : url;
    }
}
