using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Signing.Tests;

public sealed class CmsDetachedSignatureTests(TestKeys keys) : IClassFixture<TestKeys>
{
    private static readonly byte[] s_content = Encoding.ASCII.GetBytes(new string('a', 64));

    [Fact]
    public void Sign_RootHash_IsByteForByteWhatOpensslMakes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("in", s_content);
        Tool.Run("openssl", "smime", "-sign", "-nocerts", "-noattr", "-binary", "-in", folder["in"], "-inkey", keys.File("boot-code.key"), "-signer", keys.File("boot-code.crt"), "-outform", "der", "-out", folder["p7s"]);
        Assert.Equal(Convert.ToHexString(File.ReadAllBytes(folder["p7s"])), Convert.ToHexString(CmsDetachedSignature.Sign(s_content, keys.Signer, embedCertificates: false)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sign_OpensslVerifies_AndRefusesOtherContent(bool embed)
    {
        using var folder = new TemporaryFolder();
        folder.Write("in", s_content);
        folder.Write("other", "b"u8);
        folder.Write("p7s", CmsDetachedSignature.Sign(s_content, keys.Signer, embed));
        string[] arguments = ["smime", "-verify", "-binary", "-inform", "der", "-in", folder["p7s"], "-certfile", keys.File("boot-code.crt"), "-CAfile", keys.File("db.crt"), "-purpose", "any", "-out", "/dev/null", "-content"];
        Tool.Run("openssl", [.. arguments, folder["in"]]);
        Assert.NotEqual(0, Tool.Try("openssl", [.. arguments, folder["other"]]).ExitCode);
    }

    [Fact]
    public void Verify_OpensslSignature_Succeeds()
    {
        using var folder = new TemporaryFolder();
        folder.Write("in", s_content);
        Tool.Run("openssl", "smime", "-sign", "-noattr", "-binary", "-in", folder["in"], "-inkey", keys.File("boot-code.key"), "-signer", keys.File("boot-code.crt"), "-outform", "der", "-out", folder["p7s"]);
        CmsDetachedSignature.Verify(s_content, File.ReadAllBytes(folder["p7s"]), keys.Store.Database);
    }

    [Fact]
    public void Verify_OtherContentOrOtherKey_ReportsHULL6005()
    {
        var signature = CmsDetachedSignature.Sign(s_content, keys.Signer);
        CmsDetachedSignature.Verify(s_content, signature, keys.Store.Database);
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => CmsDetachedSignature.Verify("x"u8, signature, keys.Store.Database)).Code.Code);
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => CmsDetachedSignature.Verify(s_content, signature, keys.Store.PlatformKey)).Code.Code);
    }

    [Fact]
    public void Complete_DeferredSignature_HasTheLengthOfItsPlaceholderAndDiffersOnlyInTheSignature()
    {
        var certificate = keys.Signer.Certificate;
        var digest = CmsDetachedSignature.Prepare(s_content);
        var placeholder = CmsDetachedSignature.Placeholder(SigningCertificate.Of(keys.Signer));
        var signature = keys.Signer.SignDigest(digest, HashAlgorithmName.SHA256);
        var complete = CmsDetachedSignature.Complete(digest, signature, certificate, [certificate]);
        Assert.Equal(CmsDetachedSignature.Sign(s_content, keys.Signer), complete);
        Assert.Equal(placeholder.Length, complete.Length);
        Assert.Equal(placeholder[..^256], complete[..^256]);
    }

    [Fact]
    public void Complete_WrongSignature_ReportsHULL6005() =>
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => CmsDetachedSignature.Complete(CmsDetachedSignature.Prepare(s_content), new byte[256], keys.Store.Database)).Code.Code);

    [Fact]
    public void Verify_MutatedSignature_NeverThrowsAnythingButHullException()
    {
        var valid = CmsDetachedSignature.Sign(s_content, keys.Signer, embedCertificates: true);
        Mutation.NeverThrowsAnythingButHullException(valid, b => CmsDetachedSignature.Verify(s_content, b, keys.Store.Database));
    }
}
