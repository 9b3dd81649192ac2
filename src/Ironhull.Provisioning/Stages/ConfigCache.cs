using Ironhull.Diagnostics;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Stages;

/// <summary>The config that the fetch stages leave to the others: merged, checked, its certificate authorities inside.</summary>
public static class ConfigCache
{
    /// <summary>A config that asks for nothing.</summary>
    public static IgnitionConfig Empty { get; } = ConfigReader.Read(System.Text.Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"{SpecVersion.NewestStable}\"}}}}"), "none").Require();

    /// <summary>Reads the cache.</summary>
    /// <exception cref="HullException">HULL8086: there is none; or it is refused.</exception>
    public static IgnitionConfig Read(string path) => ConfigReader.Read(
        StageFile.Read(path) ?? throw ProvisioningErrors.StageFiles.Error($"{path} is not there: no config was fetched.", new Location(path)), path).Require();

    /// <summary>Writes the cache, mode 0640.</summary>
    /// <exception cref="HullException">HULL8086; or a certificate authority cannot be fetched.</exception>
    public static void Write(string path, IgnitionConfig config, ResourceFetcher fetcher) => StageFile.Write(path, ConfigJson.Write(WithAuthorities(config, fetcher)));

    private static ConfigObject WithAuthorities(IgnitionConfig config, ResourceFetcher fetcher) =>
        config.Ignition.CertificateAuthorities.Count == 0 ? config.Node : Change(config.Node, ["ignition", "security", "tls", "certificateAuthorities"], list =>
            new ConfigList(list.Where, [.. ((ConfigList)list).Items.Select(item => item is ConfigObject node ? Inside(node, fetcher) : item)]));

    private static ConfigObject Inside(ConfigObject node, ResourceFetcher fetcher)
    {
        var url = DataUrl.Encode(fetcher.Authority(new Resource(node)));
        return new(node.Where, [.. node.Entries.Where(e => e.Key is not ("compression" or "httpHeaders")).Select(e => e.Key == "source" ? e with { Value = new ConfigText(e.Where, url) } : e)]);
    }

    private static ConfigObject Change(ConfigObject node, ReadOnlySpan<string> path, Func<ConfigNode, ConfigNode> change)
    {
        var entries = new List<ConfigEntry>(node.Entries.Count);
        foreach (var entry in node.Entries)
        {
            entries.Add(entry.Key != path[0] ? entry : entry with { Value = path.Length == 1 ? change(entry.Value) : Change((ConfigObject)entry.Value, path[1..], change) });
        }

        return new(node.Where, entries);
    }
}
