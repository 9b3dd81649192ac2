#pragma warning disable CA1416
using Ironhull.Diagnostics;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Signing.Tests;

public sealed class KeyStoreTests(TestKeys keys) : IClassFixture<TestKeys>
{
    [Fact]
    public void Init_WritesSixFiles_KeysReadableByTheOwnerOnly()
    {
        Assert.Equal(["KEK.crt", "KEK.key", "PK.crt", "PK.key", "db.crt", "db.key"], Directory.GetFiles(keys.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var key in Directory.GetFiles(keys.Folder, "*.key"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }
    }

    [Fact]
    public void Init_CertificatesAreLeavesForSigning_ValidForTenFixedYears()
    {
        var text = Tool.Run("openssl", "x509", "-in", keys.File("db.crt"), "-noout", "-text");
        Assert.Contains("CA:FALSE", text, StringComparison.Ordinal);
        Assert.Contains("Digital Signature", text, StringComparison.Ordinal);
        Assert.Contains("Code Signing", text, StringComparison.Ordinal);
        Assert.Contains("RSA Public-Key: (2048 bit)", text.Replace("Public-Key: (2048", "RSA Public-Key: (2048", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Jan  1 00:00:00 2025 GMT", text, StringComparison.Ordinal);
        Assert.Contains("Jan  1 00:00:00 2035 GMT", text, StringComparison.Ordinal);
        Tool.Run("openssl", "verify", "-purpose", "any", "-CAfile", keys.File("db.crt"), keys.File("db.crt"));
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
