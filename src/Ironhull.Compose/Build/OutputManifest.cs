using System.Globalization;
using System.Text.Json;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Build;

/// <summary>
/// <c>build.json</c> in the output folder: what the build was made from and what it made. A later build with the same
/// inputs, and files that nobody touched, has nothing to do.
/// </summary>
public static class OutputManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "build.json";

    /// <summary>Writes the manifest, last of all outputs.</summary>
    public static void Write(string folder, Sha256Digest inputs, BuildReport report)
    {
        using var file = new AtomicFile(Path.Combine(folder, FileName));
        using (var json = new Utf8JsonWriter(file.Stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("image", report.Image);
            json.WriteString("version", report.Version);
            json.WriteString("inputs", inputs.ToString());
            json.WriteString("rootHash", report.RootHash);
            json.WriteNumber("packages", report.Packages);
            json.WriteNumber("files", report.Files);
            json.WriteStartObject("sizes");
            foreach (var (name, bytes) in report.Sizes)
            {
                json.WriteNumber(name, bytes);
            }

            json.WriteEndObject();
            json.WriteStartArray("outputs");
            foreach (var output in report.Outputs)
            {
                json.WriteStartObject();
                json.WriteString("name", output.Name);
                json.WriteString("kind", output.Kind);
                json.WriteNumber("size", output.Size);
                json.WriteNumber("allocated", output.Allocated);
                json.WriteString("sha256", output.Sha256);
                json.WriteString("stamp", Stamp(Path.Combine(folder, output.Name)));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        file.Commit();
    }

    /// <summary>Reads a manifest whose inputs are the given ones and whose outputs are as they were left.</summary>
    /// <returns>The report of that build, or null.</returns>
    public static BuildReport? TryReuse(string folder, Sha256Digest inputs)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            if (root.GetProperty("inputs").GetString() != inputs.ToString())
            {
                return null;
            }

            var outputs = new List<BuildOutput>();
            foreach (var entry in root.GetProperty("outputs").EnumerateArray())
            {
                var name = entry.GetProperty("name").GetString()!;
                var file = Path.Combine(folder, name);
                if (!File.Exists(file) || Stamp(file) != entry.GetProperty("stamp").GetString())
                {
                    return null;
                }

                outputs.Add(new(
                    name, entry.GetProperty("kind").GetString()!, entry.GetProperty("size").GetInt64(), entry.GetProperty("allocated").GetInt64(),
                    entry.GetProperty("sha256").GetString()!));
            }

            return new BuildReport
            {
                Image = root.GetProperty("image").GetString()!,
                Version = root.GetProperty("version").GetString()!,
                OutputFolder = folder,
                UpToDate = true,
                Packages = root.GetProperty("packages").GetInt32(),
                Files = root.GetProperty("files").GetInt32(),
                Sizes = [.. root.GetProperty("sizes").EnumerateObject().Select(p => new KeyValuePair<string, long>(p.Name, p.Value.GetInt64()))],
                RootHash = root.GetProperty("rootHash").GetString()!,
                Outputs = outputs,
                Stages = [],
                Notes = [],
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IOException)
        {
            return null;
        }
    }

    /// <summary>Size and change time: an output that was written to since is not reused.</summary>
    private static string Stamp(string path)
    {
        var info = new FileInfo(path);
        return string.Create(CultureInfo.InvariantCulture, $"{info.Length}:{info.LastWriteTimeUtc.Ticks}");
    }
}
