namespace Ironhull.Provisioning.Json;

/// <summary>A value of a config, with the place it was written at.</summary>
/// <param name="where">The place of its first character.</param>
public abstract class ConfigNode(Place where)
{
    /// <summary>The place of its first character.</summary>
    public Place Where { get; } = where;

    /// <summary>What the value is, as a diagnostic names it.</summary>
    public abstract string Kind { get; }
}

/// <summary>A text.</summary>
/// <param name="where">Its place.</param>
/// <param name="value">The text, escapes resolved.</param>
public sealed class ConfigText(Place where, string value) : ConfigNode(where)
{
    /// <summary>The text, escapes resolved.</summary>
    public string Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a text";
}

/// <summary>A number, as written.</summary>
/// <param name="where">Its place.</param>
/// <param name="text">The digits, as JSON allows them.</param>
public sealed class ConfigNumber(Place where, string text) : ConfigNode(where)
{
    /// <summary>The number as written.</summary>
    public string Text { get; } = text;

    /// <summary>The number when it was written as a whole one that 64 bits hold.</summary>
    public long? Whole { get; } =
        long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <inheritdoc/>
    public override string Kind => $"the number {(Text.Length > 24 ? Text[..24] + "…" : Text)}";
}

/// <summary><c>true</c> or <c>false</c>.</summary>
/// <param name="where">Its place.</param>
/// <param name="value">The value.</param>
public sealed class ConfigTruth(Place where, bool value) : ConfigNode(where)
{
    /// <summary>The value.</summary>
    public bool Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => Value ? "true" : "false";
}

/// <summary><c>null</c>: the same as if the key were not there.</summary>
/// <param name="where">Its place.</param>
public sealed class ConfigNull(Place where) : ConfigNode(where)
{
    /// <inheritdoc/>
    public override string Kind => "null";
}

/// <summary>A list.</summary>
/// <param name="where">Its place.</param>
/// <param name="items">The entries in their order.</param>
public sealed class ConfigList(Place where, IReadOnlyList<ConfigNode> items) : ConfigNode(where)
{
    /// <summary>The entries in their order.</summary>
    public IReadOnlyList<ConfigNode> Items { get; } = items;

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>One key of an object and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Where">The place of the key.</param>
/// <param name="Value">The value.</param>
public readonly record struct ConfigEntry(string Key, Place Where, ConfigNode Value);

/// <summary>An object. Where a key was written twice, the last one counts.</summary>
public sealed class ConfigObject : ConfigNode
{
    private readonly Dictionary<string, ConfigNode> _byKey = new(StringComparer.Ordinal);

    /// <summary>Makes an object.</summary>
    /// <param name="where">Its place.</param>
    /// <param name="entries">The keys and values in their order.</param>
    public ConfigObject(Place where, IReadOnlyList<ConfigEntry> entries)
        : base(where)
    {
        Entries = entries;
        foreach (var entry in entries)
        {
            _byKey[entry.Key] = entry.Value;
        }
    }

    /// <summary>The keys and values in the order they were written in.</summary>
    public IReadOnlyList<ConfigEntry> Entries { get; }

    /// <inheritdoc/>
    public override string Kind => "an object";

    /// <summary>The value of a key, or null when it is not there.</summary>
    public ConfigNode? this[string key] => _byKey.GetValueOrDefault(key);

    /// <summary>The place of a key's value, or of the object when the key is not there.</summary>
    public Place WhereIs(string key) => this[key]?.Where ?? Where;
}
