using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Translation;

/// <summary>Makes an object of a config.</summary>
/// <param name="where">The place that the object comes from.</param>
internal sealed class ObjectBuilder(Place where)
{
    private readonly List<ConfigEntry> _entries = [];

    /// <summary>Sets a key, unless there is no value.</summary>
    public ObjectBuilder Set(string key, ConfigNode? value)
    {
        if (value is not null)
        {
            var at = _entries.FindIndex(e => e.Key == key);
            if (at < 0)
            {
                _entries.Add(new(key, value.Where, value));
            }
            else
            {
                _entries[at] = new(key, value.Where, value);
            }
        }

        return this;
    }

    /// <summary>Sets a key to a text.</summary>
    public ObjectBuilder Set(string key, string value) => Set(key, new ConfigText(where, value));

    /// <summary>Sets a key to a truth value.</summary>
    public ObjectBuilder Set(string key, bool value) => Set(key, new ConfigTruth(where, value));

    /// <summary>Sets a key to a number.</summary>
    public ObjectBuilder Set(string key, long value) => Set(key, new ConfigNumber(where, value.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Sets a key to a list, unless that is empty.</summary>
    public ObjectBuilder Set(string key, IReadOnlyList<ConfigNode> items) => items.Count > 0 ? Set(key, new ConfigList(where, items)) : this;

    /// <summary>Sets a key to an object, unless that has no keys.</summary>
    public ObjectBuilder Set(string key, ObjectBuilder value) => value._entries.Count > 0 ? Set(key, value.Build()) : this;

    /// <summary>Copies keys as they are.</summary>
    public ObjectBuilder Copy(LegacyObject from, params string[] keys)
    {
        foreach (var key in keys)
        {
            Set(key, from.Take(key));
        }

        return this;
    }

    /// <summary>Copies texts that are not empty; values of other types are copied for the reader to refuse.</summary>
    public ObjectBuilder CopyText(LegacyObject from, params string[] keys)
    {
        foreach (var key in keys)
        {
            if (from.Take(key) is not (null or ConfigText { Value: "" }))
            {
                Set(key, from.Take(key));
            }
        }

        return this;
    }

    /// <summary>The object.</summary>
    public ConfigObject Build() => new(where, _entries);
}
