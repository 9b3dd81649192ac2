using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Tests.Pe;

namespace Ironhull.Signing.Tests;

public sealed class AuthenticodeTests(TestKeys keys) : IClassFixture<TestKeys>
{
    private const string RealImage = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";

    public static TheoryData<string> Images => new("minimal", "unaligned", RealImage);

    [Theory]
    [MemberData(nameof(Images))]
    public void Sign_SbverifyAccepts_AndRefusesAnotherKey(string name)
    {
        using var folder = new TemporaryFolder();
        var signed = folder.Write("signed.efi", Authenticode.Sign(Load(name), keys.Signer));
        Assert.Contains("Signature verification OK", Tool.Run("sbverify", "--cert", keys.File("db.crt"), signed), StringComparison.Ordinal);
        Assert.NotEqual(0, Tool.Try("sbverify", "--cert", keys.File("KEK.crt"), signed).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Verify_ImageSignedBySbsign_Succeeds(string name)
    {
        using var folder = new TemporaryFolder();
        var image = folder.Write("image.efi", Load(name));
        Tool.Run("sbsign", "--key", keys.File("boot-code.key"), "--cert", keys.File("boot-code.crt"), "--output", folder["signed.efi"], image);
        Authenticode.Verify(File.ReadAllBytes(folder["signed.efi"]), keys.Store.Database);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Sign_ThenVerify_Succeeds_AndEveryOtherKeyIsRefused(string name)
    {
        var signed = Authenticode.Sign(Load(name), keys.Signer);
        Assert.Equal(keys.Signer.Certificate.Thumbprint, Authenticode.Verify(signed, keys.Store.Database).Thumbprint);
        Assert.Equal("HULL6005", Code(() => Authenticode.Verify(signed, keys.Store.PlatformKey)));
        Assert.Equal(0, signed.Length % 8);
    }

    [Fact]
    public void Verify_ChangedSectionByte_ReportsHULL6005()
    {
        var signed = Authenticode.Sign(MinimalPe.Create(), keys.Signer);
        signed[0x405] ^= 1;
        Assert.Equal("HULL6005", Code(() => Authenticode.Verify(signed, keys.Store.Database)));
    }

    [Fact]
    public void Verify_UnsignedImage_ReportsHULL6008() =>
        Assert.Equal("HULL6008", Code(() => Authenticode.Verify(MinimalPe.Create(), keys.Store.Database)));

    [Fact]
    public void Prepare_SignedImage_ReportsHULL1004UnlessReplaced()
    {
        var signed = Authenticode.Sign(MinimalPe.Create(), keys.Signer);
        Assert.Equal("HULL1004", Code(() => Authenticode.Prepare(signed)));
        Assert.Equal(Authenticode.Prepare(MinimalPe.Create()).Digest, Authenticode.Prepare(signed, replaceSignature: true).Digest);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Complete_DeferredSignature_ChangesOnlyTheSignatureBytesOfThePlaceholder(string name)
    {
        var image = Load(name);
        var certificate = keys.Signer.Certificate;
        var placeholder = Authenticode.Prepare(image).Placeholder(certificate);
        var later = Authenticode.Prepare(placeholder, replaceSignature: true);
        var complete = later.Complete(keys.Signer.SignDigest(later.Digest, HashAlgorithmName.SHA256), certificate);
        Assert.Equal(Authenticode.Sign(image, keys.Signer), complete);
        Assert.Equal(placeholder.Length, complete.Length);
        var changed = Enumerable.Range(0, complete.Length).Where(i => complete[i] != placeholder[i]).ToList();
        Assert.InRange(changed[^1] - changed[0], 200, 255);
    }

    [Fact]
    public void Sign_LeafOfAnAuthority_VerifiesAgainstTheAuthority()
    {
        using var folder = new TemporaryFolder();
        Tool.Run("openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ca", "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", folder["ca.key"], "-out", folder["ca.crt"]);
        Tool.Run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=leaf", "-keyout", folder["leaf.key"], "-out", folder["leaf.csr"]);
        Tool.Run("openssl", "x509", "-req", "-in", folder["leaf.csr"], "-CA", folder["ca.crt"], "-CAkey", folder["ca.key"], "-CAcreateserial", "-out", folder["leaf.crt"]);
        using var signer = new PemFileSigner(folder["leaf.key"], folder["leaf.crt"]);
        var signed = folder.Write("signed.efi", Authenticode.Sign(MinimalPe.Create(), signer));
        Assert.Equal("CN=leaf", Authenticode.Verify(File.ReadAllBytes(signed), Pem.ReadCertificates(folder["ca.crt"]).Leaf).Subject);
        Assert.Equal("HULL6005", Code(() => Authenticode.Verify(File.ReadAllBytes(signed), keys.Store.Database)));
        Tool.Run("sbverify", "--cert", folder["ca.crt"], signed);
    }

    [Fact]
    public void Verify_MutatedImage_NeverThrowsAnythingButHullException()
    {
        var signed = Authenticode.Sign(MinimalPe.Create(), keys.Signer);
        Mutation.NeverThrowsAnythingButHullException(signed, b => Authenticode.Verify(b, keys.Store.Database), iterations: 1000);
    }

    [Fact]
    public void Verify_MutatedCertificateTable_NeverThrowsAnythingButHullException()
    {
        var signed = Authenticode.Sign(MinimalPe.Create(), keys.Signer);
        var table = (int)PeImage.Parse(signed).CertificateTableOffset;
        Mutation.NeverThrowsAnythingButHullException(signed[table..], b => Authenticode.Verify((byte[])[.. signed.AsSpan(0, table), .. b], keys.Store.Database), iterations: 1000);
    }

    private static string Code(Action action) => Assert.Throws<HullException>(action).Code.Code;

    private static byte[] Load(string name) => name switch
    {
        "minimal" => MinimalPe.Create(),
        "unaligned" => MinimalPe.Create(trailing: 13),
        _ => File.ReadAllBytes(name),
    };
}
