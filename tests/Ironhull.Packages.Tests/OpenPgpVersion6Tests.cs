using Ironhull.Diagnostics;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Tests;

/// <summary>Keys and signatures of version 6 (RFC 9580), made by Sequoia.</summary>
public sealed class OpenPgpVersion6Tests
{
    private const long Now = GpgHome.Created + (100 * 86400);
    private static readonly byte[] s_data = "what was signed\n"u8.ToArray();

    private static IReadOnlyList<SignatureReport> Verify(byte[] data, byte[] signature, OpenPgpKeyRing keys) => OpenPgpVerifier.VerifyDetached(data, signature, keys, Now, "x");

    private static string CodeOf(Action action) => Assert.Throws<HullException>(action).Code.Code;

    [Theory]
    [InlineData("ed25519", "Ed25519, SHA512")]
    [InlineData("ed448", "Ed448, SHA512")]
    [InlineData("nistp256", "ECDSA P-256, SHA512")]
    [InlineData("nistp384", "ECDSA P-384, SHA512")]
    [InlineData("nistp521", "ECDSA P-521, SHA512")]
    [InlineData("rsa3k", "RSA 3072, SHA512")]
    public void VerifyDetached_KeyOfSequoia_IsGoodAndOnlyForWhatItSigned(string algorithm, string expected)
    {
        using var key = new SequoiaKey(algorithm);
        var ring = OpenPgpKeyRing.Parse(key.PublicKey, "key");
        Assert.Equal([false, true], ring.Keys.Select(k => k.MaySign));
        Assert.All(ring.Keys, k => Assert.Equal((64, k.Fingerprint[..16]), (k.Fingerprint.Length, k.KeyId)));
        var signature = key.Sign(s_data);
        var report = Assert.Single(Verify(s_data, signature, ring));
        Assert.Equal(
            (SignatureStatus.Good, ring.Keys[1].Fingerprint, ring.Keys[0].Fingerprint, "Distribution", expected),
            (report.Status, report.Fingerprint, report.PrimaryFingerprint, report.UserId, report.Algorithm));
        Assert.Equal(SignatureStatus.Good, Assert.Single(Verify(s_data, key.Sign(s_data, armored: true), ring)).Status);
        Assert.Equal("HULL2012", CodeOf(() => Verify([.. s_data, 1], signature, ring)));
        signature[^1] ^= 1;
        Assert.Equal("HULL2012", CodeOf(() => Verify(s_data, signature, ring)));
    }

    [Fact]
    public void Load_FingerprintOf64Digits_PinsTheKey()
    {
        using var key = new SequoiaKey("ed25519");
        using var other = new SequoiaKey("ed25519");
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["one"], key.PublicKey);
        File.WriteAllBytes(folder["two"], other.PublicKey);
        var fingerprint = OpenPgpKeyRing.Parse(key.PublicKey, "key").Keys[0].Fingerprint;
        Assert.All(OpenPgpKeyRing.Load([folder["one"], folder["two"]], [fingerprint.ToLowerInvariant()]).Keys, k => Assert.Equal(fingerprint, k.PrimaryFingerprint));
        Assert.Equal("HULL2013", CodeOf(() => OpenPgpKeyRing.Load([folder["two"]], [fingerprint])));
    }

    [Fact]
    public void VerifyDetached_ExpiredKey_ReportsHULL2014()
    {
        using var key = new SequoiaKey("ed25519", "20250201T000000Z");
        var ring = OpenPgpKeyRing.Parse(key.PublicKey, "key");
        // The direct-key signature says so; what certifies the user id does not.
        Assert.All(ring.Keys, k => Assert.Equal(GpgHome.Created + (31 * 86400), k.Expires));
        Assert.Equal("HULL2014", CodeOf(() => Verify(s_data, key.Sign(s_data), ring)));
    }

    [Fact]
    public void VerifyDetached_RevokedKey_ReportsHULL2015()
    {
        using var key = new SequoiaKey("ed25519");
        byte[] packets = [.. Armor.Decode(key.PublicKey, "PGP PUBLIC KEY BLOCK", "key"), .. RevocationPacket(key)];
        var ring = OpenPgpKeyRing.Parse(packets, "key");
        Assert.All(ring.Keys, k => Assert.True(k.Revoked));
        Assert.Equal("HULL2015", CodeOf(() => Verify(s_data, key.Sign(s_data), ring)));
    }

    [Fact]
    public void Parse_ChangedSalt_ForgetsTheSubkey()
    {
        using var key = new SequoiaKey("nistp256");
        var packets = Armor.Decode(key.PublicKey, "PGP PUBLIC KEY BLOCK", "key");
        var ring = OpenPgpKeyRing.Parse(packets, "key");
        // The binding signature, version 6 of type 18, is the last one; its salt of 32 bytes stands before its two integers of 34 bytes.
        packets[^80] ^= 1;
        Assert.Equal(2, ring.Keys.Count);
        Assert.Single(OpenPgpKeyRing.Parse(packets, "key").Keys);
    }

    // The file holds the key, its user id or nothing else, and the revocation behind them.
    private static byte[] RevocationPacket(SequoiaKey key)
    {
        var bytes = Armor.Decode(key.Revocation, "PGP PUBLIC KEY BLOCK", "revocation");
        var signature = OpenPgpPacket.Split(bytes, "revocation").Single(p => p.Type == OpenPgpPacket.Signature && p.Body.Span[1] == SignaturePacket.KeyRevocation);
        return [0xC2, 0xFF, 0, 0, (byte)(signature.Body.Length >> 8), (byte)signature.Body.Length, .. signature.Body.Span];
    }
}
