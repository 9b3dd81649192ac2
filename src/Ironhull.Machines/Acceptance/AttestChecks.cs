using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Measurement.Attestation;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>The test that a quote of the shared machine's TPM proves what it runs, and nothing else.</summary>
internal static class AttestChecks
{
    /// <summary>The test's name.</summary>
    public const string Name = "attest/quote-proves-the-image";

    /// <summary>Its title.</summary>
    public const string Title = "A quote of the TPM with the event log proves image, addons and phase; another nonce, image or log is refused";

    private static readonly byte[] s_nonce = "acceptance nonce"u8.ToArray();

    /// <summary>Takes evidence and verifies it.</summary>
    public static async Task<string> RunAsync(Machine machine, ImageDisk image, AcceptanceOptions options, CancellationToken cancel)
    {
        var boot = image.Predict(KeyStore.Open(options.KeysFolder));
        using var script = new MemoryStream(Encoding.ASCII.GetBytes(EvidenceScript.Write(s_nonce, EvidenceScript.DefaultRegisters)));
        var (evidence, publicKey) = EvidenceScript.Read(await machine.SshAsync("bash -s", script, cancel).ConfigureAwait(false));
        using var key = AttestationKey.Parse(publicKey);
        PublishedMeasurements published = new("image", "1", [boot]);
        var proved = QuoteVerifier.Verify(evidence, key, s_nonce, [published]);
        Check.Equal(boot.Phases.LastOrDefault() ?? "", proved.Phase, "the phase");

        var other = boot with { Events = [.. boot.Events.Select(e => e.Pcr == 4 ? e with { Digest = Sha256Digest.Of("another program"u8) } : e)] };
        Refused(AttestationErrors.WrongNonce, () => QuoteVerifier.Verify(evidence, key, "another nonce"u8, [published]));
        Refused(AttestationErrors.UnknownImage, () => QuoteVerifier.Verify(evidence, key, s_nonce, [published with { Boots = [other] }]));
        Refused(AttestationErrors.ValuesNotQuoted, () => QuoteVerifier.Verify(evidence with { Values = evidence.Values!.ToDictionary(v => v.Key, v => v.Key == 7 ? default : v.Value) }, key, s_nonce, [published]));
        return string.Join('\n', proved.Registers.Select(r => $"PCR {r.Pcr}: {r.Value} by {r.By}")) + $"\nphase {proved.Phase}, key {Sha256Digest.Of(publicKey)}";
    }

    private static void Refused(ErrorCode code, Action verify)
    {
        try
        {
            verify();
        }
        catch (HullException e) when (e.Code == code)
        {
            return;
        }

        throw new CheckFailedException($"{code.Code} ({code.Title}) was expected.");
    }
}
