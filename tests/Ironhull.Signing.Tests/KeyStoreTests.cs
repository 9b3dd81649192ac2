#pragma warning disable CA1416
using Ironhull.Diagnostics;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Tests.Pe;

namespace Ironhull.Signing.Tests;

public sealed class KeyStoreTests(TestKeys keys) : IClassFixture<TestKeys>
{
    [Fact]
    public void Init_WritesAPairForEachKey_KeysReadableByTheOwnerOnly()
    {
        string[] names = ["KEK", "PK", "boot-code", "db", "extension", "ipe-policy", "pcr-policy", "root-hash"];
        Assert.Equal(names.SelectMany(n => new[] { n + ".crt", n + ".key" }), Directory.GetFiles(keys.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var key in Directory.GetFiles(keys.Folder, "*.key"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }
    }

    [Fact]
    public void Init_DatabaseIsAnAuthorityThatOnlyIssues_ValidForTenFixedYears()
    {
        var text = Tool.Run("openssl", "x509", "-in", keys.File("db.crt"), "-noout", "-text");
        Assert.Contains("CA:TRUE", text, StringComparison.Ordinal);
        Assert.Contains("Certificate Sign", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Digital Signature", text, StringComparison.Ordinal);
        Assert.Contains("(2048 bit)", text, StringComparison.Ordinal);
        Assert.Contains("Jan  1 00:00:00 2025 GMT", text, StringComparison.Ordinal);
        Assert.Contains("Jan  1 00:00:00 2035 GMT", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("boot-code")]
    [InlineData("root-hash")]
    [InlineData("ipe-policy")]
    [InlineData("extension")]
    [InlineData("pcr-policy")]
    public void Init_EachRoleHasALeafForSigningThatTheDatabaseIssued(string role)
    {
        var text = Tool.Run("openssl", "x509", "-in", keys.File(role + ".crt"), "-noout", "-text");
        Assert.Contains("CA:FALSE", text, StringComparison.Ordinal);
        Assert.Contains("Digital Signature", text, StringComparison.Ordinal);
        Assert.Contains("Code Signing", text, StringComparison.Ordinal);
        Assert.Contains("Subject Key Identifier", text, StringComparison.Ordinal);
        Assert.Contains("Authority Key Identifier", text, StringComparison.Ordinal);
        Assert.Contains("(2048 bit)", text, StringComparison.Ordinal);
        Tool.Run("openssl", "verify", "-purpose", "any", "-CAfile", keys.File("db.crt"), keys.File(role + ".crt"));
    }

    [Fact]
    public void Rotate_GivesANewLeafWhoseSignaturesTheSameAuthorityVouchesFor()
    {
        using var folder = new TemporaryFolder();
        var store = KeyStore.Init(folder["keys"]);
        string Key(string name) => Path.Combine(folder["keys"], name);
        var authority = File.ReadAllText(Key("db.crt"));
        string before;
        using (var old = store.OpenSigner(SigningRole.BootCode))
        {
            before = old.Certificate.Thumbprint;
            folder.Write("old.efi", Authenticode.Sign(MinimalPe.Create(), old));
        }

        var rotated = store.Rotate(SigningRole.BootCode);
        using var signer = store.OpenSigner(SigningRole.BootCode);
        Assert.NotEqual(before, rotated.Thumbprint);
        Assert.Equal(rotated.Thumbprint, signer.Certificate.Thumbprint);
        Assert.Equal(authority, File.ReadAllText(Key("db.crt")));
        Assert.Equal(2, Directory.GetFiles(Key("retired")).Length);
        Assert.Empty(Directory.GetDirectories(folder["keys"], ".rotating*"));

        // The firmware's check, before and after.
        folder.Write("new.efi", Authenticode.Sign(MinimalPe.Create(), signer));
        foreach (var file in (string[])["old.efi", "new.efi"])
        {
            Tool.Run("sbverify", "--cert", Key("db.crt"), folder[file]);
            Authenticode.Verify(File.ReadAllBytes(folder[file]), store.Database);
        }

        // The kernel's check of a root hash: the leaf comes with the signature, the authority is known.
        store.Rotate(SigningRole.RootHash);
        using var rootHash = store.OpenSigner(SigningRole.RootHash);
        var content = System.Text.Encoding.ASCII.GetBytes(new string('a', 64));
        var signature = CmsDetachedSignature.Sign(content, rootHash);
        folder.Write("in", content);
        folder.Write("p7s", signature);
        foreach (var command in (string[])["smime", "cms"])
        {
            Tool.Run("openssl", command, "-verify", "-binary", "-inform", "der", "-in", folder["p7s"], "-content", folder["in"], "-CAfile", Key("db.crt"), "-purpose", "any", "-out", "/dev/null");
            Assert.NotEqual(0, Tool.Try("openssl", command, "-verify", "-binary", "-inform", "der", "-in", folder["p7s"], "-content", folder["in"], "-CAfile", keys.File("db.crt"), "-purpose", "any", "-out", "/dev/null").ExitCode);
        }

        CmsDetachedSignature.Verify(content, signature, store.Database);
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => CmsDetachedSignature.Verify(content, signature, keys.Store.Database)).Code.Code);
    }

    [Fact]
    public void Open_FolderWithOneKey_SignsEveryRoleWithIt_AndRefusesToRotate()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["PK", "KEK", "db"])
        {
            Tool.Run(
                "openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", $"/CN=old {name}",
                "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=digitalSignature", "-keyout", folder[name + ".key"], "-out", folder[name + ".crt"]);
        }

        var store = KeyStore.Open(folder.Path);
        using var signing = store.OpenSigningKeys();
        foreach (var role in SigningRoles.All)
        {
            Assert.Equal(store.Database.Thumbprint, signing.SignerOf(role).Certificate.Thumbprint);
        }

        var signed = folder.Write("signed.efi", Authenticode.Sign(MinimalPe.Create(), signing.SignerOf(SigningRole.BootCode)));
        Tool.Run("sbverify", "--cert", folder["db.crt"], signed);
        Assert.Equal("HULL6010", Assert.Throws<HullException>(() => store.Rotate(SigningRole.BootCode)).Code.Code);
    }

