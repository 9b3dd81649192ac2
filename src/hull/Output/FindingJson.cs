using System.Text.Json;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Cli.Output;

/// <summary>Findings of provisioning configs for scripts.</summary>
internal static class FindingJson
{
    /// <summary>Writes the member <c>findings</c> into an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Finding> findings)
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("level", finding.LevelName);
            json.WriteString("code", finding.Code.Code);
            json.WriteString("path", finding.Path);
            json.WriteNumber("line", finding.Where.Line);
            json.WriteNumber("column", finding.Where.Column);
            json.WriteString("message", finding.Message);
            json.WriteString("remedy", finding.Code.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
