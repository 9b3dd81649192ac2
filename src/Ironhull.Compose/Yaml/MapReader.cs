using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Yaml;

namespace Ironhull.Compose.Yaml;

/// <summary>Binds a YAML map: reads typed keys, collects every error, and reports the keys that nothing read.</summary>
public sealed class MapReader : FieldReader
{
    private readonly DiagnosticBag _diagnostics;
    private readonly YamlMap? _map;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A reader of a node that must be a map; reports HULL4006 when it is not.</summary>
    /// <param name="node">The node.</param>
    /// <param name="diagnostics">Takes every error.</param>
    public MapReader(YamlNode node, DiagnosticBag diagnostics)
    {
        _diagnostics = diagnostics;
        _map = node as YamlMap;
        Where = node.Where;
        if (_map is null)
        {
            diagnostics.Add(DefinitionErrors.WrongType.With($"A map of keys and values is expected, not {node.Kind}.", node.Where));
        }
    }

    /// <summary>Reads a document whole: binds its root map, reports unknown keys, and throws everything that was collected.</summary>
    /// <exception cref="HullException">Anything is wrong with the document.</exception>
    public static T ReadFile<T>(string path, string? name, Func<FieldReader, T> read)
    {
        var bag = new DiagnosticBag();
        var result = Read(YamlDocument.Load(path, name, bag), bag, read);
        bag.ThrowIfAny();
        return result;
    }

    /// <summary>Binds a node with a reading function and reports unknown keys; does not throw.</summary>
    public static T Read<T>(YamlNode node, DiagnosticBag diagnostics, Func<FieldReader, T> read)
    {
        var reader = new MapReader(node, diagnostics);
        var result = read(reader);
        reader.Finish();
        return result;
    }

    /// <inheritdoc/>
    public override bool IsSchema => false;

    /// <inheritdoc/>
    public override Location Where { get; }

    /// <inheritdoc/>
    public override Location WhereIs(string key) => _map is not null && _map.TryGet(key, out var entry) ? entry.Value.Where : Where;

    /// <inheritdoc/>
    public override bool Has(string key) => _map is not null && _map.TryGet(key, out _);

    /// <inheritdoc/>
    public override void Report(Diagnostic diagnostic) => _diagnostics.Add(diagnostic);

    /// <summary>The node of a key for a reading of one's own, or null; the key counts as known.</summary>
    public YamlNode? Raw(string key) => Find(key);

    /// <summary>Reports every key that was not read, with the key that was probably meant.</summary>
    public void Finish()
    {
        if (_map is null)
        {
            return;
        }

        foreach (var (key, _) in _map.Entries)
        {
            if (_known.Contains(key.Value))
            {
                continue;
            }

            var near = Spelling.Nearest(key.Value, _known.Order(StringComparer.Ordinal));
            var remedy = near is not null
                ? $"Did you mean '{near}'?"
                : $"Remove it; the keys here are: {string.Join(", ", _known.Order(StringComparer.Ordinal))}.";
            _diagnostics.Add(DefinitionErrors.UnknownKey.With($"The key '{key.Value}' is not known here.", key.Where, remedy));
        }
    }

    /// <inheritdoc/>
    public override string RequiredString(string key, string description = "", TextForm? form = null) =>
        Require(key) is { } node ? Text(key, node, form) ?? "" : "";

    /// <inheritdoc/>
    [return: NotNullIfNotNull(nameof(fallback))]
    public override string? OptionalString(string key, string? fallback = null, string description = "", TextForm? form = null) =>
        Find(key) is { } node ? Text(key, node, form) ?? fallback : fallback;

    /// <inheritdoc/>
    public override int RequiredInt(string key, int minimum = 0, int maximum = int.MaxValue, string description = "") =>
        Require(key) is { } node ? Number(key, node, minimum, maximum) ?? minimum : minimum;

    /// <inheritdoc/>
    public override int OptionalInt(string key, int fallback, int minimum = 0, int maximum = int.MaxValue, string description = "") =>
        Find(key) is { } node ? Number(key, node, minimum, maximum) ?? fallback : fallback;

    /// <inheritdoc/>
    public override bool OptionalBool(string key, bool fallback = false, string description = "")
    {
        if (Find(key) is not { } node)
        {
            return fallback;
        }

        if (node is YamlScalar { IsPlain: true, Value: "true" or "false" } scalar)
        {
            return scalar.Value == "true";
        }

        _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes true or false, not {node.Kind}.", node.Where, "Write true or false."));
        return fallback;
    }

    /// <inheritdoc/>
    public override long OptionalSize(string key, long fallback, string description = "")
    {
        if (Find(key) is not { } node)
        {
            return fallback;
        }

        if (node is YamlScalar scalar && ByteSize.TryParse(scalar.Value, out var size))
        {
            return size;
        }

        _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes a size, not {node.Kind}.", node.Where, "Write a whole number and a unit: B, KiB, MiB, GiB or TiB, for example 512MiB."));
        return fallback;
    }

    /// <inheritdoc/>
    public override T RequiredEnum<T>(string key, Choices<T> choices, string description = "") =>
        Require(key) is { } node && TryWord(key, node, choices, out var value) ? value : choices.Items[0].Value;

    /// <inheritdoc/>
    public override T OptionalEnum<T>(string key, Choices<T> choices, T fallback, string description = "") =>
        Find(key) is { } node && TryWord(key, node, choices, out var value) ? value : fallback;

    /// <inheritdoc/>
    public override DateOnly RequiredDate(string key, string description = "") =>
        Require(key) is { } node ? Day(key, node) ?? DateOnly.MinValue : DateOnly.MinValue;

