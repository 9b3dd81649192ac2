using System.Globalization;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Measurement;
using Ironhull.Measurement.Attestation;

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

    /// <summary>The JSON form, with every event: what <c>hull attest verify</c> compares quotes with.</summary>
    public static void WriteJson(CommandContext context, PublishedMeasurements published) => context.WriteJson(published.Write);
}
