using System.Diagnostics;
using CsCheck;
using Ironhull.Diagnostics;

namespace Ironhull.Signing.Tests;

public sealed class CmsInlineSignatureTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hull-inline-");
    private readonly KeyStore _keys;

    public CmsInlineSignatureTests() => _keys = KeyStore.Init(Path.Combine(_folder.FullName, "keys"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Sign_Policy_IsVerifiedByOpensslAndGivesTheContent()
    {
        using var keys = _keys.OpenSigningKeys();
        var signature = CmsInlineSignature.Sign("policy_name=x\n"u8, keys.SignerOf(SigningRole.IpePolicy));
        var certificate = keys.CertificateOf(SigningRole.IpePolicy);
        Assert.Equal(signature.Length, CmsInlineSignature.Placeholder("policy_name=x\n"u8, certificate.Leaf, certificate.Embedded).Length);
        Assert.Equal("policy_name=x\n"u8, CmsInlineSignature.Verify(signature, _keys.Database).Span);
        var file = Path.Combine(_folder.FullName, "x.p7b");
        File.WriteAllBytes(file, signature);
        using var openssl = Process.Start(new ProcessStartInfo("openssl",
            ["smime", "-verify", "-inform", "DER", "-in", file, "-CAfile", Path.Combine(_folder.FullName, "keys", "db.crt"), "-purpose", "any", "-binary"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = openssl.StandardOutput.ReadToEnd();
        var error = openssl.StandardError.ReadToEnd();
        openssl.WaitForExit();
        Assert.True(openssl.ExitCode == 0, error);
        Assert.Equal("policy_name=x\n", text);
    }

    [Fact]
    public void Verify_StrangerOrAnyChangedByte_IsRefusedWithACode()
    {
        using var keys = _keys.OpenSigningKeys();
        var signature = CmsInlineSignature.Sign("policy"u8, keys.SignerOf(SigningRole.IpePolicy));
        var stranger = KeyStore.Init(Path.Combine(_folder.FullName, "stranger"));
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => CmsInlineSignature.Verify(signature, stranger.Database)).Code.Code);
        var content = signature.AsSpan().IndexOf("policy"u8);
        signature[content] ^= 1;
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => CmsInlineSignature.Verify(signature, _keys.Database)).Code.Code);
        signature[content] ^= 1;
        Gen.Select(Gen.Int[0, signature.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            var changed = signature.ToArray();
            changed[at] ^= flip;
            try
            {
                _ = CmsInlineSignature.ContentOf(changed);
                CmsInlineSignature.Verify(changed, _keys.Database);
            }
            catch (HullException)
            {
                // a coded refusal; a byte that nothing depends on may be changed
            }
        }, iter: 300, threads: 1);
    }
}
