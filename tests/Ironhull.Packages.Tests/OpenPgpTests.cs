using System.Diagnostics;
using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Packages.OpenPgp;
using Org.BouncyCastle.Bcpg;

namespace Ironhull.Packages.Tests;

public sealed class OpenPgpTests
{
    private const string Text = "Origin: Test\n- dash\n--- more\ntrailing   \n\nlast";
    private static readonly TestKey s_rsa = TestKey.Rsa();
    private static readonly TestKey s_ed25519 = TestKey.Ed25519();
    private static readonly TestKey s_stranger = TestKey.Rsa("Stranger <x@example.org>");
    private static readonly long s_now = new DateTimeOffset(TestKey.Created.AddDays(100)).ToUnixTimeSeconds();

    private static OpenPgpKeyRing Ring(params TestKey[] keys) => OpenPgpKeyRing.Parse(keys.SelectMany(k => k.PublicKey()).ToArray(), "keys");

    private static SignedMessage Verify(string message, OpenPgpKeyRing ring) => OpenPgpVerifier.VerifyClearSigned(Encoding.UTF8.GetBytes(message), ring, s_now, "InRelease");

    private static string CodeOf(string message, OpenPgpKeyRing ring) => Assert.Throws<HullException>(() => Verify(message, ring)).Code.Code;

    [Fact]
    public void VerifyClearSigned_RsaAndEd25519_AreGoodAndTheTextIsUnescaped()
    {
        var message = Verify(TestKey.ClearSign(Text, s_rsa, s_ed25519), Ring(s_rsa, s_ed25519));
        Assert.Equal("Origin: Test\n- dash\n--- more\ntrailing\n\nlast\n", Encoding.UTF8.GetString(message.Text));
        Assert.Equal([(SignatureStatus.Good, s_rsa.Fingerprint), (SignatureStatus.Good, s_ed25519.Fingerprint)], message.Signatures.Select(s => (s.Status, s.PrimaryFingerprint)));
        Assert.Equal(["RSA 2048, SHA256", "Ed25519, SHA256"], message.Signatures.Select(s => s.Algorithm));
    }

    [Fact]
    public void VerifyClearSigned_UnknownSignerBesideATrustedOne_IsListed()
    {
        var message = Verify(TestKey.ClearSign(Text, s_stranger, s_rsa), Ring(s_rsa));
        Assert.Equal([SignatureStatus.UnknownKey, SignatureStatus.Good], message.Signatures.Select(s => s.Status));
        Assert.Equal(s_stranger.Fingerprint, message.Signatures[0].Fingerprint);
    }

    [Fact]
    public void VerifyClearSigned_WrongKeyOnly_ReportsHULL2011() => Assert.Equal("HULL2011", CodeOf(TestKey.ClearSign(Text, s_stranger), Ring(s_rsa, s_ed25519)));

    [Fact]
    public void VerifyClearSigned_ChangedText_ReportsHULL2012()
    {
        Assert.Equal("HULL2012", CodeOf(TestKey.ClearSign(Text, s_rsa).Replace("Test", "Tost"), Ring(s_rsa)));
        Assert.Equal("HULL2012", CodeOf(TestKey.ClearSign(Text, s_ed25519).Replace("Test", "Tost"), Ring(s_ed25519)));
    }

    [Fact]
    public void VerifyClearSigned_ExpiredKey_ReportsHULL2014()
    {
        var key = TestKey.Rsa(validFor: 86400 * 50);
        var message = OpenPgpVerifier.InspectClearSigned(Encoding.UTF8.GetBytes(TestKey.ClearSign(Text, key)), Ring(key), s_now, "x");
        Assert.Equal(SignatureStatus.ExpiredKey, message.Signatures[0].Status);
        Assert.Equal("HULL2014", CodeOf(TestKey.ClearSign(Text, key), Ring(key)));
    }

    [Theory]
    [InlineData("x\n", "")]
    [InlineData("", "x\n")]
    public void VerifyClearSigned_SomethingAround_ReportsHULL2010(string before, string after) =>
        Assert.Equal("HULL2010", CodeOf(before + TestKey.ClearSign(Text, s_rsa) + after, Ring(s_rsa)));

    [Fact]
    public void VerifyClearSigned_NotSigned_ReportsHULL2010() => Assert.Equal("HULL2010", CodeOf("<html>captive portal</html>", Ring(s_rsa)));

    [Fact]
    public void VerifyClearSigned_OtherHeader_ReportsHULL2010() =>
        Assert.Equal("HULL2010", CodeOf(TestKey.ClearSign(Text, s_rsa).Replace("Hash: SHA256", "Hash: SHA256\nComment: x"), Ring(s_rsa)));

    [Fact]
    public void VerifyClearSigned_WeakKeyOrDigest_ReportsHULL2011()
    {
        var weak = TestKey.Rsa(bits: 1024);
        Assert.Equal("HULL2011", CodeOf(TestKey.ClearSign(Text, weak), Ring(weak)));
        Assert.Equal("HULL2011", Assert.Throws<HullException>(() => OpenPgpVerifier.VerifyDetached("x"u8.ToArray(), s_rsa.Sign("x"u8.ToArray(), digest: HashAlgorithmTag.Sha1), Ring(s_rsa), s_now, "x")).Code.Code);
    }

    [Theory]
    [InlineData(HashAlgorithmTag.Sha256)]
    [InlineData(HashAlgorithmTag.Sha384)]
    [InlineData(HashAlgorithmTag.Sha512)]
    public void VerifyDetached_Digests_AreGood(HashAlgorithmTag digest)
    {
        var data = "a\nb\n"u8.ToArray();
        foreach (var key in new[] { s_rsa, s_ed25519 })
        {
            Assert.Equal(SignatureStatus.Good, Assert.Single(OpenPgpVerifier.VerifyDetached(data, key.Sign(data, digest: digest), Ring(key), s_now, "x")).Status);
            Assert.Equal("HULL2012", Assert.Throws<HullException>(() => OpenPgpVerifier.VerifyDetached([.. data, 1], key.Sign(data, digest: digest), Ring(key), s_now, "x")).Code.Code);
        }
    }

