using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tpm;

namespace Ironhull.Measurement.Attestation;

/// <summary>Decides offline what a node's evidence proves. Every way to fail has a code of its own.</summary>
public static class QuoteVerifier
{
    // What the firmware and the stub measure before the kernel starts; the others belong to the running system or to a dynamic launch.
    private const int LastFirmwareRegister = 9;
    private static readonly int[] s_stub = [11, 12, 13, 14];

    // UEFI_VARIABLE_DATA: vendor, two lengths, then name and value.
    private const int VariableHeader = 32;
    private static readonly byte[] s_secureBoot = Encoding.Unicode.GetBytes("SecureBoot");
    private static readonly byte[] s_db = Encoding.Unicode.GetBytes("db");

    /// <summary>Verifies evidence.</summary>
    /// <param name="evidence">What the node gave.</param>
    /// <param name="key">The key that was enrolled for the node.</param>
    /// <param name="nonce">What the verifier asked with.</param>
    /// <param name="images">What is published of the images that may run.</param>
    /// <exception cref="HullException">HULL6102 to HULL6110: what is not proved; HULL10xx: the evidence cannot be read.</exception>
    public static AttestedBoot Verify(Evidence evidence, AttestationKey key, ReadOnlySpan<byte> nonce, IReadOnlyList<PublishedMeasurements> images)
    {
        var signature = TpmSignature.Parse(evidence.Signature);
        key.Verify(evidence.Quote, signature);
        var quote = TpmQuote.Parse(evidence.Quote);
        if (!CryptographicOperations.FixedTimeEquals(quote.Nonce.Span, nonce))
        {
            throw AttestationErrors.WrongNonce.Error($"It was made for {Hex(quote.Nonce.Span)}, not for {Hex(nonce)}.");
        }

        var registers = RegistersOf(quote);
        var log = TcgEventLog.Parse(evidence.EventLog);
        var replayed = log.Replay();
        var hash = AttestationKey.HashOf(signature.Hash);
        var values = evidence.Values is { } given ? Given(given, registers, quote, hash) : Derived(replayed, registers, quote, hash, images);
        RequireReplay(replayed, registers, values);
        RequireSecureBoot(log);
        return Match(quote, log, registers, values, images);
    }

    private static IReadOnlyList<int> RegistersOf(TpmQuote quote)
    {
        var registers = quote.Selections.Where(s => s.Registers.Count > 0).ToList();
        if (registers.Count != 1 || registers[0].Bank != TpmAlgorithm.Sha256)
        {
            throw AttestationErrors.RegistersNotQuoted.Error($"Quoted are {string.Join(" and ", registers.Select(s => $"{s.Registers.Count} registers of {s.Bank}"))}.");
        }

        var missing = BootPrediction.Registers.Except(registers[0].Registers).ToList();
        return missing.Count == 0
            ? registers[0].Registers
            : throw AttestationErrors.RegistersNotQuoted.Error($"PCR {string.Join(", ", missing)} is not quoted.");
    }

    private static IReadOnlyDictionary<int, Sha256Digest> Given(IReadOnlyDictionary<int, Sha256Digest> given, IReadOnlyList<int> registers, TpmQuote quote, HashAlgorithmName hash)
    {
        var missing = registers.Where(r => !given.ContainsKey(r)).ToList();
        if (missing.Count > 0)
        {
            throw AttestationErrors.ValuesNotQuoted.Error($"The value of PCR {string.Join(", ", missing)} is not given.");
        }

        return IsQuoted(given, registers, quote, hash)
            ? given
            : throw AttestationErrors.ValuesNotQuoted.Error($"Their hash is not the quoted {Hex(quote.PcrDigest.Span)}.");
    }

    // PCR 11 goes on after the log has ended; the phases are the published ones.
    private static IReadOnlyDictionary<int, Sha256Digest> Derived(
        PcrBank replayed, IReadOnlyList<int> registers, TpmQuote quote, HashAlgorithmName hash, IReadOnlyList<PublishedMeasurements> images)
    {
        foreach (var phases in images.SelectMany(i => i.Boots).Select(b => b.Phases).DistinctBy(p => string.Join(':', p)))
        {
            for (var done = phases.Count; done >= 0; done--)
            {
                var values = registers.ToDictionary(r => r, r => replayed[r]);
                values[StubMeasurements.KernelBoot] = AfterPhases(replayed[StubMeasurements.KernelBoot], phases.Take(done));
                if (IsQuoted(values, registers, quote, hash))
                {
                    return values;
                }
            }
        }

        throw AttestationErrors.LogDoesNotReplay.Error("No values that the event log leads to, with the published phases of the boot, have the quoted hash.");
    }

    private static bool IsQuoted(IReadOnlyDictionary<int, Sha256Digest> values, IReadOnlyList<int> registers, TpmQuote quote, HashAlgorithmName hash) =>
        CryptographicOperations.HashData(hash, [.. registers.SelectMany(r => values[r].ToArray())]).AsSpan().SequenceEqual(quote.PcrDigest.Span);

    // PCR 11 is compared with the image, which knows the phases.
    private static void RequireReplay(PcrBank replayed, IReadOnlyList<int> registers, IReadOnlyDictionary<int, Sha256Digest> values)
    {
        foreach (var register in registers.Where(r => IsLogged(r) && r != StubMeasurements.KernelBoot))
        {
            if (replayed[register] != values[register])
            {
                throw AttestationErrors.LogDoesNotReplay.Error($"PCR {register} is {values[register]}; the event log leads to {replayed[register]}.");
            }
        }
    }

