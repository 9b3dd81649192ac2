using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Translation;
using Ironhull.Provisioning.Validation;
using Ironhull.Yaml;

namespace Ironhull.Provisioning.Butane;

/// <summary>Fits YAML to the fields of an Ignition spec, spelt with underscores, and resolves what only YAML has: inline and local contents.</summary>
internal sealed class ButaneReader(ButaneVersion version, LocalFiles files, FindingList findings)
{
    /// <summary>Trees of local files, in their order.</summary>
    public List<(YamlMap Map, string Path)> Trees { get; } = [];

    /// <summary>File systems that want a mount unit.</summary>
    public List<ConfigObject> Mounted { get; } = [];

    /// <summary>Reads an object; keys in <paramref name="more"/> are known and left out.</summary>
    public ConfigObject Object(YamlNode node, SpecObject type, string path, params string[] more)
    {
        var result = new ObjectBuilder(PlaceOf(node));
        if (node is not YamlMap map)
        {
            if (node is not YamlScalar { IsNull: true })
            {
                Error(ProvisioningErrors.WrongType, $"a map is expected, not {node.Kind}", path, node);
            }

            return result.Build();
        }

        foreach (var entry in map.Entries)
        {
            var key = entry.Key.Value;
            var field = type.Fields.FirstOrDefault(f => f.Since <= version.Target.Minor && SnakeCase.Of(f.Name) == key);
            if (field is not null && !(type == IgnitionSchema.Ignition && key == "version"))
            {
                result.Set(field.Name, Value(entry.Value, field.Type, $"{path}.{key}", key));
            }
            else if (!more.Contains(key) && !IsExtra(type, key))
            {
                findings.Add(new(FindingLevel.Warning, ProvisioningErrors.UnknownKey, $"{path}.{key}", PlaceOf(entry.Key), $"unused key {key}"));
            }
        }

        Extras(map, type, result, path);
        return result.Build();
    }

    /// <summary>The place of a node.</summary>
    public static Place PlaceOf(YamlNode node) => new(node.Where.Path, node.Where.Line, node.Where.Column);

    /// <summary>Adds an error.</summary>
    public void Error(ErrorCode code, string message, string path, YamlNode node) => findings.Add(new(FindingLevel.Error, code, path, PlaceOf(node), message));

    /// <summary>A text of a map, or null.</summary>
    public static string? TextOf(YamlMap map, string key) => map.TryGetValue(key, out var node) && node is YamlScalar { IsNull: false } scalar ? scalar.Value : null;

    private ConfigNode? Value(YamlNode node, SpecType type, string path, string key)
    {
        if (node is YamlScalar { IsNull: true })
        {
            return null;
        }

        return type.Kind switch
        {
            ValueKind.Object => Object(node, type.Object!, path),
            ValueKind.List => List(node, type, path),
            _ => Scalar(node, type.Kind, path, key),
        };
    }

    private ConfigList? List(YamlNode node, SpecType type, string path)
    {
        if (node is not YamlSequence list)
        {
            Error(ProvisioningErrors.WrongType, $"a list is expected, not {node.Kind}", path, node);
            return null;
        }

        var items = list.Items.Select((item, i) => type.Object is not null ? Object(item, type.Object, $"{path}.{i}") : Scalar(item, type.Item, $"{path}.{i}", ""));
        return new(PlaceOf(node), [.. items.OfType<ConfigNode>()]);
    }

    private ConfigNode? Scalar(YamlNode node, ValueKind kind, string path, string key)
    {
        if (node is YamlScalar scalar && ScalarReader.Read(scalar, kind, PlaceOf(node)) is { } value)
        {
            if (key == "mode" && scalar.Value.Length is 3 or 4 && scalar.Value[0] is not '0' && scalar.Value.All(c => c is >= '0' and <= '7'))
            {
                findings.Add(new(FindingLevel.Warning, ProvisioningErrors.BadMode, path, PlaceOf(node), $"mode {scalar.Value} is decimal here; an octal mode starts with a zero: 0{scalar.Value}"));
            }

            return value;
        }

        Error(ProvisioningErrors.WrongType, $"{kind switch { ValueKind.Text => "a text", ValueKind.Truth => "true or false", _ => "a whole number" }} is expected, not {node.Kind}", path, node);
        return null;
    }

