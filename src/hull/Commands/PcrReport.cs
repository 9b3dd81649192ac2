using System.Globalization;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Measurement;

namespace Ironhull.Cli.Commands;

/// <summary>What <c>hull inspect --pcrs</c> prints: the registers to compare a machine's TPM or quote with.</summary>
internal static class PcrReport
{
    private const int KernelBoot = 11;

    /// <summary>The text form.</summary>
    public static string Text(IReadOnlyList<BootPrediction> predictions)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        foreach (var prediction in predictions)
        {
            text.WriteLine($"{prediction.Kernel}, {(prediction.Addons.Count == 0 ? "no addons" : "addons " + string.Join(", ", prediction.Addons))}");
            foreach (var group in prediction.Conflicts)
            {
                text.WriteLine($"  more than one addon of the group '{group}': the words of the last one win");
            }

            var table = new TextTable("  PCR", "when", "SHA-256");
            foreach (var pcr in BootPrediction.Registers)
            {
                table.Add("  " + pcr.ToString(CultureInfo.InvariantCulture), pcr == KernelBoot ? "kernel starts" : "", prediction.AtKernelStart(pcr).ToString());
                foreach (var (phase, value) in pcr == KernelBoot ? prediction.AfterPhases() : [])
                {
                    table.Add("", phase, value.ToString());
                }
            }

            text.WriteLine(table.ToString());
        }

        return text.ToString();
    }

    /// <summary>The JSON form, with every event.</summary>
    public static void WriteJson(CommandContext context, IReadOnlyList<BootPrediction> predictions) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("bank", "sha256");
        json.WriteStartArray("boots");
        foreach (var prediction in predictions)
        {
            json.WriteStartObject();
            json.WriteString("kernel", prediction.Kernel);
            json.WriteStartArray("addons");
            foreach (var addon in prediction.Addons)
            {
                json.WriteStringValue(addon);
            }

            json.WriteEndArray();
            json.WriteStartArray("conflicts");
            foreach (var group in prediction.Conflicts)
            {
                json.WriteStringValue(group);
            }

            json.WriteEndArray();
            json.WriteStartObject("pcrs");
            foreach (var pcr in BootPrediction.Registers)
            {
                json.WriteString(pcr.ToString(CultureInfo.InvariantCulture), prediction.WhenRunning(pcr).ToString());
            }

            json.WriteEndObject();
            json.WriteString("pcr11AtKernelStart", prediction.AtKernelStart(KernelBoot).ToString());
            json.WriteStartArray("pcr11Phases");
            foreach (var (phase, value) in prediction.AfterPhases())
            {
                json.WriteStartObject();
                json.WriteString("phase", phase);
                json.WriteString("value", value.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("events");
            foreach (var entry in prediction.Events)
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

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
