using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ironhull.Provisioning.Json;

/// <summary>Writes the values of a config as JSON; the same values always give the same bytes.</summary>
public static class ConfigJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a value.</summary>
    /// <param name="node">The value.</param>
    /// <param name="indented">Whether people shall read it; otherwise it is on one line without spaces.</param>
    public static byte[] Write(ConfigNode node, bool indented = false)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, indented ? Indented : OneLine))
        {
            Write(json, node);
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ConfigNode node)
    {
        switch (node)
        {
            case ConfigText text:
                json.WriteStringValue(text.Value);
                break;
            case ConfigNumber number:
                json.WriteRawValue(number.Text);
                break;
            case ConfigTruth truth:
                json.WriteBooleanValue(truth.Value);
                break;
            case ConfigList list:
                json.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case ConfigObject map:
                json.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
