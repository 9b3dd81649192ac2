using System.Globalization;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Merging;

/// <summary>Setuid, setgid and sticky have no effect in configs older than 3.4.0: they are taken away before such a config meets a newer one.</summary>
internal static class SpecialBits
{
    public static IgnitionConfig Without(IgnitionConfig config, SpecVersion version) =>
        version.Minor >= 4 || config.Node["storage"] is not ConfigObject storage ? config : new(Replace(config.Node, "storage", WithoutIn(storage)));

    private static ConfigObject WithoutIn(ConfigObject storage)
    {
        foreach (var key in (string[])["files", "directories"])
        {
            if (storage[key] is ConfigList list)
            {
                storage = Replace(storage, key, new ConfigList(list.Where, [.. list.Items.Select(Masked)]));
            }
        }

        return storage;
    }

    private static ConfigNode Masked(ConfigNode item) =>
        item is ConfigObject node && node["mode"] is ConfigNumber { Whole: { } mode } number
            ? Replace(node, "mode", new ConfigNumber(number.Where, (mode & 0x1FF).ToString(CultureInfo.InvariantCulture))) : item;

    private static ConfigObject Replace(ConfigObject node, string key, ConfigNode value) =>
        new(node.Where, [.. node.Entries.Select(e => e.Key == key ? e with { Value = value } : e)]);
}