    private bool IsExtra(SpecObject type, string key) => (version.Target.Minor, key) switch
    {
        (_, "inline") => type == IgnitionSchema.Contents || (type == IgnitionSchema.Reference && version.Target.Minor >= 1),
        ( >= 1, "local") => type == IgnitionSchema.Contents || type == IgnitionSchema.Reference,
        ( >= 1, "trees") => type == IgnitionSchema.Storage,
        ( >= 1, "with_mount_unit") => type == IgnitionSchema.Filesystem,
        ( >= 4, "contents_local") => type == IgnitionSchema.Unit || type == IgnitionSchema.Dropin,
        ( >= 4, "ssh_authorized_keys_local") => type == IgnitionSchema.User,
        _ => false,
    };

    private void Extras(YamlMap map, SpecObject type, ObjectBuilder result, string path)
    {
        foreach (var entry in map.Entries.Where(e => IsExtra(type, e.Key.Value) && e.Value is not YamlScalar { IsNull: true }))
        {
            var at = $"{path}.{entry.Key.Value}";
            try
            {
                Extra(map, entry, result, at);
            }
            catch (HullException e)
            {
                Error(e.Code, e.Diagnostics[0].Message.TrimEnd('.'), at, entry.Value);
            }
        }
    }

    private void Extra(YamlMap map, YamlEntry entry, ObjectBuilder result, string path)
    {
        switch (entry.Key.Value)
        {
            case "inline" or "local":
                Contents(map, entry, result, path);
                break;
            case "contents_local" when map.TryGet("contents", out _):
                Error(ProvisioningErrors.YamlConfig, "only one of contents and contents_local can be set", path, entry.Value);
                break;
            case "contents_local":
                result.Set("contents", new ConfigText(PlaceOf(entry.Value), Encoding.UTF8.GetString(files.Read(Text(entry.Value), entry.Value.Where))));
                break;
            case "ssh_authorized_keys_local":
                Keys(entry.Value, result, path);
                break;
            case "with_mount_unit":
                if (Scalar(entry.Value, ValueKind.Truth, path, "") is ConfigTruth { Value: true })
                {
                    Mounted.Add(result.Build());
                }

                break;
            default:
                CollectTrees(entry.Value, path);
                break;
        }
    }

    private void Contents(YamlMap map, YamlEntry entry, ObjectBuilder result, string path)
    {
        if (map.Entries.Count(e => e.Key.Value is "inline" or "local" or "source") > 1)
        {
            Error(ProvisioningErrors.YamlConfig, "only one of source, inline and local can be set", path, entry.Value);
            return;
        }

        var contents = entry.Key.Value == "local" ? files.Read(Text(entry.Value), entry.Value.Where) : Encoding.UTF8.GetBytes(Text(entry.Value));
        InlineContents.Set(result, contents, isCompressed: TextOf(map, "compression") is { Length: > 0 });
    }

    private void Keys(YamlNode node, ObjectBuilder result, string path)
    {
        if (List(node, SpecType.Texts, path) is not { } list)
        {
            return;
        }

        var keys = (result.Build()["sshAuthorizedKeys"] as ConfigList)?.Items.ToList() ?? [];
        foreach (var file in list.Items.OfType<ConfigText>())
        {
            var lines = Encoding.UTF8.GetString(files.Read(file.Value, file.Where.ToLocation())).Split('\n');
            keys.AddRange(lines.Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0).Select(l => new ConfigText(file.Where, l)));
        }

        result.Set("sshAuthorizedKeys", keys);
    }

    private void CollectTrees(YamlNode node, string path)
    {
        if (node is not YamlSequence list)
        {
            Error(ProvisioningErrors.WrongType, $"a list is expected, not {node.Kind}", path, node);
            return;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is YamlMap map && TextOf(map, "local") is { Length: > 0 })
            {
                Trees.Add((map, $"{path}.{i}"));
            }
            else
            {
                Error(ProvisioningErrors.YamlConfig, "a tree needs a local folder", $"{path}.{i}", list.Items[i]);
            }
        }
    }

    private static string Text(YamlNode node) =>
        node is YamlScalar scalar ? scalar.Value : throw ProvisioningErrors.WrongType.Error($"A text is expected, not {node.Kind}.", node.Where);
}
