using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Json;

/// <summary>
/// Reads JSON into values that know their place. Size and depth are bounded; text that is not UTF-8 and escaped halves of
/// surrogate pairs become U+FFFD, as upstream reads them.
/// </summary>
public static class LocatedJson
{
    /// <summary>Largest text, in bytes.</summary>
    public const int MaximumBytes = 64 << 20;

    /// <summary>Deepest nesting.</summary>
    public const int MaximumDepth = 128;

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="source">The name of the file that places show.</param>
    /// <exception cref="HullException">HULL8001, HULL8002, HULL8005.</exception>
    public static ConfigNode Read(ReadOnlySpan<byte> text, string source)
    {
        if (text.Length > MaximumBytes)
        {
            throw ProvisioningErrors.Limit.Error($"The config has {text.Length} bytes; at most {MaximumBytes} are read.", new Location(source));
        }

        if (text.IsEmpty)
        {
            throw ProvisioningErrors.Empty.Error("The config is empty.", new Location(source));
        }

        var bytes = Utf8.IsValid(text) ? text.ToArray() : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
        var lines = new LineIndex(bytes, source);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaximumDepth + 1 });
        try
        {
            reader.Read();
            var node = ReadValue(ref reader, lines, 0);
            reader.Read();
            return node;
        }
        catch (JsonException e)
        {
            throw ProvisioningErrors.Syntax.Error(Sentence(e.Message), Failure(e, source), cause: e);
        }
    }

    private static Location Failure(JsonException e, string source) =>
        new(source, (int)(e.LineNumber ?? 0) + 1, (int)Math.Min(e.BytePositionInLine ?? 0, int.MaxValue - 1) + 1);

    // The reader appends its own line and byte, which the place says better.
    private static string Sentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end > 0 ? message[..end] : message;
    }

    private static ConfigNode ReadValue(ref Utf8JsonReader reader, LineIndex lines, int depth)
    {
        var where = lines.At(reader.TokenStartIndex);
        if (depth > MaximumDepth)
        {
            throw ProvisioningErrors.Limit.Error($"Values are nested more than {MaximumDepth} deep.", where.ToLocation());
        }

        return reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(ref reader, lines, where, depth),
            JsonTokenType.StartArray => ReadList(ref reader, lines, where, depth),
            JsonTokenType.String => new ConfigText(where, Text(ref reader)),
            JsonTokenType.Number => new ConfigNumber(where, Encoding.ASCII.GetString(reader.ValueSpan)),
            JsonTokenType.True => new ConfigTruth(where, true),
            JsonTokenType.False => new ConfigTruth(where, false),
            JsonTokenType.Null => new ConfigNull(where),
            _ => throw ProvisioningErrors.Syntax.Error("A value is expected.", where.ToLocation()),
        };
    }

    private static ConfigObject ReadObject(ref Utf8JsonReader reader, LineIndex lines, Place where, int depth)
    {
        var entries = new List<ConfigEntry>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var keyWhere = lines.At(reader.TokenStartIndex);
            var key = Text(ref reader);
            reader.Read();
            entries.Add(new(key, keyWhere, ReadValue(ref reader, lines, depth + 1)));
        }

        return new(where, entries);
    }

    private static ConfigList ReadList(ref Utf8JsonReader reader, LineIndex lines, Place where, int depth)
    {
        var items = new List<ConfigNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue(ref reader, lines, depth + 1));
        }

        return new(where, items);
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Unescape(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan);

    // The framework's reader throws on half a surrogate pair; upstream replaces it.
    private static string Unescape(ReadOnlySpan<byte> text)
    {
        var result = new StringBuilder(text.Length);
        while (!text.IsEmpty)
        {
            var run = text.IndexOf((byte)'\\');
            if (run < 0)
            {
                result.Append(Encoding.UTF8.GetString(text));
                break;
            }

            result.Append(Encoding.UTF8.GetString(text[..run]));
            if (text[run + 1] == 'u')
            {
                result.Append((char)Convert.ToUInt16(Encoding.ASCII.GetString(text.Slice(run + 2, 4)), 16));
                text = text[(run + 6)..];
                continue;
            }

            result.Append(text[run + 1] switch { (byte)'b' => '\b', (byte)'f' => '\f', (byte)'n' => '\n', (byte)'r' => '\r', (byte)'t' => '\t', var c => (char)c });
            text = text[(run + 2)..];
        }

        return WithoutHalves(result);
    }

    private static string WithoutHalves(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = '\uFFFD';
            }
        }

        return text.ToString();
    }
}
