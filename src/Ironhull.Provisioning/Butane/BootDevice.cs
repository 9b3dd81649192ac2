using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Translation;
using Ironhull.Yaml;

namespace Ironhull.Provisioning.Butane;

/// <summary>
/// Makes the storage section that <c>boot_device</c> stands for: a mirrored boot disk, an encrypted root, or both. Partition types and sizes are
/// those of Fedora CoreOS's own disk; a mirrored partition is not smaller than the one it copies.
/// </summary>
internal sealed class BootDevice(ButaneVersion version, ButaneReader reader)
{
    private const string Path = "$.boot_device";
    private const string Reserved = "8DA63339-0007-60C0-C436-083AC8230908";
    private const string BiosBoot = "21686148-6449-6E6F-744E-656564454649";
    private const string Prep = "9E1A2D38-C612-4316-AA26-8B49521E5A8B";
    private const string Esp = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

    private static readonly SpecObject Luks = new(
        null,
        new("cex", SpecType.Of(new(null, new SpecField("enabled", SpecType.Truth))), 5),
        new("device", SpecType.Text, 5),
        new("discard", SpecType.Truth, 4),
        new("tang", SpecType.ListOf(IgnitionSchema.Tang)),
        new("threshold", SpecType.Integer),
        new("tpm2", SpecType.Truth));

    private static readonly SpecObject Fields = new(
        null, new("layout", SpecType.Text), new("luks", SpecType.Of(Luks)), new("mirror", SpecType.Of(new(null, new SpecField("devices", SpecType.Texts)))));

    /// <summary>The section, or null when nothing is wanted.</summary>
    public ConfigObject? Make(YamlNode node)
    {
        var section = reader.Object(node, Fields, Path);
        var layout = (section["layout"] as ConfigText)?.Value ?? "x86_64";
        var luks = section["luks"] as ConfigObject ?? new ConfigObject(section.Where, []);
        var devices = ((section["mirror"] as ConfigObject)?["devices"] as ConfigList)?.Items.OfType<ConfigText>().Select(d => d.Value).ToList() ?? [];
        var hasCex = (luks["cex"] as ConfigObject)?["enabled"] is ConfigTruth { Value: true };
        var hasLuks = hasCex || luks["tpm2"] is ConfigTruth { Value: true } || luks["tang"] is ConfigList { Items.Count: > 0 };
        if (Wrong(layout, luks, devices, hasCex) is { } wrong)
        {
            reader.Error(ProvisioningErrors.YamlConfig, wrong, Path, node);
            return null;
        }

        return hasLuks || devices.Count > 0 ? Storage(section.Where, layout, luks, devices, hasLuks, hasCex) : null;
    }

    private string? Wrong(string layout, ConfigObject luks, List<string> devices, bool hasCex)
    {
        var isMainframe = layout is "s390x-eckd" or "s390x-zfcp" or "s390x-virt";
        var device = (luks["device"] as ConfigText)?.Value ?? "";
        return layout is not ("x86_64" or "aarch64" or "ppc64le") && !(isMainframe && version.Minor >= 6) ? $"the layout {layout} is not known"
            : devices.Count == 1 ? "a mirror needs two devices"
            : isMainframe && devices.Count > 0 ? "mirrors are not known on s390x"
            : hasCex && !isMainframe ? "cex is known on s390x only"
            : hasCex && (luks["tang"] is not null || luks["tpm2"] is ConfigTruth { Value: true }) ? "cannot use cex with clevis"
            : layout == "s390x-eckd" && !IsDevice(device, "/dev/dasd") ? "luks.device has to be a whole disk /dev/dasdX"
            : layout == "s390x-zfcp" && !IsDevice(device, "/dev/sd") ? "luks.device has to be a whole disk /dev/sdX" : null;
    }

    private static bool IsDevice(string device, string prefix) => device.StartsWith(prefix, StringComparison.Ordinal) && device.Length == prefix.Length + 1 && char.IsAsciiLetterLower(device[^1]);

