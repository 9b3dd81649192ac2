using System.Diagnostics.CodeAnalysis;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Yaml;

/// <summary>
/// Declares and reads the keys of a map. A reading function is written once against this type; run on a
/// <see cref="MapReader"/> it binds a YAML map and collects every error, run on a <see cref="SchemaFieldReader"/> it
/// records the keys, types and descriptions from which the JSON Schema is made.
/// </summary>
public abstract class FieldReader
{
    /// <summary>Whether only the declarations are wanted; there are no values then.</summary>
    public abstract bool IsSchema { get; }

    /// <summary>The place of the map itself.</summary>
    public abstract Location Where { get; }

    /// <summary>The place of a key's value, or of the map when the key is absent.</summary>
    public abstract Location WhereIs(string key);

    /// <summary>Whether the key is present.</summary>
    public abstract bool Has(string key);

    /// <summary>Adds a diagnostic; does nothing when only declarations are wanted.</summary>
    public abstract void Report(Diagnostic diagnostic);

    /// <summary>Text that must be there; empty (and reported) when it is not.</summary>
    /// <param name="key">The key.</param>
    /// <param name="description">What it means, for the schema.</param>
    /// <param name="form">The form it must have, or any.</param>
    public abstract string RequiredString(string key, string description = "", TextForm? form = null);

    /// <summary>Text, or the fallback.</summary>
    [return: NotNullIfNotNull(nameof(fallback))]
    public abstract string? OptionalString(string key, string? fallback = null, string description = "", TextForm? form = null);

    /// <summary>A whole number in a range that must be there; the minimum (and reported) when it is not.</summary>
    public abstract int RequiredInt(string key, int minimum = 0, int maximum = int.MaxValue, string description = "");

    /// <summary>A whole number in a range, or the fallback.</summary>
    public abstract int OptionalInt(string key, int fallback, int minimum = 0, int maximum = int.MaxValue, string description = "");

    /// <summary><c>true</c> or <c>false</c>, or the fallback.</summary>
    public abstract bool OptionalBool(string key, bool fallback = false, string description = "");

    /// <summary>A size in bytes: a number with the unit B, KiB, MiB, GiB or TiB, or the fallback.</summary>
    public abstract long OptionalSize(string key, long fallback, string description = "");

    /// <summary>One of several words; the first (and reported) when it is absent.</summary>
    public abstract T RequiredEnum<T>(string key, Choices<T> choices, string description = "");

    /// <summary>One of several words, or the fallback.</summary>
    public abstract T OptionalEnum<T>(string key, Choices<T> choices, T fallback, string description = "");

    /// <summary>A day as YYYY-MM-DD that must be there.</summary>
    public abstract DateOnly RequiredDate(string key, string description = "");

    /// <summary>A day as YYYY-MM-DD.</summary>
    public abstract DateOnly? OptionalDate(string key, string description = "");

    /// <summary>A list of texts; empty when absent (and reported when required).</summary>
    public abstract IReadOnlyList<Located<string>> StringList(string key, bool required = false, string description = "", TextForm? form = null);

    /// <summary>A list of words out of a choice; empty when absent.</summary>
    public abstract IReadOnlyList<T> EnumList<T>(string key, Choices<T> choices, string description = "");

    /// <summary>A list of maps; empty when absent (and reported when required).</summary>
    public abstract IReadOnlyList<T> List<T>(string key, Func<FieldReader, T> read, bool required = false, string description = "");

    /// <summary>A nested map that must be there; null (and reported) when it is not.</summary>
    public abstract T? RequiredMap<T>(string key, Func<FieldReader, T> read, string description = "")
        where T : class;

    /// <summary>A nested map, or null.</summary>
    public abstract T? OptionalMap<T>(string key, Func<FieldReader, T> read, string description = "")
        where T : class;

    /// <summary>A map with free keys and text values; empty when absent. Sorted ordinally.</summary>
    public abstract IReadOnlyDictionary<string, string> StringMap(string key, string description = "");

    /// <summary>A map with free keys and lists of text as values; empty when absent. Sorted ordinally.</summary>
    public abstract IReadOnlyDictionary<string, IReadOnlyList<string>> StringListMap(string key, string description = "");

    /// <summary>A map with free keys and maps as values; empty when absent. Sorted ordinally.</summary>
    public abstract IReadOnlyDictionary<string, T> MapOfMaps<T>(string key, Func<string, FieldReader, T> read, string description = "");
}
