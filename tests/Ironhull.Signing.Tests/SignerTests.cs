using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Signing.Tests;

public sealed class SignerTests(TestKeys keys) : IClassFixture<TestKeys>
{
    private static readonly byte[] s_digest = SHA256.HashData("content"u8);

    [Fact]
    public void PemFileSigner_KeyOfAnotherCertificate_ReportsHULL6002() =>
        Assert.Equal("HULL6002", Code(() => new PemFileSigner(keys.File("PK.key"), keys.File("boot-code.crt"))));

    [Theory]
    [InlineData("no such file")]
    [InlineData("boot-code.crt")]
    public void PemFileSigner_NoKeyInFile_ReportsHULL6001(string key) =>
        Assert.Equal("HULL6001", Code(() => new PemFileSigner(keys.File(key), keys.File("boot-code.crt"))));

    [Fact]
    public void SignDigest_OtherAlgorithm_ReportsHULL6003() =>
        Assert.Equal("HULL6003", Code(() => keys.Signer.SignDigest(new byte[48], HashAlgorithmName.SHA384)));

    [Fact]
    public void PemFileSigner_SmallKey_ReportsHULL6003()
    {
        using var folder = new TemporaryFolder();
        Tool.Run("openssl", "req", "-new", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=small", "-keyout", folder["k"], "-out", folder["c"]);
        Assert.Equal("HULL6003", Code(() => new PemFileSigner(folder["k"], folder["c"])));
    }

    [Theory]
    [InlineData("printf %s \"$2\" | xxd -r -p | openssl pkeyutl -sign -inkey KEY -pkeyopt digest:sha256")]
    [InlineData("read -r d; printf %s \"$d\" | xxd -r -p | openssl pkeyutl -sign -inkey KEY -pkeyopt digest:sha256 | base64 -w0")]
    public void ExternalCommandSigner_RawOrBase64_GivesTheSameSignatureAsTheKeyFile(string script)
    {
        var signer = External(script);
        Assert.Equal(keys.Signer.SignDigest(s_digest, HashAlgorithmName.SHA256), signer.SignDigest(s_digest, HashAlgorithmName.SHA256));
    }

    [Theory]
    [InlineData("echo no; exit 3", "exited with 3")]
    [InlineData("echo complaint >&2; exit 1", "complaint")]
    [InlineData("echo notbase64", "neither a raw signature")]
    [InlineData("head -c 100000 /dev/zero", "more than")]
    public void ExternalCommandSigner_CommandFails_ReportsHULL6004(string script, string message)
    {
        var error = Assert.Throws<HullException>(() => External(script).SignDigest(s_digest, HashAlgorithmName.SHA256));
        Assert.Equal("HULL6004", error.Code.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExternalCommandSigner_WrongSignature_ReportsHULL6005() =>
        Assert.Equal("HULL6005", Code(() => External("head -c 256 /dev/zero").SignDigest(s_digest, HashAlgorithmName.SHA256)));

    [Fact]
    public void CommandSigningKeys_TellsTheCommandTheRole()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(keys.Folder, "*.crt"))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var script = "printf %s \"$2\" | xxd -r -p | openssl pkeyutl -sign -inkey 'FOLDER'/$HULL_SIGNING_ROLE.key -pkeyopt digest:sha256";
        using var signing = new CommandSigningKeys("sh", ["-c", script.Replace("FOLDER", keys.Folder, StringComparison.Ordinal), "signer"], folder.Path);
        using var files = keys.Store.OpenSigningKeys();
        foreach (var role in SigningRoles.All)
        {
            Assert.Equal(files.CertificateOf(role).Leaf.Thumbprint, signing.CertificateOf(role).Leaf.Thumbprint);
            Assert.Equal(files.SignerOf(role).SignDigest(s_digest, HashAlgorithmName.SHA256), signing.SignerOf(role).SignDigest(s_digest, HashAlgorithmName.SHA256));
        }
    }

    [Fact]
    public void ExternalCommandSigner_NoAnswer_ReportsHULL6004()
    {
        var signer = new ExternalCommandSigner("sh", ["-c", "read a; read b < /dev/tty || exec tail -f /dev/null"], keys.File("boot-code.crt"), TimeSpan.FromSeconds(1));
        Assert.Equal("HULL6004", Code(() => signer.SignDigest(s_digest, HashAlgorithmName.SHA256)));
    }

    [Fact]
    public void ExternalCommandSigner_CommandMissing_ReportsHULL6004() =>
        Assert.Equal("HULL6004", Code(() => new ExternalCommandSigner("/no/such/command", [], keys.File("boot-code.crt")).SignDigest(s_digest, HashAlgorithmName.SHA256)));

    private ExternalCommandSigner External(string script) =>
        new("sh", ["-c", script.Replace("KEY", keys.File("boot-code.key"), StringComparison.Ordinal), "signer"], keys.File("boot-code.crt"));

    private static string Code(Action action) => Assert.Throws<HullException>(action).Code.Code;
}
