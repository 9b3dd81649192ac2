using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Spec;

/// <summary>What a value may be.</summary>
internal enum ValueKind
{
    Text,
    Integer,
    Truth,
    Object,
    List,
}

/// <summary>How the entries of a list meet those of another config's list, and whether two of the same key are an error.</summary>
internal enum ListRule
{
    /// <summary>Entries have keys; those of the same key are merged.</summary>
    Keyed,

    /// <summary>The child's entries follow the parent's.</summary>
    Append,
}

/// <summary>The type of a value.</summary>
/// <param name="Kind">What the value is.</param>
/// <param name="Object">The fields of an object, or of a list's entries.</param>
/// <param name="Item">The kind of a list's entries.</param>
/// <param name="Rule">How lists meet.</param>
/// <param name="Group">Lists of one object with the same group share their keys.</param>
internal sealed record SpecType(ValueKind Kind, SpecObject? Object = null, ValueKind Item = ValueKind.Text, ListRule Rule = ListRule.Keyed, string? Group = null)
{
    public static SpecType Text { get; } = new(ValueKind.Text);

    public static SpecType Integer { get; } = new(ValueKind.Integer);

    public static SpecType Truth { get; } = new(ValueKind.Truth);

    public static SpecType Texts { get; } = new(ValueKind.List);

    public static SpecType AppendedTexts { get; } = new(ValueKind.List, Rule: ListRule.Append);

    public static SpecType Of(SpecObject fields) => new(ValueKind.Object, fields);

    public static SpecType ListOf(SpecObject fields, ListRule rule = ListRule.Keyed, string? group = null) => new(ValueKind.List, fields, ValueKind.Object, rule, group);
}

/// <summary>A key of an object.</summary>
/// <param name="Name">The key.</param>
/// <param name="Type">The type of its value.</param>
/// <param name="Since">The minor number of the first version that knows it.</param>
internal sealed record SpecField(string Name, SpecType Type, int Since = 0);

/// <summary>The keys of an object.</summary>
internal sealed class SpecObject
{
    private readonly Dictionary<string, SpecField> _byName;

    /// <summary>Makes an object.</summary>
    /// <param name="key">What identifies an object of this type in a list, or null when it never is in one.</param>
    /// <param name="fields">The keys, in upstream's order.</param>
    public SpecObject(Func<ConfigObject, string>? key, params SpecField[] fields)
    {
        Key = key;
        Fields = fields;
        _byName = fields.ToDictionary(f => f.Name, StringComparer.Ordinal);
    }

    /// <summary>What identifies an object of this type in a list.</summary>
    public Func<ConfigObject, string>? Key { get; }

    /// <summary>The keys, in upstream's order.</summary>
    public IReadOnlyList<SpecField> Fields { get; }

    /// <summary>The field of a key, in any version.</summary>
    public SpecField? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The field of a key whose case is wrong, in a version.</summary>
    public SpecField? FindInAnyCase(string name, int minor) =>
        Array.Find((SpecField[])Fields, f => f.Since <= minor && string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase));
}
