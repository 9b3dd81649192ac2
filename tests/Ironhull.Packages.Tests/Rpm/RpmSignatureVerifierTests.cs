using System.Text;
using Ironhull.Formats.Rpm;
using Ironhull.Packages.OpenPgp;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

[Collection(SignedPackages.Collection)]
public sealed class RpmSignatureVerifierTests(SignedPackages packages)
{
    private static RpmSignatureResult Verify(byte[] package, OpenPgpKeyRing keys)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["demo.rpm"], package);
        return RpmSignatureVerifier.Verify(folder["demo.rpm"], keys, SignedPackages.Now);
    }

    private static string[] Digests(RpmSignatureResult result) => [.. result.Digests.Select(d => d.ToString())];

    [Theory]
    [InlineData("rsa2048", "RSA 2048, SHA512", RpmSignatureTag.Rsa)]
    [InlineData("rsa4096", "RSA 4096, SHA512", RpmSignatureTag.Rsa)]
    [InlineData("ed25519", "Ed25519, SHA256", RpmSignatureTag.Dsa)]
    [InlineData("nistp256", "ECDSA P-256, SHA256", RpmSignatureTag.Dsa)]
    [InlineData("nistp384", "ECDSA P-384, SHA384", RpmSignatureTag.Dsa)]
    public void Verify_PackageThatRpmsignSigned_IsGoodInBothFormats(string key, string algorithm, int tag)
    {
        // Debian's rpm 4.18 cannot sign with ECDSA.
        var rpm = key.StartsWith("nist", StringComparison.Ordinal) ? ToolRoot.Rpm4 : SignedPackages.HostRpm;
        var four = Verify(packages.Sign(packages.Unsigned4, key, rpm), packages.Ring("stranger", key));
        var report = Assert.Single(four.Signatures);
        Assert.Equal((tag, RpmCoverage.Header, SignatureStatus.Good, packages.Fingerprint(key), algorithm), (report.Tag, report.Covers, report.Signature.Status, report.Signature.PrimaryFingerprint, report.Signature.Algorithm));
        Assert.Equal(["SHA1 of header: Good", "SHA256 of header: Good", "MD5 of header and payload: Good", "SHA256 of payload: Good"], Digests(four));

        var six = Verify(packages.Sign(packages.Unsigned6, key, ToolRoot.Rpm6), packages.Ring("stranger", key));
        report = Assert.Single(six.Signatures);
        Assert.Equal((RpmSignatureTag.OpenPgp, SignatureStatus.Good, algorithm), (report.Tag, report.Signature.Status, report.Signature.Algorithm));
        Assert.Equal(
            ["SHA256 of header: Good", "SHA3-256 of header: Good", "SHA256 of payload: Good", "SHA512 of payload: Good", "SHA3-256 of payload: Good"],
            Digests(six));
    }

    [Fact]
    public void Verify_TwoSignatures_ListsBothAndNeedsOneOfAPinnedKey()
    {
        var package = packages.Sign(packages.Signed6, "nistp256", ToolRoot.Rpm6);
        Assert.Equal(
            [("ed25519", SignatureStatus.Good), ("nistp256", SignatureStatus.UnknownKey)],
            Verify(package, packages.Ring("ed25519")).Signatures.Select(s => (s.Signature.Fingerprint == packages.Fingerprint("ed25519") ? "ed25519" : "nistp256", s.Signature.Status)).Order());
        Assert.All(Verify(package, packages.Ring("ed25519", "nistp256")).Signatures, s => Assert.Equal(SignatureStatus.Good, s.Signature.Status));
    }

    [Fact]
    public void Verify_KeyOfVersion6_IsGoodForRpm6AndForUs()
    {
        using var key = new SequoiaKey("ed25519");
        using var folder = new TempFolder();
        var editor = new RpmEditor(packages.Unsigned6);
        var package = editor.SetSignatures(key.Sign(editor.HeaderBlob)).Build();
        var report = Assert.Single(Verify(package, OpenPgpKeyRing.Parse(key.PublicKey, "key")).Signatures).Signature;
        Assert.Equal((SignatureStatus.Good, 64, "Ed25519, SHA512"), (report.Status, report.Fingerprint.Length, report.Algorithm));

        File.WriteAllBytes(folder["key"], key.PublicKey);
        File.WriteAllBytes(folder["good.rpm"], package);
        File.WriteAllBytes(folder["bad.rpm"], new RpmEditor(package).SetSignatures(key.Sign([1])).Build());
        var verdicts = SignedPackages.Judge(ToolRoot.Rpm6, folder.Path, [folder["key"]], [folder["good.rpm"], folder["bad.rpm"]]);
        Assert.Equal((true, false), (verdicts[folder["good.rpm"]], verdicts[folder["bad.rpm"]]));
    }

    [Fact]
    public void Verify_QuantumSafeSignatureOfAnotherKeyBesideAGoodOne_IsListedByName()
    {
        var editor = new RpmEditor(packages.Signed6);
        var good = Convert.FromBase64String(Encoding.ASCII.GetString(editor.Get(editor.Signature, RpmSignatureTag.OpenPgp)).TrimEnd('\0'));
        // Version 6, no fields, two bytes of digest, 32 of salt, and what would be the signature's values.
        byte[] other = [0xC2, 53, 6, 0, 31, 14, .. new byte[8], 1, 2, 32, .. new byte[32], 1, 2, 3, 4, 5, 6];
        var signatures = Verify(editor.SetSignatures(good, other).Build(), packages.Ring("ed25519")).Signatures;
        Assert.Equal(["Ed25519, SHA256", "ML-DSA-87+Ed448, SHA3-512"], signatures.Select(s => s.Signature.Algorithm));
        Assert.Equal([SignatureStatus.Good, SignatureStatus.UnknownKey], signatures.Select(s => s.Signature.Status));
    }

    [Fact]
    public void Verify_LegacySignatureOfHeaderAndPayload_CoversBoth()
    {
        var editor = new RpmEditor(packages.Unsigned4);
        // As rpm before 4.14 built: no digest of the payload in the header.
        editor.Remove(editor.Header, RpmTag.PayloadSha256, RpmTag.PayloadSha256Algorithm, RpmTag.PayloadSha256Alt).Renew();
        editor.SetSignature(RpmSignatureTag.Pgp, packages.Gpg.Sign(packages.Fingerprint("rsa2048"), [.. editor.HeaderBlob, .. editor.Payload]));
        var report = Assert.Single(Verify(editor.Build(), packages.Ring("rsa2048")).Signatures);
        Assert.Equal((RpmSignatureTag.Pgp, RpmCoverage.HeaderAndPayload, SignatureStatus.Good), (report.Tag, report.Covers, report.Signature.Status));
    }

    [Fact]
    public void Inspect_UnsignedPackage_ListsDigests()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["demo.rpm"], packages.Unsigned4);
        var result = RpmSignatureVerifier.Inspect(folder["demo.rpm"], packages.Ring("rsa2048"), SignedPackages.Now);
        Assert.Empty(result.Signatures);
        Assert.All(result.Digests, d => Assert.Equal(RpmDigestStatus.Good, d.Status));
    }

    [Fact]
    public void Edit_WithoutAnyChange_GivesThePackageBack()
    {
        foreach (var package in new[] { packages.Unsigned4, packages.Unsigned6, packages.Signed4, packages.Signed6 })
        {
            Assert.Equal(package, new RpmEditor(package).Renew().Build());
        }
    }
}
