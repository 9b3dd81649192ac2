using Ironhull.Diagnostics;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Tests;

/// <summary>Keys and signatures of GnuPG, which is what distributions sign with.</summary>
public sealed class OpenPgpKeysTests : IDisposable
{
    private const long Now = GpgHome.Created + (100 * 86400);
    private static readonly byte[] s_data = "what was signed\n"u8.ToArray();
    private readonly GpgHome _gpg = new();

    public void Dispose() => _gpg.Dispose();

    private static string CodeOf(Action action) => Assert.Throws<HullException>(action).Code.Code;

    private static IReadOnlyList<SignatureReport> Verify(byte[] data, byte[] signature, byte[] keys) =>
        OpenPgpVerifier.VerifyDetached(data, signature, OpenPgpKeyRing.Parse(keys, "keys"), Now, "x");

    // Also of those that VerifyDetached refuses.
    private static SignatureReport Inspect(byte[] signature, byte[] keys)
    {
        using var pending = PendingSignatures.Parse(signature, OpenPgpKeyRing.Parse(keys, "keys"), Now, "x");
        pending.Append(s_data, SignaturePacket.Binary);
        return Assert.Single(pending.Finish());
    }

    [Theory]
    [InlineData("rsa2048", "SHA512", "RSA 2048, SHA512")]
    [InlineData("rsa4096", "SHA256", "RSA 4096, SHA256")]
    [InlineData("ed25519", "SHA256", "Ed25519, SHA256")]
    [InlineData("nistp256", "SHA256", "ECDSA P-256, SHA256")]
    [InlineData("nistp256", "SHA512", "ECDSA P-256, SHA512")]
    [InlineData("nistp384", "SHA384", "ECDSA P-384, SHA384")]
    [InlineData("nistp521", "SHA512", "ECDSA P-521, SHA512")]
    public void VerifyDetached_KeyOfGnuPg_IsGoodAndOnlyForWhatItSigned(string algorithm, string digest, string expected)
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", algorithm);
        var (keys, signature) = (_gpg.Export(fingerprint), _gpg.Sign(fingerprint, s_data, digest));
        var report = Assert.Single(Verify(s_data, signature, keys));
        Assert.Equal((SignatureStatus.Good, fingerprint, fingerprint[24..], expected), (report.Status, report.Fingerprint, report.KeyId, report.Algorithm));
        Assert.Equal(GpgHome.Created + 86400, report.CreatedSeconds);
        Assert.Equal("HULL2012", CodeOf(() => Verify([.. s_data, 1], signature, keys)));
        signature[^1] ^= 1;
        Assert.Equal("HULL2012", CodeOf(() => Verify(s_data, signature, keys)));
    }

    [Fact]
    public void VerifyDetached_SigningSubkey_CountsForItsPrimaryKey()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "rsa2048", "cert");
        _gpg.AddSubkey(fingerprint, "nistp384/ecdsa");
        var report = Assert.Single(Verify(s_data, _gpg.Sign(fingerprint, s_data, "SHA384"), _gpg.Export(fingerprint)));
        Assert.Equal((SignatureStatus.Good, fingerprint, "ECDSA P-384, SHA384"), (report.Status, report.PrimaryFingerprint, report.Algorithm));
        Assert.NotEqual(fingerprint, report.Fingerprint);
    }

    [Fact]
    public void Parse_SubkeyThatDidNotSignItsPrimaryKeyBack_MayNotSign()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "rsa2048", "cert");
        _gpg.AddSubkey(fingerprint, "ed25519");
        var (keys, signature) = (_gpg.Export(fingerprint), _gpg.Sign(fingerprint, s_data));
        // GnuPG keeps the subkey's own signature, "04 19 16 08", among the fields that the primary key does not sign.
        keys[keys.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x04, 0x19, 0x16, 0x08]) + 60] ^= 1;
        Assert.Equal([false, false], OpenPgpKeyRing.Parse(keys, "keys").Keys.Select(k => k.MaySign));
        Assert.Equal(SignatureStatus.NotForData, Inspect(signature, keys).Status);
        Assert.Equal("HULL2011", CodeOf(() => Verify(s_data, signature, keys)));
    }

    [Fact]
    public void VerifyDetached_SubkeyThatTheKeyFileLacks_IsAStranger()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "rsa2048", "cert");
        _gpg.AddSubkey(fingerprint, "rsa2048");
        var signature = _gpg.Sign(fingerprint, s_data);
        var keys = _gpg.Export(fingerprint);
        Assert.Equal([false, true], OpenPgpKeyRing.Parse(keys, "keys").Keys.Select(k => k.MaySign));
        // Without the subkey, its signature is a stranger's.
        var primary = keys.AsSpan(0, keys.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xB9, 0x01, 0x0D])).ToArray();
        Assert.Equal(SignatureStatus.UnknownKey, Inspect(signature, primary).Status);
    }

    [Fact]
    public void VerifyDetached_ExpiredKey_ReportsHULL2014()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "nistp256", expires: "30d");
        var (keys, signature) = (_gpg.Export(fingerprint), _gpg.Sign(fingerprint, s_data));
        Assert.Equal(GpgHome.Created + (30 * 86400), OpenPgpKeyRing.Parse(keys, "keys").Keys[0].Expires);
        Assert.Equal(SignatureStatus.ExpiredKey, Inspect(signature, keys).Status);
        Assert.Equal("HULL2014", CodeOf(() => Verify(s_data, signature, keys)));
    }

    [Fact]
    public void VerifyDetached_ExpiredSignature_ReportsHULL2016()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "ed25519");
        var (keys, signature) = (_gpg.Export(fingerprint), _gpg.Sign(fingerprint, s_data, "SHA256", "--default-sig-expire", "5d"));
        Assert.Equal(SignatureStatus.ExpiredSignature, Inspect(signature, keys).Status);
        Assert.Equal("HULL2016", CodeOf(() => Verify(s_data, signature, keys)));
    }

    [Fact]
    public void VerifyDetached_RevokedKey_ReportsHULL2015()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "nistp521");
        var signature = _gpg.Sign(fingerprint, s_data, "SHA512");
        _gpg.Revoke(fingerprint);
        var keys = _gpg.Export(fingerprint);
        Assert.Equal(SignatureStatus.RevokedKey, Inspect(signature, keys).Status);
        Assert.Equal("HULL2015", CodeOf(() => Verify(s_data, signature, keys)));
    }

    [Fact]
    public void VerifyDetached_RevokedSubkey_IsRefusedAndThePrimaryKeyIsNot()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "nistp256", "cert,sign");
        var primary = _gpg.Sign(fingerprint + "!", s_data);
        _gpg.AddSubkey(fingerprint, "ed25519");
        var subkey = _gpg.Sign(fingerprint, s_data);
        _gpg.RevokeSubkey(fingerprint);
        var keys = _gpg.Export(fingerprint);
        Assert.Equal((SignatureStatus.Good, SignatureStatus.RevokedKey), (Inspect(primary, keys).Status, Inspect(subkey, keys).Status));
    }

    [Fact]
    public void VerifyDetached_TwoClaimsThatDiffer_AreNobodysSignature()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "ed25519");
        var (keys, signature) = (_gpg.Export(fingerprint), _gpg.Sign(fingerprint, s_data));
        // The key id, which is not signed, stands behind the fingerprint, which is.
        signature[signature.AsSpan().LastIndexOf(Convert.FromHexString(fingerprint[24..]))] ^= 1;
        Assert.Equal(SignatureStatus.UnknownKey, Inspect(signature, keys).Status);
    }

    [Fact]
    public void VerifyDetached_EveryFlippedBitOfAnEcdsaSignature_IsRefusedOrChangesNothing()
    {
        var fingerprint = _gpg.Generate("Distribution <d@example.org>", "nistp256");
        var (keys, signature) = (_gpg.Export(fingerprint), _gpg.Sign(fingerprint, s_data));
        var ring = OpenPgpKeyRing.Parse(keys, "keys");
        var sound = Assert.Single(OpenPgpVerifier.VerifyDetached(s_data, signature, ring, Now, "x"));
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            var changed = (byte[])signature.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(sound, Assert.Single(OpenPgpVerifier.VerifyDetached(s_data, changed, ring, Now, "x")));
            }
            catch (HullException e)
            {
                Assert.StartsWith("HULL201", e.Code.Code, StringComparison.Ordinal);
            }
        }
    }
}