    private static ConfigObject Storage(Place where, string layout, ConfigObject luks, List<string> devices, bool hasLuks, bool hasCex)
    {
        var filesystems = new List<ConfigNode>();
        var result = new ObjectBuilder(where);
        if (devices.Count > 0)
        {
            result.Set("disks", [.. devices.Select((d, i) => (ConfigNode)Disk(where, layout, d, i + 1))]);
            result.Set("raid", [Array(where, "boot", devices.Count, "--metadata=1.0"), Array(where, "root", devices.Count, null)]);
            if (layout is "x86_64" or "aarch64")
            {
                filesystems.AddRange(devices.Select((_, i) => Filesystem(where, $"/dev/disk/by-partlabel/esp-{i + 1}", "vfat", $"esp-{i + 1}")));
            }

            filesystems.Add(Filesystem(where, "/dev/md/md-boot", "ext4", "boot"));
        }

        if (hasLuks)
        {
            result.Set("luks", [Volume(where, layout, luks, devices.Count > 0, hasCex)]);
        }

        filesystems.Add(Filesystem(where, hasLuks ? "/dev/mapper/root" : "/dev/md/md-root", "xfs", "root"));
        return result.Set("filesystems", filesystems).Build();
    }

    private static ConfigObject Disk(Place where, string layout, string device, int number)
    {
        var (first, firstSize, firstType) = layout switch { "x86_64" => ("bios", 1, BiosBoot), "ppc64le" => ("prep", 4, Prep), _ => ("reserved", 1, Reserved) };
        var (second, secondSize, secondType) = layout is "x86_64" or "aarch64" ? ("esp", 127, Esp) : ("reserved", 1, Reserved);
        return new ObjectBuilder(where).Set("device", device).Set("wipeTable", true).Set(
            "partitions",
            [
                Partition(where, first, number, firstSize, firstType), Partition(where, second, number, secondSize, secondType),
                Partition(where, "boot", number, 384, null), Partition(where, "root", number, null, null),
            ]).Build();
    }

    private static ConfigObject Partition(Place where, string label, int number, long? size, string? type)
    {
        var result = new ObjectBuilder(where).Set("label", string.Create(CultureInfo.InvariantCulture, $"{label}-{number}"));
        if (size is { } mebibytes)
        {
            result.Set("sizeMiB", mebibytes);
        }

        return (type is null ? result : result.Set("typeGuid", type)).Build();
    }

    private static ConfigObject Array(Place where, string name, int count, string? option)
    {
        var devices = Enumerable.Range(1, count).Select(i => (ConfigNode)new ConfigText(where, string.Create(CultureInfo.InvariantCulture, $"/dev/disk/by-partlabel/{name}-{i}")));
        return new ObjectBuilder(where).Set("devices", [.. devices]).Set("level", "raid1").Set("name", $"md-{name}")
            .Set("options", option is null ? [] : [new ConfigText(where, option)]).Build();
    }

    private static ConfigObject Filesystem(Place where, string device, string format, string label) =>
        new ObjectBuilder(where).Set("device", device).Set("format", format).Set("label", label).Set("wipeFilesystem", true).Build();

    private static ConfigObject Volume(Place where, string layout, ConfigObject luks, bool isMirrored, bool hasCex)
    {
        var device = (luks["device"] as ConfigText)?.Value ?? "";
        var result = new ObjectBuilder(where)
            .Set("device", layout switch { "s390x-eckd" => device + "2", "s390x-zfcp" => device + "4", _ => isMirrored ? "/dev/md/md-root" : "/dev/disk/by-partlabel/root" })
            .Set("discard", luks["discard"]).Set("label", "luks-root").Set("name", "root").Set("wipeVolume", true);
        var clevis = new ObjectBuilder(where).Set("tang", luks["tang"]).Set("threshold", luks["threshold"]).Set("tpm2", luks["tpm2"]);
        return (hasCex ? result.Set("cex", luks["cex"]) : result.Set("clevis", clevis)).Build();
    }
}