    [Fact]
    public void OpenSigningKeys_AuthorityWithoutALeaf_ReportsHULL6007AndNamesIt()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(keys.Folder).Where(f => !f.Contains("extension", StringComparison.Ordinal)))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var error = Assert.Throws<HullException>(() => KeyStore.Open(folder.Path).OpenSigningKeys());
        Assert.Equal("HULL6007", error.Code.Code);
        Assert.Contains("extension.crt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SigningRoles_WordsAreTheirOwnAndFound()
    {
        Assert.Equal(Enum.GetValues<SigningRole>().Order(), SigningRoles.All.Order());
        Assert.All(SigningRoles.All, role => Assert.Equal(role, SigningRoles.Find(SigningRoles.WordOf(role))));
        Assert.Null(SigningRoles.Find("db"));
    }

    [Fact]
    public void Init_FolderWithFiles_ReportsHULL6006AndKeepsThem()
    {
        var before = File.ReadAllText(keys.File("PK.key"));
        Assert.Equal("HULL6006", Assert.Throws<HullException>(() => KeyStore.Init(keys.Folder)).Code.Code);
        Assert.Equal(before, File.ReadAllText(keys.File("PK.key")));
    }

    [Fact]
    public void Init_FolderThatCannotBeMade_ReportsHULL6009() =>
        Assert.Equal("HULL6009", Assert.Throws<HullException>(() => KeyStore.Init("/proc/no/keys")).Code.Code);

    [Fact]
    public void Open_GivesTheSameKeysAndOwner()
    {
        var opened = KeyStore.Open(keys.Folder);
        Assert.Equal(keys.Store.OwnerGuid, opened.OwnerGuid);
        Assert.Equal(keys.Store.Database.Thumbprint, opened.Database.Thumbprint);
        Assert.NotEqual(opened.PlatformKey.Thumbprint, opened.KeyExchangeKey.Thumbprint);
    }

    [Fact]
    public void Open_EmptyFolder_ReportsHULL6007()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("HULL6007", Assert.Throws<HullException>(() => KeyStore.Open(folder.Path)).Code.Code);
    }
}
