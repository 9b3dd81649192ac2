using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Fetching;

/// <summary>Tells whether a config needs the network before it is applied: a source that is elsewhere, or a volume that is unlocked from elsewhere.</summary>
public static class NetworkNeed
{
    private static readonly string[] s_schemes = ["http:", "https:", "tftp:", "s3:", "arn:", "gs:", "oci:"];

    /// <summary>Whether a URL leads to another machine.</summary>
    public static bool IsRemote(string url) => s_schemes.Any(s => url.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a config needs the network.</summary>
    public static bool Of(IgnitionConfig config) =>
        AnySource(config.Node, 0) || config.Storage.Luks.Any(l => l.Clevis.Custom.NeedsNetwork == true || l.Clevis.Tang.Any(t => t.Advertisement is not { Length: > 0 }));

    // Sources are the only keys of this name.
    private static bool AnySource(ConfigNode node, int depth) => depth < 64 && node switch
    {
        ConfigObject map => map.Entries.Any(e => (e.Key == "source" && e.Value is ConfigText text && IsRemote(text.Value)) || AnySource(e.Value, depth + 1)),
        ConfigList list => list.Items.Any(i => AnySource(i, depth + 1)),
        _ => false,
    };
}
