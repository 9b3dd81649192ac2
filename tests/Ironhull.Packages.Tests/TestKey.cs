using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace Ironhull.Packages.Tests;

/// <summary>An OpenPGP key made and used by BouncyCastle, an implementation other than ours.</summary>
internal sealed class TestKey
{
    public static readonly DateTime Created = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly PgpKeyPair _pair;
    private readonly string _userId;
    private readonly long _validFor;

    private TestKey(PgpKeyPair pair, string userId, long validFor) => (_pair, _userId, _validFor) = (pair, userId, validFor);

    public static TestKey Rsa(string userId = "Archive <archive@example.org>", long validFor = 0, int bits = 2048)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new Org.BouncyCastle.Crypto.Parameters.RsaKeyGenerationParameters(BigInteger.ValueOf(65537), new SecureRandom(), bits, 25));
        return new(new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), Created), userId, validFor);
    }

    public static TestKey Ed25519(string userId = "Stable <stable@example.org>")
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new KeyGenerationParameters(new SecureRandom(), 256));
        return new(new PgpKeyPair(PublicKeyAlgorithmTag.EdDsa_Legacy, generator.GenerateKeyPair(), Created), userId, 0);
    }

    public string Fingerprint => Convert.ToHexString(_pair.PublicKey.GetFingerprint());

    /// <summary>The public key with a self-signature.</summary>
    public byte[] PublicKey(bool armored = false)
    {
        var generator = new PgpSignatureGenerator(_pair.PublicKey.Algorithm, HashAlgorithmTag.Sha256);
        generator.InitSign(PgpSignature.PositiveCertification, _pair.PrivateKey);
        var subpackets = new PgpSignatureSubpacketGenerator();
        subpackets.SetSignatureCreationTime(true, Created);
        subpackets.SetKeyFlags(true, 3);
        if (_validFor > 0)
        {
            subpackets.SetKeyExpirationTime(true, _validFor);
        }

        generator.SetHashedSubpackets(subpackets.Generate());
        var key = PgpPublicKey.AddCertification(_pair.PublicKey, _userId, generator.GenerateCertification(_userId, _pair.PublicKey));
        using var output = new MemoryStream();
        if (armored)
        {
            using var armor = new ArmoredOutputStream(output);
            key.Encode(armor);
        }
        else
        {
            key.Encode(output);
        }

        return output.ToArray();
    }

    /// <summary>The packet of a signature over bytes.</summary>
    public byte[] Sign(byte[] data, bool text = false, HashAlgorithmTag digest = HashAlgorithmTag.Sha256)
    {
        var generator = new PgpSignatureGenerator(_pair.PublicKey.Algorithm, digest);
        generator.InitSign(text ? PgpSignature.CanonicalTextDocument : PgpSignature.BinaryDocument, _pair.PrivateKey);
        var subpackets = new PgpSignatureSubpacketGenerator();
        subpackets.SetSignatureCreationTime(true, Created.AddDays(1));
        subpackets.SetIssuerFingerprint(true, _pair.PublicKey);
        generator.SetHashedSubpackets(subpackets.Generate());
        generator.Update(data);
        using var output = new MemoryStream();
        generator.Generate().Encode(output);
        return output.ToArray();
    }

    /// <summary>The packet of a version 3 signature, as older distributions still make them.</summary>
    public byte[] SignVersion3(byte[] data)
    {
        var generator = new PgpV3SignatureGenerator(_pair.PublicKey.Algorithm, HashAlgorithmTag.Sha256);
        generator.InitSign(PgpSignature.BinaryDocument, _pair.PrivateKey);
        generator.Update(data);
        using var output = new MemoryStream();
        generator.Generate().Encode(output);
        return output.ToArray();
    }

    /// <summary>A clear-signed message of all the keys.</summary>
    public static string ClearSign(string text, params TestKey[] keys)
    {
        var canonical = Encoding.UTF8.GetBytes(string.Join("\r\n", text.TrimEnd('\n').Split('\n').Select(l => l.TrimEnd(' ', '\t'))));
        using var packets = new MemoryStream();
        using (var armor = new ArmoredOutputStream(packets))
        {
            foreach (var key in keys)
            {
                armor.Write(key.Sign(canonical, text: true));
            }
        }

        var escaped = string.Join('\n', text.TrimEnd('\n').Split('\n').Select(l => l.StartsWith('-') ? "- " + l : l));
        var block = Encoding.ASCII.GetString(packets.ToArray());
        block = block[(block.IndexOf('\n') + 1)..].Replace("\r\n", "\n");
        block = block[..block.IndexOf("-----END", StringComparison.Ordinal)];
        return $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{escaped}\n-----BEGIN PGP SIGNATURE-----\n{block}-----END PGP SIGNATURE-----\n";
    }
}
