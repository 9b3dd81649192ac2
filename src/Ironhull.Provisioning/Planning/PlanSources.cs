using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;

namespace Ironhull.Provisioning.Planning;

/// <summary>Gives contents that are in the config itself, and remembers those that only a machine fetches.</summary>
internal sealed class PlanSources
{
    private readonly SortedSet<string> _fetched = new(StringComparer.Ordinal);

    /// <summary>The URLs that only a machine fetches, as they may be shown.</summary>
    public IReadOnlyList<string> Fetched => [.. _fetched];

    /// <summary>The contents; none for what is elsewhere.</summary>
    public byte[] Fetch(Resource resource)
    {
        if (!ShownSource.IsElsewhere(resource))
        {
            return ResourceContents.FromUrl(resource);
        }

        _fetched.Add(ShownSource.Text(resource)!);
        return [];
    }

    /// <summary>A config; one that says nothing in place of what is elsewhere.</summary>
    public byte[] FetchConfig(Resource resource) => ShownSource.IsElsewhere(resource) && Fetch(resource).Length == 0 ? "{\"ignition\":{\"version\":\"3.0.0\"}}"u8.ToArray() : Fetch(resource);
}
