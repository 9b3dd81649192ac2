using System.Text.Json;
using Ironhull.Cli.Output;
using Ironhull.Formats.Tpm;
using Ironhull.Measurement;
using Ironhull.Measurement.Attestation;
using Ironhull.Measurement.Tests.Attestation;

namespace Ironhull.Cli.Tests.CommandLine;

/// <summary><c>hull attest verify</c>, with evidence as tpm2-tools leave it.</summary>
public sealed class AttestTests : IDisposable
{
    private const string Nonce = "5f0c77aa";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_EvidenceOfTpm2Tools_NamesImageAndPhase_AndRefusesAnotherNonce()
    {
        var (key, published) = Evidence();
        var run = await HullRun.Of("attest", "verify", _folder["evidence"], "--key", key, "--nonce", Nonce, "--published", published);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("container-host 0.1.0", run.Out, StringComparison.Ordinal);
        Assert.Contains("the published image", run.Out, StringComparison.Ordinal);

        run = await HullRun.Of("attest", "verify", _folder["evidence"], "--key", key, "--nonce", Nonce, "--published", published, "--format", "json");
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal("ready", json.RootElement.GetProperty("phase").GetString());
        Assert.Equal([4, 7, 11, 12], json.RootElement.GetProperty("registers").EnumerateArray().Select(r => r.GetProperty("pcr").GetInt32()));

        run = await HullRun.Of("attest", "verify", _folder["evidence"], "--key", key, "--nonce", "00", "--published", published);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("HULL6104", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HULL9002", "no hex")]
    [InlineData("HULL9002", "")]
    [InlineData("HULL6001", "00")]
    public async Task Verify_UnusableArguments_SayWhich(string code, string nonce)
    {
        var run = await HullRun.Of("attest", "verify", _folder["evidence"], "--key", _folder["missing.pub"], "--nonce", nonce, "--published", _folder["missing.json"]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_DestinationThatIsAnOption_ReportsHULL9002()
    {
        var run = await HullRun.Of("attest", "collect", "-o", _folder["evidence"], "--", "-oProxyCommand=true");
        Assert.Contains("HULL9002", run.Error, StringComparison.Ordinal);
    }

    private (string Key, string Published) Evidence()
    {
        using var stream = typeof(AttestTests).Assembly.GetManifestResourceStream("ovmf-swtpm.bin")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var log = TcgEventLog.Parse(copy.ToArray());
        using var tpm = new SoftwareTpm();
        tpm.Measure(log);
        tpm.Extend(11, "ready");
        tpm.CreateKey("node", "ecc", "sha256", "ecdsa");
        var (quote, signature) = tpm.Quote("node", Nonce, "sha256:4,7,11,12");
        new Evidence(quote, signature, copy.ToArray(), null).Write(_folder["evidence"]);
        File.Copy(tpm["node.pub"], _folder["node.pub"]);
        BootPrediction boot = new(
            "/EFI/Linux/a.efi", [], [.. log.Events.Where(e => BootPrediction.Registers.Contains(e.Pcr)).Select(e => new MeasuredEvent(e.Pcr, "event", e.Sha256!.Value))], ["ready"]);
        File.WriteAllText(_folder["a.pcrs.json"], JsonText.Of(new PublishedMeasurements("container-host", "0.1.0", [boot]).Write));
        return (_folder["node.pub"], _folder["a.pcrs.json"]);
    }
}
