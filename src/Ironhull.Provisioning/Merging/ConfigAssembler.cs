using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Merging;

/// <summary>
/// Follows <c>ignition.config</c>: the config that replaces another is taken in its place and nothing else of it counts; configs to merge are
/// merged depth first, in their order. The result is checked again by the rules of the newest version among them.
/// </summary>
/// <param name="fetch">Gives the contents of a resource, decompressed and verified.</param>
/// <param name="before">Told of each config, merged with what refers to it, before what it refers to is fetched: its time limits, proxies and certificate
/// authorities hold for that already.</param>
/// <param name="referenced">Told of the URL of each config that another led to, without contents or query.</param>
public sealed class ConfigAssembler(Func<Resource, byte[]> fetch, Action<IgnitionConfig>? before = null, Action<string>? referenced = null)
{
    /// <summary>How many configs may refer to one another in a row.</summary>
    public const int MaximumDepth = 32;

    /// <summary>How many configs are read at most.</summary>
    public const int MaximumConfigs = 1000;

    private int _configs;

    /// <summary>Reads a config and all it refers to.</summary>
    /// <param name="text">The JSON text in UTF-8.</param>
    /// <param name="source">The name of the file that findings show.</param>
    /// <returns>The merged config, without the references.</returns>
    /// <exception cref="HullException">A config is refused, cannot be fetched, or they refer to one another without end (HULL8005).</exception>
    public (IgnitionConfig Config, SpecVersion Version) Assemble(ReadOnlySpan<byte> text, string source)
    {
        _configs = 0;
        var (config, version) = Follow(text, source, null, 0);
        var findings = new FindingList();
        ConfigRules.Check(config, version, findings);
        findings.ThrowIfErrors();
        return (config, version);
    }

    private (IgnitionConfig Config, SpecVersion Version) Follow(ReadOnlySpan<byte> text, string source, IgnitionConfig? parent, int depth)
    {
        if (depth > MaximumDepth || ++_configs > MaximumConfigs)
        {
            throw ProvisioningErrors.Limit.Error(
                depth > MaximumDepth ? $"More than {MaximumDepth} configs refer to one another in a row." : $"More than {MaximumConfigs} configs are merged.", new Location(source));
        }

        var reading = ConfigReader.Read(text, source);
        var config = SpecialBits.Without(reading.Require(), reading.Version!.Value);
        var version = reading.Version.Value;
        before?.Invoke(parent is null ? config : ConfigMerger.Merge(parent, config));
        if (config.Ignition.Replace.Source is { Length: > 0 } replaced)
        {
            referenced?.Invoke(Shown(replaced));
            return Follow(fetch(config.Ignition.Replace), Name(replaced, source), null, depth + 1);
        }

        var merged = WithoutReferences(config);
        foreach (var reference in config.Ignition.Merge)
        {
            if (reference.Source is not { Length: > 0 } url)
            {
                continue;
            }

            referenced?.Invoke(Shown(url));
            var (child, childVersion) = Follow(fetch(reference), Name(url, source), merged, depth + 1);
            merged = ConfigMerger.Merge(merged, child);
            version = childVersion.Minor > version.Minor ? childVersion : version;
        }

        return (WithVersion(merged, version), version);
    }

    private static string Shown(string url) => url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? "data" : url.Split('?')[0];

    // Contents are not shown, so that secrets in them stay there.
    private static string Name(string url, string source) => url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? $"{source} (merged data)" : url.Split('?')[0];

    private static IgnitionConfig WithoutReferences(IgnitionConfig config) => Edit(config, e => e.Where(x => x.Key != "config"));

    private static IgnitionConfig WithVersion(IgnitionConfig config, SpecVersion version) =>
        Edit(config, e => e.Select(x => x.Key == "version" ? x with { Value = new ConfigText(x.Where, version.ToString()) } : x));

    private static IgnitionConfig Edit(IgnitionConfig config, Func<IEnumerable<ConfigEntry>, IEnumerable<ConfigEntry>> edit)
    {
        var section = config.Ignition.Node;
        var edited = new ConfigObject(section.Where, [.. edit(section.Entries)]);
        return new(new ConfigObject(config.Node.Where, [.. config.Node.Entries.Select(e => e.Key == "ignition" ? e with { Value = edited } : e)]));
    }
}
