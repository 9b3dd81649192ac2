using System.Globalization;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>Instants as definitions and locks write them: <c>YYYY-MM-DDTHH:MM:SSZ</c>, UTC, whole seconds.</summary>
public static class Instants
{
    /// <summary>The form of the text.</summary>
    public static readonly TextForm Form = new("an instant as YYYY-MM-DDTHH:MM:SSZ", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$");

    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The text of an instant.</summary>
    /// <param name="seconds">Seconds since 1970-01-01 UTC.</param>
    public static string Text(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Seconds since 1970-01-01 UTC, or null when the text is no instant.</summary>
    public static long? Parse(string text) =>
        DateTimeOffset.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant.ToUnixTimeSeconds() : null;

    /// <summary>Reads an optional key.</summary>
    internal static long? Read(FieldReader f, string key, string description)
    {
        var text = f.OptionalString(key, null, description, Form);
        var seconds = text is null ? null : Parse(text);
        if (text is not null && seconds is null && Form.Matches(text))
        {
            f.Report(DefinitionErrors.InvalidValue.With($"'{text}' is no instant.", f.WhereIs(key), "Write a day and a time that exist, as 2026-11-01T00:00:00Z."));
        }

        return seconds;
    }
}
