using System.Globalization;
using System.Text;

namespace Ironhull.Machines.Acceptance;

/// <summary>Writes results as TAP, the Test Anything Protocol, version 14.</summary>
public static class TapWriter
{
    /// <summary>Writes a whole document.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="results">The results, in order.</param>
    public static void Write(TextWriter writer, IReadOnlyList<AcceptanceResult> results)
    {
        writer.Write("TAP version 14\n");
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"1..{results.Count}\n"));
        for (var i = 0; i < results.Count; i++)
        {
            var result = results[i];
            var ok = result.Outcome == AcceptanceOutcome.Failed ? "not ok" : "ok";
            var directive = result.Outcome == AcceptanceOutcome.Skipped ? $" # SKIP {OneLine(result.Message)}" : "";
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{ok} {i + 1} - {Escape(result.Name)}: {Escape(result.Title)}{directive}\n"));
            writer.Write("  ---\n");
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"  duration_ms: {result.Duration.TotalMilliseconds:F0}\n"));
            if (result.Outcome != AcceptanceOutcome.Skipped && result.Message.Length > 0)
            {
                writer.Write("  message: |\n");
                foreach (var line in result.Message.TrimEnd().Split('\n'))
                {
                    writer.Write($"    {Printable(line)}\n");
                }
            }

            writer.Write("  ...\n");
        }
    }

    // TAP 14: '#' starts a directive and '\' escapes.
    private static string Escape(string text) =>
        OneLine(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("#", "\\#", StringComparison.Ordinal);

    private static string OneLine(string text) => Printable(text.Replace('\n', ' '));

    private static string Printable(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(c is '\t' ? ' ' : char.IsControl(c) ? '?' : c);
        }

        return plain.ToString().TrimEnd();
    }
}
