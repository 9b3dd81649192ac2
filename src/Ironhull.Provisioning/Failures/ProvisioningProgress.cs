using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Failures;

/// <summary>
/// How far the provisioning of this boot has come, in a file of /run that whoever reports a failure reads. Only an initrd has one: elsewhere
/// nobody waits for a report.
/// </summary>
public sealed class ProvisioningProgress
{
    /// <summary>Where it is, below the top of <see cref="NodePaths"/>.</summary>
    public const string FilePath = "run/ironhull/provisioning.json";

    // What makes systemd, and us, take a system for an initrd.
    private const string InitrdMark = "etc/initrd-release";
    private const int MostFindings = 20;
    private readonly NodePaths _paths;
    private readonly List<string> _passed = [];

    private ProvisioningProgress(NodePaths paths) => _paths = paths;

    /// <summary>The stages that have passed, in their order.</summary>
    public IReadOnlyList<string> Passed => _passed;

    /// <summary>The stage that runs or has failed; null between stages.</summary>
    public string? Stage { get; private set; }

    /// <summary>Why the stage has failed; empty when it has not, or could not say so.</summary>
    public IReadOnlyList<FailedFinding> Findings { get; private set; } = [];

    /// <summary>Reads it. What cannot be read is as if nothing had happened.</summary>
    public static ProvisioningProgress Load(NodePaths paths)
    {
        var progress = new ProvisioningProgress(paths);
        try
        {
            if (StageFile.Read(paths.At(FilePath)) is not { } text)
            {
                return progress;
            }

            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            progress._passed.AddRange(root.GetProperty("passed").EnumerateArray().Select(p => p.GetString() ?? ""));
            progress.Stage = root.GetProperty("stage").GetString();
            progress.Findings = [.. root.GetProperty("findings").EnumerateArray().Select(Finding)];
        }
        catch (Exception e) when (e is HullException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new(paths);
        }

        return progress;
    }

    /// <summary>A stage begins.</summary>
    public void Begin(string stage)
    {
        (Stage, Findings) = (ShownText.Line(stage), []);
        Save();
    }

    /// <summary>The stage has passed.</summary>
    public void Pass()
    {
        if (Stage is { } stage)
        {
            _passed.Remove(stage);
            _passed.Add(stage);
        }

        Stage = null;
        Save();
    }

    /// <summary>The stage has failed.</summary>
    public void Fail(IReadOnlyList<Diagnostic> diagnostics)
    {
        Findings = [.. diagnostics.Take(MostFindings).Select(FailedFinding.Of)];
        Save();
    }

    private static FailedFinding Finding(JsonElement json) => new(
        json.GetProperty("code").GetString() ?? "", json.GetProperty("title").GetString() ?? "", json.GetProperty("message").GetString() ?? "",
        json.GetProperty("where").GetString(), json.GetProperty("remedy").GetString() ?? "");

    /// <summary>Writes a list of findings.</summary>
    internal static void Write(Utf8JsonWriter json, IReadOnlyList<FailedFinding> findings)
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("code", finding.Code);
            json.WriteString("title", finding.Title);
            json.WriteString("message", finding.Message);
            json.WriteString("where", finding.Where);
            json.WriteString("remedy", finding.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // That nobody can be told how far a stage came is no reason for it to fail.
    private void Save()
    {
        if (!File.Exists(_paths.At(InitrdMark)))
        {
            return;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("passed");
            _passed.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteString("stage", Stage);
            Write(json, Findings);
            json.WriteEndObject();
        }

        try
        {
            StageFile.Write(_paths.At(FilePath), buffer.ToArray());
        }
        catch (HullException)
        {
        }
    }
}
