using System.Text;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Tpm;
using Ironhull.Measurement.Attestation;

namespace Ironhull.Measurement.Tests.Attestation;

/// <summary>The event log of a real machine, replayed into a software TPM whose quotes tpm2-tools make and judge.</summary>
public sealed class QuoteVerifierTests(QuoteVerifierTests.MeasuredTpm machine) : IClassFixture<QuoteVerifierTests.MeasuredTpm>
{
    private const string Nonce = "00112233445566778899aabbccddeeff";
    private const string Registers = "sha256:4,5,7,11,12,15";

    [Theory]
    [InlineData("rsassa", null)]
    [InlineData("rsapss", null)]
    [InlineData("ecdsa", null)]
    [InlineData("ecdsa384", "sha384")]
    public void Verify_QuoteOfTpm2Tools_ProvesImagePhaseAndRegisters(string key, string? hash)
    {
        var evidence = Evidence(key, hash: hash);
        foreach (var given in (Evidence[])[evidence, evidence with { Values = null }])
        {
            var boot = Verify(given, key);
            Assert.Equal(("image", "1", "ready"), (boot.Image, boot.Version, boot.Phase));
            Assert.Equal(
                [(4, RegisterBasis.Image), (5, RegisterBasis.EventLog), (7, RegisterBasis.Image), (11, RegisterBasis.Image), (12, RegisterBasis.Image), (15, RegisterBasis.Quote)],
                boot.Registers.Select(r => (r.Pcr, r.By)));
        }
    }

    [Theory]
    [InlineData("rsassa")]
    [InlineData("ecdsa")]
    public void Verify_KeyAsPem_SaysThatItsAttributesAreNotKnown(string name)
    {
        machine.Tpm.Tool("tpm2_readpublic", "-c", $"{name}.ctx", "-f", "pem", "-o", $"{name}.pem");
        machine.Tpm.Tool("tpm2_flushcontext", "-t");
        using var key = AttestationKey.Parse(File.ReadAllBytes(machine.Tpm[$"{name}.pem"]));
        Assert.False(key.AttributesKnown);
        Assert.Equal("ready", QuoteVerifier.Verify(Evidence(name), key, Convert.FromHexString(Nonce), [Published()]).Phase);
    }

    // What `hull attest collect` sends, without a node: tpm2_checkquote is the judge.
    [Fact]
    public void CreateAttestationKeyAndQuote_BytesOfOurs_AreAcceptedByTpm2CheckquoteAndByUs()
    {
        var answers = machine.Tpm.Send(
            _ => TpmCommands.CreateAttestationKey(),
            before => TpmCommands.Quote(
                System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(before[0].AsSpan(TpmCommands.HandleOffset)), Convert.FromHexString(Nonce), new(TpmAlgorithm.Sha256, [4, 7, 11, 12])),
            before => [0x80, 0x01, 0, 0, 0, 14, 0, 0, 0x01, 0x65, .. before[0].AsSpan(TpmCommands.HandleOffset, 4)]);
        var publicKey = TpmCommands.ReadAttestationKey(answers[0]);
        var (quote, signature) = TpmCommands.ReadQuote(answers[1]);
        File.WriteAllBytes(machine.Tpm["our.pub"], publicKey);
        File.WriteAllBytes(machine.Tpm["our.quote"], quote);
        File.WriteAllBytes(machine.Tpm["our.signature"], signature);
        machine.Tpm.Tool("tpm2_checkquote", "-u", "our.pub", "-m", "our.quote", "-s", "our.signature", "-q", Nonce, "-g", "sha256");
        using var key = AttestationKey.Parse(publicKey);
        Assert.Equal("ready", QuoteVerifier.Verify(new(quote, signature, machine.LogBytes, null), key, Convert.FromHexString(Nonce), [Published()]).Phase);
    }

    [Fact]
    public void Verify_ChangedQuoteOrKeyOfAnotherTpm_ReportsHULL6103()
    {
        var evidence = Evidence("ecdsa");
        evidence.Quote[^1] ^= 1;
        Assert.Equal("HULL6103", Code(() => Verify(evidence, "ecdsa")));
        Assert.Equal("HULL6103", Code(() => Verify(Evidence("ecdsa"), "ecdsa384")));
        Assert.Equal("HULL6103", Code(() => Verify(Evidence("ecdsa"), "rsassa")));
    }

    [Fact]
    public void Parse_KeyThatSignsAnything_ReportsHULL6102()
    {
        var key = File.ReadAllBytes(machine.Tpm["ecdsa.pub"]);
        key[7] ^= 0x01;
        Assert.Equal("HULL6102", Code(() => AttestationKey.Parse(key)));
    }

