using System.Text.RegularExpressions;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Translation;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning;

/// <summary>A config that was read.</summary>
/// <param name="Config">The config; null when it is refused.</param>
/// <param name="Version">Its version; null when that cannot be told.</param>
/// <param name="Findings">What was found, ordered by place.</param>
/// <param name="TranslatedFrom">The version that it was written in, when that is an older one.</param>
public sealed record ConfigReading(IgnitionConfig? Config, SpecVersion? Version, IReadOnlyList<Finding> Findings, string? TranslatedFrom = null)
{
    /// <summary>Whether the config is refused.</summary>
    public bool IsRefused => Config is null;

    /// <summary>The config.</summary>
    /// <exception cref="HullException">It is refused; all errors are carried.</exception>
    public IgnitionConfig Require() =>
        Config ?? throw new HullException([.. Findings.Where(f => f.Level == FindingLevel.Error).Select(f => f.ToDiagnostic())]);
}

/// <summary>Reads Ignition configs of every version that is known, and checks them by the rules of their version.</summary>
public static partial class ConfigReader
{
    /// <summary>Reads a config.</summary>
    /// <param name="text">The JSON text in UTF-8.</param>
    /// <param name="source">The name of the file that findings show.</param>
    /// <returns>The config and what was found; errors of the input are findings, not exceptions.</returns>
    public static ConfigReading Read(ReadOnlySpan<byte> text, string source)
    {
        var findings = new FindingList();
        SpecVersion? version = null;
        IgnitionConfig? config = null;
        string? older = null;
        try
        {
            var root = LocatedJson.Read(text, source);
            (root, older) = Translate(root, findings);
            version = VersionOf(root);
            config = new(new ConfigBinder(version.Value, findings).Object(root, IgnitionSchema.Config, "$"));
            if (!findings.HasErrors)
            {
                ConfigRules.Check(config, version.Value, findings);
            }
        }
        catch (HullException e)
        {
            AddFatal(findings, e, source);
        }

        return new(findings.HasErrors ? null : config, version, findings.Items, older);
    }

    // Configs of specs 1 and 2 become configs of spec 3 before anything looks at them.
    private static (ConfigNode Root, string? Version) Translate(ConfigNode root, FindingList findings)
    {
        if (root is ConfigObject map && map["ignitionVersion"] is ConfigNumber { Whole: 1 })
        {
            return (new LegacyConfig(findings).TranslateFirst(root), "1");
        }

        return Member(Member(root, "ignition"), "version") is ConfigText version && LegacyConfig.Knows(version.Value)
            ? (new LegacyConfig(findings).Translate(root), version.Value) : (root, null);
    }

    private static void AddFatal(FindingList findings, HullException error, string source)
    {
        foreach (var diagnostic in error.Diagnostics)
        {
            var where = new Place(source, Math.Max(1, diagnostic.Where?.Line ?? 1), Math.Max(1, diagnostic.Where?.Column ?? 1));
            findings.Add(new(FindingLevel.Error, diagnostic.Code, "$", where, diagnostic.Message.TrimEnd('.')));
        }
    }

    private static SpecVersion VersionOf(ConfigNode root)
    {
        var node = Member(Member(root, "ignition"), "version");
        var where = (node ?? root).Where.ToLocation();
        if (root is not ConfigObject || Member(root, "ignition") is not (null or ConfigObject or ConfigNull))
        {
            throw ProvisioningErrors.WrongType.Error("An object is expected.", where);
        }

        if (node is not (null or ConfigNull or ConfigText))
        {
            throw ProvisioningErrors.WrongType.Error($"A text is expected for ignition.version, not {node.Kind}.", where);
        }

        var text = (node as ConfigText)?.Value ?? "";
        if (!SemanticVersion().IsMatch(text))
        {
            throw ProvisioningErrors.Version.Error("Invalid config version (couldn't parse).", where);
        }

        foreach (var known in SpecVersion.All)
        {
            if (known.ToString() == text)
            {
                return known;
            }
        }

        throw ProvisioningErrors.UnsupportedVersion.Error($"Unsupported config version {text}.", where);
    }

    // Upstream finds keys in any case; the exact one wins.
    private static ConfigNode? Member(ConfigNode? node, string key) =>
        node is not ConfigObject map ? null
        : map[key] ?? map.Entries.LastOrDefault(e => string.Equals(e.Key, key, StringComparison.OrdinalIgnoreCase)).Value;

    [GeneratedRegex("^[0-9]{1,9}\\.[0-9]{1,9}\\.[0-9]{1,9}(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex SemanticVersion();
}
