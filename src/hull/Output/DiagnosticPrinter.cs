using System.Text.Json;
using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Output;

/// <summary>Prints diagnostics; text and JSON show the same object.</summary>
internal static class DiagnosticPrinter
{
    /// <summary>Prints diagnostics in their order.</summary>
    public static void Print(TextWriter writer, IReadOnlyList<Diagnostic> diagnostics, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            writer.Write(JsonText.Of(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("errors");
                foreach (var diagnostic in diagnostics)
                {
                    Write(json, diagnostic);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }));
            return;
        }

        foreach (var diagnostic in diagnostics)
        {
            writer.WriteLine(diagnostic.ToString());
        }

        if (diagnostics.Count > 1)
        {
            writer.WriteLine($"{diagnostics.Count} errors");
        }
    }

    private static void Write(Utf8JsonWriter json, Diagnostic diagnostic)
    {
        json.WriteStartObject();
        json.WriteString("code", diagnostic.Code.Code);
        json.WriteString("category", CategoryName(diagnostic.Code.Category));
        json.WriteString("title", diagnostic.Code.Title);
        json.WriteString("message", diagnostic.Message);
        if (diagnostic.Where is { } where)
        {
            json.WriteStartObject("where");
            json.WriteString("path", where.Path);
            if (where.Line > 0)
            {
                json.WriteNumber("line", where.Line);
                json.WriteNumber("column", Math.Max(1, where.Column));
            }

            if (where.Offset >= 0)
            {
                json.WriteNumber("offset", where.Offset);
            }

            json.WriteEndObject();
        }

        json.WriteString("remedy", diagnostic.Remedy);
        json.WriteEndObject();
    }

    /// <summary>The category in lower case.</summary>
    public static string CategoryName(ErrorCategory category) => category switch
    {
        ErrorCategory.Input => "input",
        ErrorCategory.Environment => "environment",
        ErrorCategory.Integrity => "integrity",
        ErrorCategory.Unsupported => "unsupported",
        ErrorCategory.Network => "network",
        ErrorCategory.Servicing => "servicing",
        _ => "internal",
    };
}