    [Fact]
    public void Verify_OtherNonce_ReportsHULL6104()
    {
        using var key = machine.Key("ecdsa");
        Assert.Equal("HULL6104", Code(() => QuoteVerifier.Verify(Evidence("ecdsa"), key, "x"u8, [Published()])));
    }

    [Theory]
    [InlineData("sha256:4,7,11")]
    [InlineData("sha256:4,7,11,12+sha384:4")]
    [InlineData("sha384:4,7,11,12")]
    public void Verify_RegistersLeftOutOrOfAnotherBank_ReportsHULL6105(string registers) =>
        Assert.Equal("HULL6105", Code(() => Verify(Evidence("ecdsa", registers), "ecdsa")));

    [Theory]
    [InlineData(7, true)]
    [InlineData(7, false)]
    public void Verify_ValuesThatWereNotQuoted_ReportsHULL6106(int pcr, bool removed)
    {
        var evidence = Evidence("ecdsa");
        var values = evidence.Values!.Where(v => v.Key != pcr).ToDictionary(v => v.Key, v => v.Value);
        if (!removed)
        {
            values.Add(pcr, default);
        }

        Assert.Equal("HULL6106", Code(() => Verify(evidence with { Values = values }, "ecdsa")));
    }

    [Fact]
    public void Verify_LogWithoutItsLastEvents_ReportsHULL6107()
    {
        var evidence = Evidence("ecdsa");
        var cut = evidence.EventLog[..machine.Log.Events.Last(e => e.Pcr == 4).Offset];
        Assert.Equal("HULL6107", Code(() => Verify(evidence with { EventLog = cut }, "ecdsa")));
        Assert.Equal("HULL6107", Code(() => Verify(evidence with { EventLog = cut, Values = null }, "ecdsa")));
    }

    // Word 4 of the log's variable says 1; what was measured is another value.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Verify_SecureBootOffOrOnlyClaimed_ReportsHULL6108(bool lie)
    {
        var bytes = machine.LogBytes.ToArray();
        var entry = machine.Log.Events.First(e => e.Pcr == 7 && e.Type == TcgEventType.EfiVariableDriverConfig);
        var data = bytes.AsSpan(entry.Offset).IndexOf(entry.Data.Span) + entry.Offset;
        bytes[data + entry.Data.Length - 1] = 0;
        var digest = bytes.AsSpan(entry.Offset).IndexOf(entry.Sha256!.Value.ToArray()) + entry.Offset;
        Sha256Digest.Of(bytes.AsSpan(data, entry.Data.Length)).CopyTo(bytes.AsSpan(digest));
        if (lie)
        {
            bytes[data + entry.Data.Length - 1] = 1;
        }

        using var other = new MeasuredTpm(bytes);
        Assert.Equal("HULL6108", Code(() => QuoteVerifier.Verify(other.Evidence("ecdsa", Registers, Nonce), other.Key("ecdsa"), Convert.FromHexString(Nonce), [Published()])));
    }

    [Fact]
    public void Verify_OtherKeysInDb_ReportsHULL6109()
    {
        var db = machine.Log.Events.Where(e => e.Pcr == 7).Select(e => e.Sha256).ElementAt(3);
        var published = Published(e => e.Digest == db ? e with { Digest = Sha256Digest.Of("other keys"u8) } : e);
        Assert.Equal("HULL6109", Code(() => Verify(Evidence("ecdsa"), "ecdsa", published)));
    }

    [Fact]
    public void Verify_OtherProgram_ReportsHULL6110AndNamesTheEvent()
    {
        var last = machine.Log.Events.Last(e => e.Pcr == 4).Sha256;
        var published = Published(e => e.Digest == last ? e with { What = "the program that was meant", Digest = Sha256Digest.Of("it"u8) } : e);
        var error = Assert.Throws<HullException>(() => Verify(Evidence("ecdsa"), "ecdsa", published));
        Assert.Equal("HULL6110", error.Code.Code);
        Assert.Contains("of PCR 4 should be the program that was meant", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_PhaseThatIsNotOfTheImage_ReportsHULL6110()
    {
        var published = Published();
        published = published with { Boots = [published.Boots[0] with { Phases = ["sysinit"] }] };
        Assert.Equal("HULL6110", Code(() => Verify(Evidence("ecdsa"), "ecdsa", published)));
    }

    [Fact]
    public void Published_WrittenAndRead_IsTheSame()
    {
        var published = Published();
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            published.Write(json);
        }

        var read = PublishedMeasurements.Parse(stream.ToArray(), "test");
        Assert.Equal((published.Image, published.Version), (read.Image, read.Version));
        Assert.Equal(published.Boots[0].Events, read.Boots[0].Events);
        Assert.Equal(published.Boots[0].Phases, read.Boots[0].Phases);
        Mutation.NeverThrowsAnythingButHullException(stream.ToArray(), bytes => PublishedMeasurements.Parse(bytes, "test"));
        Assert.Equal("HULL6111", Code(() => PublishedMeasurements.Parse("{}"u8.ToArray(), "test")));
    }

    [Fact]
    public void Evidence_WrittenAndRead_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        var evidence = Evidence("ecdsa");
        evidence.Write(folder["evidence"]);
        var read = Measurement.Attestation.Evidence.Read(folder["evidence"]);
        Assert.Equal(evidence.Quote, read.Quote);
        Assert.Equal(evidence.Values!.OrderBy(v => v.Key), read.Values!.OrderBy(v => v.Key));
        Assert.Equal("ready", Verify(read, "ecdsa").Phase);
        File.Delete(Path.Combine(folder["evidence"], "event-log"));
        Assert.Equal("HULL6101", Code(() => Measurement.Attestation.Evidence.Read(folder["evidence"])));
    }

