using System.Diagnostics.CodeAnalysis;
using Ironhull.Diagnostics;

namespace Ironhull.Yaml;

/// <summary>A node of a YAML document, with its place in the file.</summary>
/// <param name="where">File, line and column of the node's first character.</param>
public abstract class YamlNode(Location where)
{
    /// <summary>File, line and column of the node's first character.</summary>
    public Location Where { get; } = where;

    /// <summary>What the node is, as a diagnostic names it: "a map", "a list", "text", "nothing" …</summary>
    public abstract string Kind { get; }
}

/// <summary>A scalar: the text as written, without interpretation.</summary>
/// <param name="where">Its place.</param>
/// <param name="value">The text, quotes and escapes resolved.</param>
/// <param name="isPlain">Whether it was written without quotes and not as a block.</param>
public sealed class YamlScalar(Location where, string value, bool isPlain) : YamlNode(where)
{
    /// <summary>The text, quotes and escapes resolved.</summary>
    public string Value { get; } = value;

    /// <summary>Whether it was written without quotes and not as a block, so that it may mean a number, a truth value or nothing.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Whether it stands for no value (YAML 1.2 core schema: empty, <c>~</c>, <c>null</c>).</summary>
    public bool IsNull => IsPlain && Value is ("" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : $"'{(Value.Length > 40 ? Value[..40] + "…" : Value)}'";
}

/// <summary>A list.</summary>
/// <param name="where">Its place.</param>
/// <param name="items">The entries in file order.</param>
public sealed class YamlSequence(Location where, IReadOnlyList<YamlNode> items) : YamlNode(where)
{
    /// <summary>The entries in file order.</summary>
    public IReadOnlyList<YamlNode> Items { get; } = items;

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>One key of a map and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
public readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);

/// <summary>A map with unique text keys.</summary>
/// <param name="where">Its place.</param>
/// <param name="entries">The entries in file order; keys are unique.</param>
public sealed class YamlMap(Location where, IReadOnlyList<YamlEntry> entries) : YamlNode(where)
{
    private readonly Dictionary<string, YamlEntry> _byKey = entries.ToDictionary(e => e.Key.Value, StringComparer.Ordinal);

    /// <summary>The entries in file order.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Kind => "a map";

    /// <summary>Finds the entry of a key.</summary>
    public bool TryGet(string key, out YamlEntry entry) => _byKey.TryGetValue(key, out entry);

    /// <summary>Finds the value of a key.</summary>
    public bool TryGetValue(string key, [NotNullWhen(true)] out YamlNode? value)
    {
        value = _byKey.TryGetValue(key, out var entry) ? entry.Value : null;
        return value is not null;
    }
}