    /// <inheritdoc/>
    public override DateOnly? OptionalDate(string key, string description = "") => Find(key) is { } node ? Day(key, node) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<Located<string>> StringList(string key, bool required = false, string description = "", TextForm? form = null) =>
        [.. Items(key, required).Select(n => (Text: Text(key, n, form), n.Where)).Where(i => i.Text is not null).Select(i => new Located<string>(i.Text!, i.Where))];

    /// <inheritdoc/>
    public override IReadOnlyList<T> EnumList<T>(string key, Choices<T> choices, string description = "")
    {
        var result = new List<T>();
        foreach (var node in Items(key, required: false))
        {
            if (TryWord(key, node, choices, out var value))
            {
                result.Add(value);
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<T> List<T>(string key, Func<FieldReader, T> read, bool required = false, string description = "") =>
        [.. Items(key, required).Select(n => Read(n, _diagnostics, read))];

    /// <inheritdoc/>
    public override T? RequiredMap<T>(string key, Func<FieldReader, T> read, string description = "")
        where T : class => Require(key) is { } node ? Read(node, _diagnostics, read) : null;

    /// <inheritdoc/>
    public override T? OptionalMap<T>(string key, Func<FieldReader, T> read, string description = "")
        where T : class => Find(key) is { } node ? Read(node, _diagnostics, read) : null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> StringMap(string key, string description = "")
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, node) in Entries(key))
        {
            if (Text(name.Value, node, null) is { } text)
            {
                result.Add(name.Value, text);
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> StringListMap(string key, string description = "")
    {
        var result = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, node) in Entries(key))
        {
            if (node is YamlSequence list)
            {
                result.Add(name.Value, [.. list.Items.Select(n => Text(name.Value, n, null)).OfType<string>()]);
            }
            else
            {
                _diagnostics.Add(DefinitionErrors.WrongType.With($"'{name.Value}' takes a list, not {node.Kind}.", node.Where, $"Write '{name.Value}: [{(node as YamlScalar)?.Value}]'."));
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, T> MapOfMaps<T>(string key, Func<string, FieldReader, T> read, string description = "")
    {
        var result = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, node) in Entries(key))
        {
            result.Add(name.Value, Read(node, _diagnostics, f => read(name.Value, f)));
        }

        return result;
    }

    private YamlNode? Find(string key)
    {
        _known.Add(key);
        return _map is not null && _map.TryGetValue(key, out var node) && node is not YamlScalar { IsNull: true } ? node : null;
    }

    private YamlNode? Require(string key)
    {
        var node = Find(key);
        if (node is null && _map is not null)
        {
            var (what, where) = _map.TryGet(key, out var entry) ? ("has no value", entry.Value.Where) : ("is missing", Where);
            _diagnostics.Add(DefinitionErrors.MissingKey.With($"The key '{key}' {what}.", where, $"Add '{key}: …'."));
        }

        return node;
    }

    private IReadOnlyList<YamlNode> Items(string key, bool required)
    {
        var node = required ? Require(key) : Find(key);
        switch (node)
        {
            case null:
                return [];
            case YamlSequence sequence:
                return sequence.Items;
            default:
                _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes a list, not {node.Kind}.", node.Where, "Write one entry a line, each after '- ', or all in brackets: [a, b]."));
                return [];
        }
    }

    private IReadOnlyList<YamlEntry> Entries(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlMap map:
                return map.Entries;
            case { } node:
                _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes a map of keys and values, not {node.Kind}.", node.Where));
                return [];
        }
    }

    private string? Text(string key, YamlNode node, TextForm? form)
    {
        if (node is not YamlScalar { IsNull: false } scalar)
        {
            _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes {form?.Expects ?? "text"}, not {node.Kind}.", node.Where));
            return null;
        }

        if (form is not null && !form.Matches(scalar.Value))
        {
            _diagnostics.Add(DefinitionErrors.InvalidValue.With($"'{key}' takes {form.Expects}, not {node.Kind}.", node.Where, $"Write {form.Expects}."));
            return null;
        }

        return scalar.Value;
    }

    private int? Number(string key, YamlNode node, int minimum, int maximum)
    {
        if (node is not YamlScalar { IsPlain: true } scalar || !int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes a whole number, not {node.Kind}.", node.Where, "Write a decimal number without quotes."));
            return null;
        }

        if (number < minimum || number > maximum)
        {
            var range = maximum == int.MaxValue ? $"at least {minimum}" : $"from {minimum} to {maximum}";
            _diagnostics.Add(DefinitionErrors.InvalidValue.With($"'{key}' must be {range}, not {number}.", node.Where, $"Write a number {range}."));
            return null;
        }

        return number;
    }

    private bool TryWord<T>(string key, YamlNode node, Choices<T> choices, [MaybeNullWhen(false)] out T value)
    {
        if (node is YamlScalar scalar)
        {
            foreach (var (word, candidate) in choices.Items)
            {
                if (word == scalar.Value)
                {
                    value = candidate;
                    return true;
                }
            }

            var near = Spelling.Nearest(scalar.Value, choices.Words);
            var list = string.Join(", ", choices.Words);
            _diagnostics.Add(DefinitionErrors.InvalidValue.With($"'{key}' does not take {node.Kind}.", node.Where, near is null ? $"Write one of: {list}." : $"Did you mean '{near}'? The choices are: {list}."));
        }
        else
        {
            _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes one of {string.Join(", ", choices.Words)}, not {node.Kind}.", node.Where));
        }

        value = default;
        return false;
    }

    private DateOnly? Day(string key, YamlNode node)
    {
        if (node is YamlScalar scalar && DateOnly.TryParseExact(scalar.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        _diagnostics.Add(DefinitionErrors.WrongType.With($"'{key}' takes a day as YYYY-MM-DD, not {node.Kind}.", node.Where, "Write a date such as 2027-12-31."));
        return null;
    }
}
