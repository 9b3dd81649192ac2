using System.Text.Json;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Build;

/// <summary>Why a stage ran or was reused.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Reused">True when its result came from the cache.</param>
/// <param name="Reason">One sentence: what changed, or that nothing did.</param>
/// <param name="Cost">What it took.</param>
public sealed record StageOutcome(string Stage, bool Reused, string Reason, StageCost Cost);

/// <summary>
/// Results of stages, named by their keys: one folder a result, complete or absent (made by rename), with the SHA-256
/// of every file checked before it is used again.
/// </summary>
public sealed class StageCache
{
    private const string Manifest = "manifest.json";
    private const int Kept = 3;

    // No build is longer than this between the use of a result, or of what it is being made in, and its end.
    private static readonly TimeSpan InUse = TimeSpan.FromMinutes(15);

    private readonly string _results;
    private readonly string _last;
    private readonly TimeProvider _time;
    private readonly List<StageOutcome> _outcomes = [];

    /// <summary>Opens a cache.</summary>
    /// <param name="folder">The cache's folder; made when missing.</param>
    /// <param name="image">The image's name: explanations compare with the same image's last build.</param>
    /// <param name="time">Measures stages; no output depends on it.</param>
    public StageCache(string folder, string image, TimeProvider time)
    {
        _results = Path.Combine(folder, "results");
        _last = Path.Combine(folder, "last", image);
        _time = time;
        Directory.CreateDirectory(_results);
        Directory.CreateDirectory(_last);
    }

    /// <summary>What was run and reused so far, in order.</summary>
    public IReadOnlyList<StageOutcome> Outcomes => _outcomes;

    /// <summary>Returns a stage's result, made now when the cache does not hold it.</summary>
    /// <param name="stage">The stage's name.</param>
    /// <param name="key">Everything the result depends on.</param>
    /// <param name="produce">Makes the result in the folder it is given; must leave only regular files there.</param>
    /// <returns>The folder that holds the result.</returns>
    public string Run(string stage, StageKey key, Action<string> produce)
    {
        var meter = StageMeter.Start(_time);
        var folder = Path.Combine(_results, $"{stage}-{key.Digest}");
        var reason = Explain(stage, key);
        if (IsIntact(folder))
        {
            Directory.SetLastWriteTimeUtc(folder, _time.GetUtcNow().UtcDateTime);
            Remember(stage, key);
            Record(new(stage, true, reason.Length == 0 ? "nothing it depends on changed" : $"{reason}; this state was built before", meter.Stop()));
            return folder;
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            reason = "its cached result was damaged";
        }

        var temporary = $"{folder}.partial-{Environment.ProcessId}";
        if (Directory.Exists(temporary))
        {
            Directory.Delete(temporary, recursive: true);
        }

        Directory.CreateDirectory(temporary);
        try
        {
            produce(temporary);
            WriteManifest(temporary);
            Publish(temporary, folder);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }

        Remember(stage, key);
        Prune(stage, folder);
        Record(new(stage, false, reason.Length == 0 ? "the cache has no result" : reason, meter.Stop()));
        return folder;
    }

    /// <summary>Records a stage that is not cached here.</summary>
    public void Record(StageOutcome outcome)
    {
        lock (_outcomes)
        {
            _outcomes.Add(outcome);
        }
    }

    /// <summary>Which fields differ from the last build of this image; empty when none does.</summary>
    public string Explain(string stage, StageKey key)
    {
        var path = Path.Combine(_last, stage + ".json");
        if (!File.Exists(path))
        {
            return "first build of this image on this machine";
        }

        Dictionary<string, string> old;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            old = json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return "the record of the last build was damaged";
        }

        var changed = key.Fields.Where(f => !old.TryGetValue(f.Key, out var value) || value != f.Value).Select(f => f.Key)
            .Concat(old.Keys.Except(key.Fields.Select(f => f.Key), StringComparer.Ordinal)).ToList();
        return changed.Count switch
        {
            0 => "",
            <= 6 => $"changed: {string.Join(", ", changed)}",
            _ => $"changed: {string.Join(", ", changed.Take(6))} and {changed.Count - 6} more",
        };
    }

    /// <summary>Remembers a key as the image's last one.</summary>
    public void Remember(string stage, StageKey key)
    {
        using var file = new AtomicFile(Path.Combine(_last, stage + ".json"));
        using (var json = new Utf8JsonWriter(file.Stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in key.Fields)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        file.Commit(durable: false);
    }

    private static void Publish(string temporary, string folder)
    {
        try
        {
            Directory.Move(temporary, folder);
        }
        catch (IOException) when (IsIntact(folder))
        {
            // Another build made the same result meanwhile.
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static void WriteManifest(string folder)
    {
        using var stream = new FileStream(Path.Combine(folder, Manifest), FileMode.CreateNew);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        foreach (var path in SortedDirectory.Files(folder))
        {
            var name = Path.GetFileName(path);
            if (name != Manifest)
            {
                using var file = File.OpenRead(path);
                json.WriteString(name, Sha256Digest.Of(file).ToString());
            }
        }

        json.WriteEndObject();
    }

    private static bool IsIntact(string folder)
    {
        var manifest = Path.Combine(folder, Manifest);
        if (!File.Exists(manifest))
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(manifest));
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                using var file = File.OpenRead(Path.Combine(folder, entry.Name));
                if (Sha256Digest.Of(file).ToString() != entry.Value.GetString())
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    // A developer goes back and forth between a few states; older results only fill the disk. What is new may be another build's.
    private void Prune(string stage, string keep)
    {
        var end = _time.GetUtcNow().UtcDateTime - InUse;
        var old = SortedDirectory.Folders(_results)
            .Where(f => f != keep && Path.GetFileName(f).StartsWith(stage + "-", StringComparison.Ordinal))
            .OrderByDescending(Directory.GetLastWriteTimeUtc)
            .Skip(Kept - 1)
            .Where(f => Directory.GetLastWriteTimeUtc(f) < end);
        foreach (var folder in old)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // Another build uses it; it goes next time.
            }
        }
    }
}
