using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ironhull.Provisioning.Engine;

namespace Ironhull.Provisioning.Stages;

/// <summary>What a provisioned root says about its provisioning.</summary>
/// <param name="BootId">The identifier of the boot that did it.</param>
/// <param name="Time">When.</param>
/// <param name="HasUserConfig">Whether somebody gave the machine a config.</param>
internal sealed record ProvisioningResult(string BootId, DateTimeOffset Time, bool HasUserConfig);

/// <summary>Upstream's <c>/etc/.ignition-result.json</c>, mode 0600; a root that was provisioned before keeps what it said then.</summary>
internal sealed class ResultFile(RootFolder root, IOwnership ownership)
{
    private const string Name = ".ignition-result.json";

    /// <summary>Writes it.</summary>
    public void Write(ProvisioningResult result)
    {
        var previous = Previous(result.BootId);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("provisioningBootID", result.BootId);
            json.WriteString("provisioningDate", result.Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteBoolean("userConfigProvided", result.HasUserConfig);
            if (previous is not null)
            {
                json.WritePropertyName("previousReport");
                previous.WriteTo(json);
            }

            json.WriteEndObject();
        }

        using var folder = root.Make("/etc", (_, _, _) => { });
        folder.Write(Name, [.. buffer.ToArray(), (byte)'\n'], 0x180, (f, n) => ownership.Set(f.Descriptor, n, $"/etc/{Name}", 0, 0));
    }

    // A stage that runs again in the same boot replaces its own report.
    private JsonObject? Previous(string bootId)
    {
        try
        {
            var report = root.Read($"/etc/{Name}") is { } text ? JsonNode.Parse(text) as JsonObject : null;
            return report?["provisioningBootID"]?.GetValue<string>() == bootId ? report["previousReport"] as JsonObject : report;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