    [Fact]
    public void VerifyDetached_Version3_IsGoodAndOnlyForWhatItSigned()
    {
        var data = "a\nb\n"u8.ToArray();
        var signature = s_rsa.SignVersion3(data);
        // It was made now, whenever that is.
        var report = Assert.Single(OpenPgpVerifier.VerifyDetached(data, signature, Ring(s_rsa), s_now, "x"));
        Assert.Equal((SignatureStatus.Good, "RSA 2048, SHA256"), (report.Status, report.Algorithm));
        Assert.Equal("HULL2012", Assert.Throws<HullException>(() => OpenPgpVerifier.VerifyDetached([.. data, 1], signature, Ring(s_rsa), s_now, "x")).Code.Code);
    }

    [Fact]
    public void Parse_ArmoredKey_IsTheSameKey() => Assert.Equal(s_rsa.Fingerprint, Assert.Single(OpenPgpKeyRing.Parse(s_rsa.PublicKey(armored: true), "x").Keys).Fingerprint);

    [Fact]
    public void Parse_ArmoredKeysBetweenText_AreAllThere()
    {
        var text = "The first key:\n" + Encoding.ASCII.GetString(s_rsa.PublicKey(armored: true)) + "\nThe second key, since 2025:\n" + Encoding.ASCII.GetString(s_stranger.PublicKey(armored: true)) + "\n";
        Assert.Equal([s_rsa.Fingerprint, s_stranger.Fingerprint], OpenPgpKeyRing.Parse(Encoding.ASCII.GetBytes(text), "x").Keys.Select(k => k.Fingerprint));
        Assert.Equal("HULL2013", Assert.Throws<HullException>(() => OpenPgpKeyRing.Parse(Encoding.ASCII.GetBytes(text[..^80]), "x")).Code.Code);
    }

    [Fact]
    public void Load_FingerprintNotInTheFiles_ReportsHULL2013()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["k.gpg"], s_rsa.PublicKey());
        Assert.Single(OpenPgpKeyRing.Load([folder["k.gpg"]], [s_rsa.Fingerprint.ToLowerInvariant()]).Keys);
        Assert.Equal("HULL2013", Assert.Throws<HullException>(() => OpenPgpKeyRing.Load([folder["k.gpg"]], [s_stranger.Fingerprint])).Code.Code);
        Assert.Equal("HULL2013", Assert.Throws<HullException>(() => OpenPgpKeyRing.Load([folder["absent.gpg"]])).Code.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    public void Parse_NoKeys_ReportsHULL2013(string text) => Assert.Equal("HULL2013", Assert.Throws<HullException>(() => OpenPgpKeyRing.Parse(Encoding.UTF8.GetBytes(text), "x")).Code.Code);

    [Fact]
    public void CommittedKeys_OfTheArchive_HaveThePublishedFingerprints()
    {
        // As the distribution publishes them on its page of archive signing keys.
        var keys = OpenPgpKeyRing.Load(Repository.KeyFiles);
        string[] published = ["04B54C3CDCA79751B16BC6B5225629DF75B188BD", "41587F7DB8C774BCCF131416762F67A0B2C39DE4", "5E04A1E3223A19A20706E20F9904613D4CCE68C6"];
        Assert.Equal(published, keys.Keys.Select(k => k.PrimaryFingerprint).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(keys.Keys, k => k.Fingerprint == "B8E5F13176D2A7A75220028078DBA3BC47EF2265" && k.MaySign && k.Expires is not null);
    }

    [Fact]
    public async Task VerifyClearSigned_WhatWeAccept_GpgvAccepts()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["k.gpg"], [.. s_rsa.PublicKey(), .. s_ed25519.PublicKey()]);
        File.WriteAllText(folder["InRelease"], TestKey.ClearSign(Text, s_rsa, s_ed25519));
        using var gpgv = Process.Start(new ProcessStartInfo("gpgv", ["--homedir", folder.Path, "--keyring", folder["k.gpg"], "--status-fd", "1", folder["InRelease"]]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = gpgv.StandardError.ReadToEndAsync();
        var status = await gpgv.StandardOutput.ReadToEndAsync();
        Assert.True(status.Split('\n').Count(l => l.StartsWith("[GNUPG:] VALIDSIG", StringComparison.Ordinal)) == 2, status + await error);
    }

    [Fact]
    public void VerifyClearSigned_MutatedInput_NeverPassesAndNeverThrowsAnythingElse()
    {
        var sound = Encoding.UTF8.GetBytes(TestKey.ClearSign(Text, s_rsa));
        var ring = Ring(s_rsa);
        var expected = Encoding.UTF8.GetString(OpenPgpVerifier.VerifyClearSigned(sound, ring, s_now, "x").Text);
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 3].Sample(changes =>
        {
            var bytes = (byte[])sound.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            try
            {
                return Encoding.UTF8.GetString(OpenPgpVerifier.VerifyClearSigned(bytes, ring, s_now, "x").Text) == expected;
            }
            catch (HullException)
            {
                return true;
            }
        });
        var keys = s_rsa.PublicKey();
        Gen.Select(Gen.Int[0, keys.Length - 1], Gen.Byte).Array[1, 3].Sample(changes =>
        {
            var bytes = (byte[])keys.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            try
            {
                OpenPgpKeyRing.Parse(bytes, "x");
            }
            catch (HullException)
            {
            }
        });
    }
}
