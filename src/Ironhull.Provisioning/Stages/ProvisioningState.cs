using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine.Disks;

namespace Ironhull.Provisioning.Stages;

/// <summary>A config that was fetched.</summary>
/// <param name="Kind">"base" or "user".</param>
/// <param name="Source">"system", "cmdline" or the platform.</param>
/// <param name="Referenced">Whether another config led to it.</param>
public sealed record FetchedConfig(string Kind, string Source, bool Referenced);

/// <summary>What the stages tell one another, in upstream's form.</summary>
public sealed class ProvisioningState
{
    private readonly List<FetchedConfig> _configs = [];

    /// <summary>The configs that were fetched, each once.</summary>
    public IReadOnlyList<FetchedConfig> FetchedConfigs => _configs;

    /// <summary>The encrypted volumes that the stage <c>disks</c> has opened, with their keys.</summary>
    public IReadOnlyList<OpenVolume> Volumes { get; set; } = [];

    /// <summary>Whether somebody gave this machine a config.</summary>
    public bool HasUserConfig => _configs.Exists(c => c.Kind == "user");

    /// <summary>Remembers a config.</summary>
    public void Add(FetchedConfig config)
    {
        if (!_configs.Contains(config))
        {
            _configs.Add(config);
        }
    }

    /// <summary>Reads a state file; an absent one is an empty state.</summary>
    /// <exception cref="HullException">HULL8086.</exception>
    public static ProvisioningState Load(string path)
    {
        var state = new ProvisioningState();
        if (StageFile.Read(path) is not { } text)
        {
            return state;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.TryGetProperty("fetchedConfigs", out var configs))
            {
                foreach (var config in configs.EnumerateArray())
                {
                    state.Add(new(config.GetProperty("kind").GetString() ?? "", config.GetProperty("source").GetString() ?? "", config.GetProperty("referenced").GetBoolean()));
                }
            }

            if (json.RootElement.TryGetProperty("luksVolumes", out var volumes))
            {
                state.Volumes = [.. volumes.EnumerateArray().Select(v => new OpenVolume(
                    v.GetProperty("name").GetString()!, v.GetProperty("uuid").GetString()!, v.GetProperty("key").GetBytesFromBase64(), [.. v.GetProperty("options").EnumerateArray().Select(o => o.GetString()!)]))];
            }

            return state;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw ProvisioningErrors.StageFiles.Error($"{path} is not a state that the stages wrote.", new Location(path), cause: e);
        }
    }

    /// <summary>Writes the state file.</summary>
    /// <exception cref="HullException">HULL8086.</exception>
    public void Save(string path)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("fetchedConfigs");
            foreach (var config in _configs)
            {
                json.WriteStartObject();
                json.WriteString("kind", config.Kind);
                json.WriteString("source", config.Source);
                json.WriteBoolean("referenced", config.Referenced);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteVolumes(json);
            json.WriteEndObject();
        }

        StageFile.Write(path, buffer.ToArray());
    }

    private void WriteVolumes(Utf8JsonWriter json)
    {
        if (Volumes.Count == 0)
        {
            return;
        }

        json.WriteStartArray("luksVolumes");
        foreach (var volume in Volumes)
        {
            json.WriteStartObject();
            json.WriteString("name", volume.Name);
            json.WriteString("uuid", volume.Uuid);
            json.WriteBase64String("key", volume.Key.Span);
            json.WriteStartArray("options");
            foreach (var option in volume.Options)
            {
                json.WriteStringValue(option);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
