using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ironhull.Cli.Output;

/// <summary>Writes JSON for machines: indented, with a newline at the end.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A document.</summary>
    public static string Of(Action<Utf8JsonWriter> write) => Render(write, Indented);

    /// <summary>A document on one line.</summary>
    public static string Line(Action<Utf8JsonWriter> write) => Render(write, OneLine);

    private static string Render(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }
}
