using System.Security.Cryptography;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Signing;
using Ironhull.Signing.Tests;
using Ironhull.Testing;

namespace Ironhull.Measurement.Tests;

public sealed class SignedPcrPolicyTests(TestKeys keys) : IClassFixture<TestKeys>
{
    private static readonly string[] s_measured = ["linux", "osrel", "cmdline", "initrd", "uname", "sbat", "pcrpkey"];

    // RSA PKCS#1 v1.5 is deterministic, so the judge is the bytes.
    [Fact]
    public void Sign_Sha256Bank_IsByteForByteWhatSystemdMeasureSigns()
    {
        using var folder = new TemporaryFolder();
        var kernel = Kernel();
        var measured = Measure(folder, kernel, "sign", "sha256", $"--private-key={KeyPath}", $"--public-key={folder.Write("public.pem", SignedPcrPolicy.PublicKey(Signer.Certificate))}");
        var ours = System.Text.Encoding.ASCII.GetString(SignedPcrPolicy.Sign(kernel, Signer));
        Assert.StartsWith(measured.TrimEnd('\n', '}') + ",\"sha384\":[", ours, StringComparison.Ordinal);
        Assert.EndsWith("}]}\n", ours, StringComparison.Ordinal);
    }

    // systemd-measure signs the SHA-384 of the policy in this bank, but TPM2_VerifySignature as systemd calls it wants SHA-256 in all.
    [Fact]
    public void Sign_Sha384Bank_HasSystemdMeasuresPoliciesAndSignaturesThatSystemdVerifies()
    {
        using var folder = new TemporaryFolder();
        var kernel = Kernel();
        var measured = Measure(folder, kernel, "sign", "sha384", $"--private-key={KeyPath}", $"--public-key={folder.Write("public.pem", SignedPcrPolicy.PublicKey(Signer.Certificate))}");
        using var theirs = JsonDocument.Parse(measured);
        using var ours = JsonDocument.Parse(SignedPcrPolicy.Sign(kernel, Signer));
        string[] Policies(JsonDocument json) => [.. json.RootElement.GetProperty("sha384").EnumerateArray().Select(e => e.GetProperty("pol").GetString()!)];
        Assert.Equal(Policies(theirs), Policies(ours));
        Assert.Equal(4, Policies(ours).Distinct().Count());
        using var key = RSA.Create();
        key.ImportFromPem(System.Text.Encoding.ASCII.GetString(SignedPcrPolicy.PublicKey(Signer.Certificate)));
        Assert.All(
            ours.RootElement.EnumerateObject().SelectMany(b => b.Value.EnumerateArray()),
            e => Assert.True(key.VerifyData(
                Convert.FromHexString(e.GetProperty("pol").GetString()!), e.GetProperty("sig").GetBytesFromBase64(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Fact]
    public void Placeholder_OfTheSameKey_IsAsLongAsTheSignedPolicy() =>
        Assert.Equal(SignedPcrPolicy.Sign(Kernel(), Signer).Length, SignedPcrPolicy.Placeholder(Signer.Certificate).Length);

    [Fact]
    public void Sign_OtherSignatureSection_ChangesNothing_OtherKeySectionDoes()
    {
        var policy = SignedPcrPolicy.Sign(Kernel(), Signer);
        Assert.Equal(policy, SignedPcrPolicy.Sign(Kernel(signature: "other"), Signer));
        Assert.NotEqual(policy, SignedPcrPolicy.Sign(Kernel(key: "other"), Signer));
    }

    [Fact]
    public void Sign_WhatIsDecidedAtBoot_ReportsHULL1004()
    {
        var kernel = PeImage.Parse(UkiBuilder.Build(MinimalPe.Create(), [UkiSection.Text(".linux", "kernel"), UkiSection.Text(".profile", "x")]));
        Assert.Equal("HULL1004", Assert.Throws<HullException>(() => SignedPcrPolicy.Sign(kernel, Signer)).Code.Code);
    }

    private ISigner Signer => keys.Signer;

    private string KeyPath => keys.File("boot-code.key");

    private PeImage Kernel(string signature = "not measured", string? key = null) => PeImage.Parse(UkiBuilder.Build(MinimalPe.Create(),
    [
        UkiSection.Text(".osrel", "ID=test\n"), UkiSection.Text(".cmdline", "quiet"), UkiSection.Text(".linux", "kernel"), UkiSection.Text(".initrd", "initrd"),
        UkiSection.Text(".uname", "6.12"), new(SignedPcrPolicy.KeySection, key is null ? SignedPcrPolicy.PublicKey(Signer.Certificate) : System.Text.Encoding.ASCII.GetBytes(key)),
        UkiSection.Text(SignedPcrPolicy.SignatureSection, signature),
    ]));

    private static string Measure(TemporaryFolder folder, PeImage kernel, string verb, string bank, params string[] arguments) => ToolRoot.Systemd.Run(
        "/usr/lib/systemd/systemd-measure",
        [
            verb, $"--bank={bank}", "--json=short", .. arguments,
            .. s_measured.Select(name => $"--{name}={folder.Write(name, kernel.Read(kernel.Find("." + name)!.Value).Span)}"),
        ]);
}
