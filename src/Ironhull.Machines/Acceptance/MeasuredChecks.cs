using System.Globalization;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tpm;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>The tests of measured boot: the TPM's registers and the firmware's event log are what was predicted from the image and the keys alone.</summary>
internal static class MeasuredChecks
{
    /// <summary>The test that looks at the machine which the host tests share.</summary>
    public const string Predicted = "measured/pcrs-are-as-predicted";

    /// <summary>Its title.</summary>
    public const string PredictedTitle = "PCRs 4, 7, 11 and 12 and the event log are what was predicted from the image";

    /// <summary>Compares a booted machine with the prediction for its image.</summary>
    public static async Task<string> RunAsync(Machine machine, ImageDisk image, AcceptanceOptions options, CancellationToken cancel)
    {
        var prediction = image.Predict(KeyStore.Open(options.KeysFolder));
        var registers = new Dictionary<int, Sha256Digest>();
        foreach (var pcr in BootPrediction.Registers)
        {
            var text = await machine.SshAsync(string.Create(CultureInfo.InvariantCulture, $"cat /sys/class/tpm/tpm0/pcr-sha256/{pcr}"), cancel: cancel).ConfigureAwait(false);
            Check.That(Sha256Digest.TryParse(text.Trim(), out var value), $"PCR {pcr} is '{text.Trim()}'.");
            registers.Add(pcr, value);
        }

        var log = await machine.SshAsync("base64 /sys/kernel/security/tpm0/binary_bios_measurements", cancel: cancel).ConfigureAwait(false);
        return Compare(prediction, TcgEventLog.Parse(Convert.FromBase64String(log)), registers);
    }

    /// <summary>Compares event log and registers with a prediction, and the log with the registers.</summary>
    /// <returns>The registers, for the report.</returns>
    /// <exception cref="CheckFailedException">They differ; the message names the first event that does.</exception>
    internal static string Compare(BootPrediction prediction, TcgEventLog log, IReadOnlyDictionary<int, Sha256Digest> registers)
    {
        var replayed = log.Replay();
        foreach (var pcr in BootPrediction.Registers)
        {
            CompareEvents(pcr, [.. prediction.Events.Where(e => e.Pcr == pcr)], [.. log.Events.Where(e => e.Pcr == pcr && e.Type != TcgEventType.NoAction)]);
            Check.Equal(prediction.AtKernelStart(pcr).ToString(), replayed[pcr].ToString(), $"PCR {pcr} by the event log");
            Check.Equal(prediction.WhenRunning(pcr).ToString(), registers[pcr].ToString(), $"PCR {pcr}");
        }

        return string.Join('\n', BootPrediction.Registers.Select(pcr => string.Create(CultureInfo.InvariantCulture, $"PCR {pcr}: {registers[pcr]}")))
            + $"\nphases: {string.Join(", ", prediction.Phases)}; addons: {prediction.Addons.Count}; events: {prediction.Events.Count}";
    }

    private static void CompareEvents(int pcr, IReadOnlyList<MeasuredEvent> expected, IReadOnlyList<TcgEvent> found)
    {
        for (var i = 0; i < Math.Max(expected.Count, found.Count); i++)
        {
            var wanted = i < expected.Count ? $"{expected[i].What}: {expected[i].Digest}" : "nothing more";
            var actual = i < found.Count ? $"{found[i].Type}: {found[i].Sha256}" : "nothing more";
            Check.That(i < expected.Count && i < found.Count && expected[i].Digest == found[i].Sha256, $"Event {i + 1} of PCR {pcr}: expected {wanted}; the event log has {actual}.");
        }
    }
}
