using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Spec;

/// <summary>Fits a JSON value to the fields of a version: checks types, drops what is null or not known, and says so.</summary>
internal sealed class ConfigBinder(SpecVersion version, FindingList findings)
{
    /// <summary>Binds an object.</summary>
    /// <param name="node">The JSON value.</param>
    /// <param name="type">Its fields.</param>
    /// <param name="path">Its path.</param>
    /// <returns>The object with known keys, in their right spelling, and values of the right type only.</returns>
    public ConfigObject Object(ConfigNode node, SpecObject type, string path)
    {
        if (node is not ConfigObject source)
        {
            if (node is not ConfigNull)
            {
                Report(ProvisioningErrors.WrongType, $"an object is expected, not {node.Kind}", path, node.Where);
            }

            return new(node.Where, []);
        }

        var entries = new List<ConfigEntry>(source.Entries.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in source.Entries)
        {
            if (Find(type, entry, path) is not { } field)
            {
                continue;
            }

            if (!seen.Add(field.Name))
            {
                findings.Add(new(FindingLevel.Warning, ProvisioningErrors.RepeatedKey, $"{path}.{entry.Key}", entry.Where, $"key {entry.Key} is written twice; the last one counts"));
                entries.RemoveAll(e => e.Key == field.Name);
            }

            if (Value(entry.Value, field.Type, $"{path}.{field.Name}") is { } value)
            {
                entries.Add(new(field.Name, entry.Where, value));
            }
        }

        return new(source.Where, entries);
    }

    // Upstream takes a key whose case is wrong, and calls it unused all the same.
    private SpecField? Find(SpecObject type, ConfigEntry entry, string path)
    {
        var exact = type.Find(entry.Key);
        if (exact is not null && exact.Since <= version.Minor)
        {
            return exact;
        }

        var near = exact is null ? type.FindInAnyCase(entry.Key, version.Minor) : null;
        var hint = exact is not null ? $" (known from spec 3.{exact.Since}.0 on)" : near is not null ? $" (it is written {near.Name})" : "";
        findings.Add(new(FindingLevel.Warning, ProvisioningErrors.UnknownKey, $"{path}.{entry.Key}", entry.Where, $"unused key {entry.Key}{hint}"));
        return near;
    }

    private ConfigNode? Value(ConfigNode node, SpecType type, string path)
    {
        if (node is ConfigNull)
        {
            return null;
        }

        return type.Kind switch
        {
            ValueKind.Object => Object(node, type.Object!, path),
            ValueKind.List => List(node, type, path),
            _ => Scalar(node, type.Kind, path),
        };
    }

    private ConfigList? List(ConfigNode node, SpecType type, string path)
    {
        if (node is not ConfigList list)
        {
            Report(ProvisioningErrors.WrongType, $"a list is expected, not {node.Kind}", path, node.Where);
            return null;
        }

        var items = new List<ConfigNode>(list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            // A null in a list is an entry without a value.
            var item = list.Items[i];
            var at = $"{path}.{i}";
            var value = type.Object is not null ? Object(item, type.Object, at)
                : item is ConfigNull ? new ConfigText(item.Where, "") : Scalar(item, type.Item, at);
            if (value is not null)
            {
                items.Add(value);
            }
        }

        return new(node.Where, items);
    }

    private ConfigNode? Scalar(ConfigNode node, ValueKind kind, string path)
    {
        switch (kind, node)
        {
            case (ValueKind.Text, ConfigText):
            case (ValueKind.Truth, ConfigTruth):
            case (ValueKind.Integer, ConfigNumber { Whole: not null }):
                return node;
        }

        var expected = kind switch { ValueKind.Text => "a text", ValueKind.Truth => "true or false", _ => "a whole number" };
        Report(ProvisioningErrors.WrongType, $"{expected} is expected, not {node.Kind}", path, node.Where);
        return null;
    }

    private void Report(ErrorCode code, string message, string path, Place where) => findings.Add(new(FindingLevel.Error, code, path, where, message));
}
