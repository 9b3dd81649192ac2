using System.Globalization;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Measurement.Attestation;

/// <summary>What is published of an image, so that its quotes can be told from others: every boot that it can make.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Boots">The boots.</param>
public sealed record PublishedMeasurements(string Image, string Version, IReadOnlyList<BootPrediction> Boots)
{
    private const int Largest = 16 << 20;

    /// <summary>Writes the JSON form, with every event.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("image", Image);
        json.WriteString("version", Version);
        json.WriteString("bank", "sha256");
        json.WriteStartArray("boots");
        foreach (var boot in Boots)
        {
            WriteBoot(json, boot);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="HullException">HULL6111.</exception>
    public static PublishedMeasurements Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= Largest ? Parse(File.ReadAllBytes(path), path) : throw AttestationErrors.PublishedUnreadable.Error($"{length} bytes are too many.", new(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AttestationErrors.PublishedUnreadable.Error(e.Message, new(path), cause: e);
        }
    }

    /// <summary>Reads the JSON form. Registers are computed from the events again, not taken from it.</summary>
    /// <param name="data">UTF-8.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL6111.</exception>
    public static PublishedMeasurements Parse(ReadOnlyMemory<byte> data, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            var root = json.RootElement;
            return root.GetProperty("bank").GetString() == "sha256"
                ? new(Text(root, "image"), Text(root, "version"), [.. root.GetProperty("boots").EnumerateArray().Select(ReadBoot)])
                : throw AttestationErrors.PublishedUnreadable.Error("Only the bank sha256 is read.", new(name));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw AttestationErrors.PublishedUnreadable.Error(e.Message, new(name), cause: e);
        }
    }

    private static void WriteBoot(Utf8JsonWriter json, BootPrediction boot)
    {
        json.WriteStartObject();
        json.WriteString("kernel", boot.Kernel);
        WriteTexts(json, "addons", boot.Addons);
        WriteTexts(json, "conflicts", boot.Conflicts);
        json.WriteStartObject("pcrs");
        foreach (var pcr in BootPrediction.Registers)
        {
            json.WriteString(pcr.ToString(CultureInfo.InvariantCulture), boot.WhenRunning(pcr).ToString());
        }

        json.WriteEndObject();
        json.WriteString("pcr11AtKernelStart", boot.AtKernelStart(StubMeasurements.KernelBoot).ToString());
        json.WriteStartArray("pcr11Phases");
        foreach (var (phase, value) in boot.AfterPhases())
        {
            json.WriteStartObject();
            json.WriteString("phase", phase);
            json.WriteString("value", value.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("events");
        foreach (var entry in boot.Events)
        {
            json.WriteStartObject();
            json.WriteNumber("pcr", entry.Pcr);
            json.WriteString("what", entry.What);
            json.WriteString("digest", entry.Digest.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static BootPrediction ReadBoot(JsonElement boot) => new(
        Text(boot, "kernel"),
        [.. boot.GetProperty("addons").EnumerateArray().Select(a => a.GetString() ?? "")],
        [.. boot.GetProperty("events").EnumerateArray().Select(ReadEvent)],
        [.. boot.GetProperty("pcr11Phases").EnumerateArray().Select(p => Text(p, "phase"))])
    {
        Conflicts = [.. boot.GetProperty("conflicts").EnumerateArray().Select(a => a.GetString() ?? "")],
    };

    private static MeasuredEvent ReadEvent(JsonElement entry) =>
        new(entry.GetProperty("pcr").GetInt32(), Text(entry, "what"), Sha256Digest.Parse(Text(entry, "digest")));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