    private static bool IsLogged(int register) => register <= LastFirmwareRegister || s_stub.Contains(register);

    // The log was replayed, so the digests are the TPM's; the data belongs to a digest only if it has it.
    private static void RequireSecureBoot(TcgEventLog log)
    {
        var value = Variable(log, s_secureBoot) is { } entry && Sha256Digest.Of(entry.Data.Span) == entry.Sha256 ? entry.Data[(VariableHeader + s_secureBoot.Length)..] : default;
        if (!value.Span.SequenceEqual([(byte)1]))
        {
            throw AttestationErrors.SecureBootOff.Error(value.IsEmpty ? "The event log has no value of SecureBoot that the TPM measured." : $"The variable SecureBoot was measured as {Hex(value.Span)}.");
        }
    }

    private static TcgEvent? Variable(TcgEventLog log, byte[] name) => log.Events.FirstOrDefault(e =>
        e.Pcr == FirmwareMeasurements.SecureBootPolicy && e.Type == TcgEventType.EfiVariableDriverConfig && e.Data.Length >= VariableHeader + name.Length
        && BinaryPrimitives.ReadUInt64LittleEndian(e.Data.Span[16..]) == (ulong)name.Length / 2 && e.Data.Span[VariableHeader..].StartsWith(name));

    private static AttestedBoot Match(
        TpmQuote quote, TcgEventLog log, IReadOnlyList<int> registers, IReadOnlyDictionary<int, Sha256Digest> values, IReadOnlyList<PublishedMeasurements> images)
    {
        foreach (var image in images)
        {
            foreach (var boot in image.Boots)
            {
                if (BootPrediction.Registers.All(r => r == StubMeasurements.KernelBoot || boot.AtKernelStart(r) == values[r]) && PhaseOf(boot, values[StubMeasurements.KernelBoot]) is { } phase)
                {
                    return new(
                        image.Image, image.Version, boot, phase,
                        [.. registers.Select(r => new AttestedRegister(r, values[r], BootPrediction.Registers.Contains(r) ? RegisterBasis.Image : IsLogged(r) ? RegisterBasis.EventLog : RegisterBasis.Quote))],
                        quote.ResetCount);
                }
            }
        }

        throw Unknown(log, values, images);
    }

    private static string? PhaseOf(BootPrediction boot, Sha256Digest value) =>
        boot.AfterPhases().Prepend(("", boot.AtKernelStart(StubMeasurements.KernelBoot))).Where(p => p.Item2 == value).Select(p => p.Item1).LastOrDefault();

    private static HullException Unknown(TcgEventLog log, IReadOnlyDictionary<int, Sha256Digest> values, IReadOnlyList<PublishedMeasurements> images)
    {
        var boots = images.SelectMany(i => i.Boots.Select(b => (Image: i, Boot: b))).ToList();
        if (boots.Count == 0)
        {
            return AttestationErrors.UnknownImage.Error("No boot is published.");
        }

        var db = Variable(log, s_db)?.Sha256;
        if (!boots.Any(b => b.Boot.Events.Any(e => e.Pcr == FirmwareMeasurements.SecureBootPolicy && e.Digest == db)))
        {
            return AttestationErrors.UnknownKeys.Error($"db was measured as {db?.ToString() ?? "nothing"}, which no published image expects.");
        }

        var nearest = boots.MaxBy(b => BootPrediction.Registers.Count(r => IsAs(b.Boot, r, values[r])));
        var register = BootPrediction.Registers.First(r => !IsAs(nearest.Boot, r, values[r]));
        return AttestationErrors.UnknownImage.Error(
            $"The nearest is {nearest.Image.Image} {nearest.Image.Version}, {nearest.Boot.Kernel} with {nearest.Boot.Addons.Count} addons. {Difference(log, nearest.Boot, register, values[register])}");
    }

    private static bool IsAs(BootPrediction boot, int register, Sha256Digest value) =>
        register == StubMeasurements.KernelBoot ? PhaseOf(boot, value) is not null : boot.AtKernelStart(register) == value;

    private static string Difference(TcgEventLog log, BootPrediction boot, int register, Sha256Digest value)
    {
        var expected = boot.Events.Where(e => e.Pcr == register).ToList();
        var found = log.Events.Where(e => e.Pcr == register && e.Type != TcgEventType.NoAction).ToList();
        for (var i = 0; i < Math.Max(expected.Count, found.Count); i++)
        {
            if (i >= expected.Count || i >= found.Count || expected[i].Digest != found[i].Sha256)
            {
                var wanted = i < expected.Count ? $"{expected[i].What} ({expected[i].Digest})" : "nothing more";
                return $"Event {i + 1} of PCR {register} should be {wanted}; measured was {(i < found.Count ? $"{found[i].Type} {found[i].Sha256}" : "nothing more")}.";
            }
        }

        return $"PCR {register} is {value}, which no phase of its boot has.";
    }

    private static Sha256Digest AfterPhases(Sha256Digest value, IEnumerable<string> phases) =>
        phases.Aggregate(value, (v, phase) => PcrBank.Extend(v, Sha256Digest.Of(Encoding.UTF8.GetBytes(phase))));

    private static string Hex(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? "no nonce" : Convert.ToHexStringLower(bytes);
}