    [Fact]
    public void Verify_MutatedEvidence_NeverThrowsAnythingButHullException()
    {
        var evidence = Evidence("rsassa");
        using var key = machine.Key("rsassa");
        Mutation.NeverThrowsAnythingButHullException(evidence.Quote, bytes => TpmQuote.Parse(bytes), iterations: 2000);
        Mutation.NeverThrowsAnythingButHullException(evidence.Signature, bytes => key.Verify(evidence.Quote, TpmSignature.Parse(bytes)), iterations: 500, focus: 16);
        foreach (var name in (string[])["rsassa", "ecdsa"])
        {
            Mutation.NeverThrowsAnythingButHullException(File.ReadAllBytes(machine.Tpm[$"{name}.pub"]), bytes => AttestationKey.Parse(bytes).Dispose(), iterations: 2000);
        }

        Mutation.NeverThrowsAnythingButHullException(Encoding.ASCII.GetBytes("key 80020000\nquote 8002\npcr 4 00\nlog AA==\n"), bytes => EvidenceScript.Read(Encoding.ASCII.GetString(bytes)));
    }

    private Evidence Evidence(string key, string registers = Registers, string? hash = null) => machine.Evidence(key, registers, Nonce, hash);

    private AttestedBoot Verify(Evidence evidence, string name, PublishedMeasurements? published = null)
    {
        using var key = machine.Key(name);
        return QuoteVerifier.Verify(evidence, key, Convert.FromHexString(Nonce), [published ?? Published()]);
    }

    private PublishedMeasurements Published(Func<MeasuredEvent, MeasuredEvent>? change = null) => new("image", "1",
    [
        new(
            "/EFI/Linux/test.efi", [],
            [.. machine.Log.Events.Where(e => BootPrediction.Registers.Contains(e.Pcr)).Select(e => new MeasuredEvent(e.Pcr, $"event {e.Offset}", e.Sha256!.Value)).Select(change ?? (e => e))],
            ["sysinit", "ready"]),
    ]);

    private static string Code(Action action) => Assert.Throws<HullException>(action).Code.Code;

    /// <summary>A TPM that holds what a real machine's firmware measured, and then two phases of a boot.</summary>
    public sealed class MeasuredTpm : IDisposable
    {
        public MeasuredTpm()
            : this(ReadLog())
        {
        }

        internal MeasuredTpm(byte[] log)
        {
            LogBytes = log;
            Log = TcgEventLog.Parse(log);
            Tpm = new();
            Tpm.Measure(Log);
            Tpm.Extend(11, "sysinit");
            Tpm.Extend(11, "ready");
            Tpm.CreateKey("rsassa", "rsa", "sha256", "rsassa");
            Tpm.CreateKey("rsapss", "rsa", "sha256", "rsapss");
            Tpm.CreateKey("ecdsa", "ecc", "sha256", "ecdsa");
            Tpm.CreateKey("ecdsa384", "ecc384", "sha384", "ecdsa");
        }

        internal SoftwareTpm Tpm { get; }

        internal byte[] LogBytes { get; }

        internal TcgEventLog Log { get; }

        public void Dispose() => Tpm.Dispose();

        internal AttestationKey Key(string name) => AttestationKey.Parse(File.ReadAllBytes(Tpm[$"{name}.pub"]));

        internal Evidence Evidence(string key, string registers, string nonce, string? hash = null)
        {
            var (quote, signature) = Tpm.Quote(key, nonce, registers, hash);
            var bank = Log.Replay();
            bank.Extend(11, Sha256Digest.Of("sysinit"u8));
            bank.Extend(11, Sha256Digest.Of("ready"u8));
            return new(quote, signature, LogBytes, Enumerable.Range(0, 16).ToDictionary(r => r, r => bank[r]));
        }

        private static byte[] ReadLog()
        {
            using var stream = typeof(QuoteVerifierTests).Assembly.GetManifestResourceStream("ovmf-swtpm.bin")!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }
    }
}
