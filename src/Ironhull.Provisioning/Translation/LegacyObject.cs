using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Translation;

/// <summary>An object of an older specification: remembers which keys were read, and says which were not.</summary>
internal sealed class LegacyObject
{
    private readonly ConfigObject _node;
    private readonly FindingList _findings;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public LegacyObject(ConfigNode? node, string path, FindingList findings)
    {
        Path = path;
        _findings = findings;
        if (node is not (null or ConfigNull or ConfigObject))
        {
            findings.Add(new(FindingLevel.Error, ProvisioningErrors.WrongType, path, node.Where, $"an object is expected, not {node.Kind}"));
        }

        _node = node as ConfigObject ?? new ConfigObject(node?.Where ?? default, []);
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Its place.</summary>
    public Place Where => _node.Where;

    /// <summary>A value, or null when it is absent or null.</summary>
    public ConfigNode? Take(string key)
    {
        _read.Add(key);
        return _node[key] is ConfigNull ? null : _node[key];
    }

    /// <summary>A text; null when it is absent, empty or of another type.</summary>
    public ConfigText? TakeText(string key) => Take(key) is ConfigText { Value.Length: > 0 } text ? text : null;

    /// <summary>A nested object; one without keys when it is absent.</summary>
    public LegacyObject TakeObject(string key) => new(Take(key), $"{Path}.{key}", _findings);

    /// <summary>The entries of a list of objects.</summary>
    public List<LegacyObject> TakeList(string key)
    {
        switch (Take(key))
        {
            case null:
                return [];
            case ConfigList list:
                return [.. list.Items.Select((item, i) => new LegacyObject(item, $"{Path}.{key}.{i}", _findings))];
            case var other:
                _findings.Add(new(FindingLevel.Error, ProvisioningErrors.WrongType, $"{Path}.{key}", other.Where, $"a list is expected, not {other.Kind}"));
                return [];
        }
    }

    /// <summary>Whether a value is set.</summary>
    public bool Has(string key) => _node[key] is not (null or ConfigNull);

    /// <summary>Refuses the config because of a key.</summary>
    public void Refuse(string key, string message)
    {
        _read.Add(key);
        _findings.Add(new(FindingLevel.Error, ProvisioningErrors.Untranslatable, $"{Path}.{key}", _node.WhereIs(key), message));
    }

    /// <summary>Warns of the keys that were not read.</summary>
    public void Finish()
    {
        foreach (var entry in _node.Entries.Where(e => !_read.Contains(e.Key)))
        {
            _findings.Add(new(FindingLevel.Warning, ProvisioningErrors.UnknownKey, $"{Path}.{entry.Key}", entry.Where, $"unused key {entry.Key}"));
        }
    }
}
