using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ironhull.Provisioning.Failures;

/// <summary>A first boot that has failed, as it is told to people and programs. It holds nothing of the config but what errors say, and no secrets.</summary>
public sealed record FailureReport
{
    private const int Format = 1;
    private const int ShownFindings = 5;

    /// <summary>The stage that failed; null when none had begun.</summary>
    public string? Stage { get; init; }

    /// <summary>The stages that passed before.</summary>
    public required IReadOnlyList<string> Passed { get; init; }

    /// <summary>Why; at least one.</summary>
    public required IReadOnlyList<FailedFinding> Findings { get; init; }

    /// <summary>Where the configs came from, the first one first.</summary>
    public required IReadOnlyList<string> Configs { get; init; }

    /// <summary>Which machine.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Which failure in a row; null when nobody can count.</summary>
    public int? Attempt { get; init; }

    /// <summary>After how many failures the machine is restarted no more.</summary>
    public required int Attempts { get; init; }

    /// <summary>What happens next.</summary>
    public required FailureStep Next { get; init; }

    /// <summary>Whether ROOT is made anew at the next boot, so that nothing of this attempt is left.</summary>
    public bool RootIsMadeAnew { get; init; }

    /// <summary>The first error in one line.</summary>
    public string Summary => $"{Findings[0].Code} in stage {Stage ?? "none"}: {(Findings[0].Where is { } where ? where + ": " : "")}{Findings[0].Message}";

    /// <summary>The digest: a few lines for a console or a person.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        Add("PROVISIONING FAILED", (Stage is null ? "before the first stage" : $"in stage {Stage}") + (Passed.Count > 0 ? $"; passed: {string.Join(", ", Passed)}" : "; nothing was done before"));
        foreach (var finding in Findings.Take(ShownFindings))
        {
            Add("error", $"{finding.Code} {finding.Title}");
            Add("", (finding.Where is { } where ? where + ": " : "") + finding.Message);
            Add("remedy", finding.Remedy);
        }

        if (Findings.Count > ShownFindings)
        {
            Add("", $"and {(Findings.Count - ShownFindings).ToString(CultureInfo.InvariantCulture)} more errors");
        }

        Add("config", Configs.Count > 0 ? string.Join(", ", Configs) : "none was found");
        Add("image", Machine.Image ?? "not known");
        Add("machine", string.Join(", ", new[] { Machine.Model, Machine.Hardware, Machine.MachineId is { } id ? $"machine-id {id}" : null }.OfType<string>()));
        Add("boot", string.Join(", ", new[] { Machine.BootId, Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) }.OfType<string>()));
        Add("attempt", Attempt is { } attempt ? string.Create(CultureInfo.InvariantCulture, $"{attempt} of {Attempts}") : "not known: the EFI system partition cannot be written");
        Add("next", Next.Action switch
        {
            FailureAction.Reboot => string.Create(CultureInfo.InvariantCulture, $"restarts in {Next.Delay.TotalSeconds:0} s"),
            FailureAction.Halt => "stops here until it is reset",
            _ => "emergency.target",
        } + (RootIsMadeAnew ? "; ROOT is made anew at the next boot" : ""));
        return text.ToString();

        void Add(string head, string line)
        {
            const int Heads = 10;
            text.Append(head.Length == 0 ? new string(' ', Heads) : head.Length >= Heads ? head + ": " : (head + ":").PadRight(Heads)).Append(line).Append('\n');
        }
    }

    /// <summary>The report for programs, a JSON object.</summary>
    public byte[] Json()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("time", Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("stage", Stage);
            WriteList(json, "passed", Passed);
            ProvisioningProgress.Write(json, Findings);
            WriteList(json, "configs", Configs);
            json.WriteString("image", Machine.Image);
            json.WriteString("model", Machine.Model);
            json.WriteString("hardware", Machine.Hardware);
            json.WriteString("machineId", Machine.MachineId);
            json.WriteString("bootId", Machine.BootId);
            if (Attempt is { } attempt)
            {
                json.WriteNumber("attempt", attempt);
            }

            json.WriteNumber("attempts", Attempts);
            json.WriteString("next", Next.Action.ToString().ToLowerInvariant());
            json.WriteNumber("delay", (int)Next.Delay.TotalSeconds);
            json.WriteBoolean("rootIsMadeAnew", RootIsMadeAnew);
            json.WriteEndObject();
        }

        return [.. buffer.ToArray(), (byte)'\n'];
    }

    /// <summary>How many failures in a row a report counts.</summary>
    /// <param name="report">A report that was written; null for none.</param>
    /// <param name="hardware">The machine: reports of others, whose disk this was copied from, do not count.</param>
    /// <returns>0 where there is none that counts.</returns>
    public static int AttemptOf(byte[]? report, string? hardware)
    {
        try
        {
            using var json = JsonDocument.Parse(report ?? "{}"u8.ToArray());
            return json.RootElement.TryGetProperty("attempt", out var attempt) && json.RootElement.GetProperty("hardware").GetString() == hardware ? Math.Clamp(attempt.GetInt32(), 0, 1_000_000) : 0;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return 0;
        }
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
