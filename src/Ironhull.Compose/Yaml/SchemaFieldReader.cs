using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Yaml;

/// <summary>Runs a reading function without values and records what it declares as JSON Schema (draft 2020-12).</summary>
public sealed class SchemaFieldReader : FieldReader
{
    private readonly JsonObject _properties = [];
    private readonly JsonArray _required = [];

    /// <inheritdoc/>
    public override bool IsSchema => true;

    /// <inheritdoc/>
    public override Location Where { get; } = new("schema");

    /// <summary>The schema of the map that a reading function reads.</summary>
    public static JsonObject Of<T>(Func<FieldReader, T> read)
    {
        var reader = new SchemaFieldReader();
        read(reader);
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = reader._properties };
        if (reader._required.Count > 0)
        {
            schema["required"] = reader._required;
        }

        return schema;
    }

    /// <inheritdoc/>
    public override Location WhereIs(string key) => Where;

    /// <inheritdoc/>
    public override bool Has(string key) => false;

    /// <inheritdoc/>
    public override void Report(Diagnostic diagnostic)
    {
    }

    /// <inheritdoc/>
    public override string RequiredString(string key, string description = "", TextForm? form = null)
    {
        Add(key, Text(form), description, required: true);
        return "";
    }

    /// <inheritdoc/>
    [return: NotNullIfNotNull(nameof(fallback))]
    public override string? OptionalString(string key, string? fallback = null, string description = "", TextForm? form = null)
    {
        Add(key, Text(form), description, required: false, string.IsNullOrEmpty(fallback) ? null : fallback);
        return fallback;
    }

    /// <inheritdoc/>
    public override int RequiredInt(string key, int minimum = 0, int maximum = int.MaxValue, string description = "")
    {
        Add(key, Number(minimum, maximum), description, required: true);
        return minimum;
    }

    /// <inheritdoc/>
    public override int OptionalInt(string key, int fallback, int minimum = 0, int maximum = int.MaxValue, string description = "")
    {
        Add(key, Number(minimum, maximum), description, required: false, fallback);
        return fallback;
    }

    /// <inheritdoc/>
    public override bool OptionalBool(string key, bool fallback = false, string description = "")
    {
        Add(key, new JsonObject { ["type"] = "boolean" }, description, required: false, fallback);
        return fallback;
    }

    /// <inheritdoc/>
    public override long OptionalSize(string key, long fallback, string description = "")
    {
        var schema = new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+ *(B|KiB|MiB|GiB|TiB)$" };
        Add(key, schema, description, required: false, fallback == 0 ? null : ByteSize.Format(fallback).Replace(" ", "", StringComparison.Ordinal));
        return fallback;
    }

    /// <inheritdoc/>
    public override T RequiredEnum<T>(string key, Choices<T> choices, string description = "")
    {
        Add(key, Words(choices), description, required: true);
        return choices.Items[0].Value;
    }

    /// <inheritdoc/>
    public override T OptionalEnum<T>(string key, Choices<T> choices, T fallback, string description = "")
    {
        Add(key, Words(choices), description, required: false, choices.WordOf(fallback));
        return fallback;
    }

    /// <inheritdoc/>
    public override DateOnly RequiredDate(string key, string description = "")
    {
        Add(key, new JsonObject { ["type"] = "string", ["format"] = "date" }, description, required: true);
        return DateOnly.MinValue;
    }

    /// <inheritdoc/>
    public override DateOnly? OptionalDate(string key, string description = "")
    {
        Add(key, new JsonObject { ["type"] = "string", ["format"] = "date" }, description, required: false);
        return null;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Located<string>> StringList(string key, bool required = false, string description = "", TextForm? form = null)
    {
        Add(key, ListOf(Text(form)), description, required);
        return [];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<T> EnumList<T>(string key, Choices<T> choices, string description = "")
    {
        Add(key, ListOf(Words(choices)), description, required: false);
        return [];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<T> List<T>(string key, Func<FieldReader, T> read, bool required = false, string description = "")
    {
        Add(key, ListOf(Of(read)), description, required);
        return [];
    }

    /// <inheritdoc/>
    public override T? RequiredMap<T>(string key, Func<FieldReader, T> read, string description = "")
        where T : class
    {
        Add(key, Of(read), description, required: true);
        return null;
    }

    /// <inheritdoc/>
    public override T? OptionalMap<T>(string key, Func<FieldReader, T> read, string description = "")
        where T : class
    {
        Add(key, Of(read), description, required: false);
        return null;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> StringMap(string key, string description = "")
    {
        Add(key, MapOf(Text(null)), description, required: false);
        return new Dictionary<string, string>();
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> StringListMap(string key, string description = "")
    {
        Add(key, MapOf(ListOf(Text(null))), description, required: false);
        return new Dictionary<string, IReadOnlyList<string>>();
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, T> MapOfMaps<T>(string key, Func<string, FieldReader, T> read, string description = "")
    {
        Add(key, MapOf(Of(f => read("", f))), description, required: false);
        return new Dictionary<string, T>();
    }

    private static JsonObject Text(TextForm? form)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (form is not null)
        {
            schema["pattern"] = form.Pattern;
        }

        return schema;
    }

    private static JsonObject Number(int minimum, int maximum)
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = minimum };
        if (maximum != int.MaxValue)
        {
            schema["maximum"] = maximum;
        }

        return schema;
    }

    private static JsonObject Words<T>(Choices<T> choices)
    {
        var words = new JsonArray();
        foreach (var word in choices.Words)
        {
            words.Add((JsonNode)word);
        }

        return new JsonObject { ["type"] = "string", ["enum"] = words };
    }

    private static JsonObject ListOf(JsonObject item) => new() { ["type"] = "array", ["items"] = item };

    private static JsonObject MapOf(JsonObject value) => new() { ["type"] = "object", ["additionalProperties"] = value };

    private void Add(string key, JsonObject schema, string description, bool required, JsonNode? fallback = null)
    {
        if (description.Length > 0)
        {
            schema["description"] = description;
        }

        if (fallback is not null)
        {
            schema["default"] = fallback;
        }

        if (!_properties.TryAdd(key, schema))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The key '{key}' is declared twice."));
        }

        if (required)
        {
            _required.Add((JsonNode)key);
        }
    }
}
