using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Merging;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Translation;
using Ironhull.Provisioning.Validation;
using Ironhull.Yaml;

namespace Ironhull.Provisioning.Butane;

/// <summary>A config that was converted.</summary>
/// <param name="Config">The Ignition config; null when the YAML is refused.</param>
/// <param name="Version">What it was written as; null when that cannot be told.</param>
/// <param name="Findings">What was found, with places in the YAML file, ordered by place.</param>
public sealed record ButaneConversion(IgnitionConfig? Config, ButaneVersion? Version, IReadOnlyList<Finding> Findings);

/// <summary>
/// Converts configs that people write in YAML, in the form of Butane's variants fcos and flatcar, to Ignition. The same YAML and files always
/// give the same config.
/// </summary>
/// <param name="filesFolder">The folder that <c>local</c> files and trees are in, or null when none may be read.</param>
public sealed class ButaneConverter(string? filesFolder)
{
    private readonly LocalFiles _files = new(filesFolder);

    /// <summary>Converts a config.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="source">The name of the file that findings show.</param>
    /// <returns>The config and what was found; errors of the input are findings, not exceptions.</returns>
    public ButaneConversion Convert(string text, string source)
    {
        var findings = new FindingList();
        ButaneVersion? version = null;
        IgnitionConfig? config = null;
        try
        {
            var root = YamlDocument.Parse(text, source);
            version = VersionOf(root);
            config = Convert((YamlMap)root, version, findings);
            if (!findings.HasErrors)
            {
                Check(config, version, findings);
            }
        }
        catch (HullException e)
        {
            foreach (var diagnostic in e.Diagnostics)
            {
                findings.Add(new(FindingLevel.Error, diagnostic.Code, "$", new(source, Math.Max(1, diagnostic.Where?.Line ?? 1), Math.Max(1, diagnostic.Where?.Column ?? 1)), diagnostic.Message.TrimEnd('.')));
            }
        }

        return new(findings.HasErrors ? null : config, version, findings.Items);
    }

    private static ButaneVersion VersionOf(YamlNode root)
    {
        if (root is not YamlMap map)
        {
            throw ProvisioningErrors.WrongType.Error($"A map is expected, not {root.Kind}.", root.Where);
        }

        var (variant, number) = (ButaneReader.TextOf(map, "variant"), ButaneReader.TextOf(map, "version"));
        return ButaneVersion.All.FirstOrDefault(v => v.Variant == variant && $"1.{v.Minor}.0" == number)
            ?? throw ProvisioningErrors.UnsupportedVariant.Error(
                $"The variant '{variant}' in version '{number}' is not known; known are {string.Join(", ", ButaneVersion.All)}.", (map.TryGetValue("variant", out var node) ? node : map).Where);
    }

    private IgnitionConfig Convert(YamlMap root, ButaneVersion version, FindingList findings)
    {
        var reader = new ButaneReader(version, _files, findings);
        string[] more = ["variant", "version", .. version.HasBootDevice ? (string[])["boot_device"] : [], .. version.HasGrub ? (string[])["grub"] : []];
        var written = reader.Object(root, IgnitionSchema.Config, "$", more);
        var storage = new TreeFiles(_files, reader).AddTo(written["storage"] as ConfigObject ?? new ConfigObject(ButaneReader.PlaceOf(root), []));
        var config = With(written, version, storage);
        foreach (var section in Sections(root, version, reader))
        {
            config = ConfigMerger.Merge(new(new ObjectBuilder(section.Where).Set("storage", section).Build()), config);
        }

        var units = new MountUnits(version, findings).Make(reader.Mounted, config.Storage);
        return units.Count == 0 ? config
            : ConfigMerger.Merge(new(new ObjectBuilder(written.Where).Set("systemd", new ObjectBuilder(written.Where).Set("units", units)).Build()), config);
    }

    private static IEnumerable<ConfigObject> Sections(YamlMap root, ButaneVersion version, ButaneReader reader)
    {
        if (version.HasBootDevice && root.TryGetValue("boot_device", out var boot) && new BootDevice(version, reader).Make(boot) is { } disks)
        {
            yield return disks;
        }

        if (version.HasGrub && root.TryGetValue("grub", out var grub) && new GrubUsers(reader).Make(grub) is { } users)
        {
            yield return users;
        }
    }

    private static IgnitionConfig With(ConfigObject written, ButaneVersion version, ConfigObject storage)
    {
        var ignition = new ObjectBuilder(written.Where).Set("version", version.Target.ToString());
        foreach (var entry in (written["ignition"] as ConfigObject)?.Entries ?? [])
        {
            ignition.Set(entry.Key, entry.Value);
        }

        var result = new ObjectBuilder(written.Where).Set("ignition", ignition);
        foreach (var entry in written.Entries.Where(e => e.Key is not ("ignition" or "storage")))
        {
            result.Set(entry.Key, entry.Value);
        }

        return new((storage.Entries.Count > 0 ? result.Set("storage", storage) : result).Build());
    }

    private static void Check(IgnitionConfig config, ButaneVersion version, FindingList findings)
    {
        var ignition = new FindingList();
        ConfigRules.Check(config, version.Target, ignition);
        foreach (var finding in ignition.Items)
        {
            findings.Add(finding with { Path = SnakeCase.OfPath(finding.Path) });
        }
    }
}
