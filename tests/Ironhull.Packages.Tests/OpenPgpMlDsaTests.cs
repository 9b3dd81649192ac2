using System.Buffers.Binary;
using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Tests;

/// <summary>
/// Composites of ML-DSA. No OpenPGP program here can make them, so the packets are put together after draft-ietf-openpgp-pqc;
/// OpenSSL makes the keys and signatures in them.
/// </summary>
public sealed class OpenPgpMlDsaTests : IDisposable
{
    private const int Sha3 = 14;
    private static readonly byte[] s_data = "what was signed\n"u8.ToArray();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(30, "ML-DSA-65", "ED25519", 1952, 32, "ML-DSA-65+Ed25519, SHA3-512")]
    [InlineData(31, "ML-DSA-87", "ED448", 2592, 57, "ML-DSA-87+Ed448, SHA3-512")]
    public void VerifyDetached_Composite_NeedsBothParts(int algorithm, string quantumSafe, string classic, int quantumSafeSize, int classicSize, string expected)
    {
        byte[] values = [.. MakeKey(classic, classicSize), .. MakeKey(quantumSafe, quantumSafeSize)];
        var ring = OpenPgpKeyRing.Parse(KeyPacket(algorithm, values), "key");
        var (head, digest) = Signed(algorithm, ring.Keys[0].Fingerprint);
        var (one, two) = (Sign(classic, digest), Sign(quantumSafe, digest));

        SignatureReport Report(byte[] first, byte[] second, byte[] data)
        {
            using var pending = PendingSignatures.Parse(Packet(2, [.. head, .. first, .. second]), ring, GpgHome.Created + 2, "x");
            pending.Append(data, SignaturePacket.Binary);
            return Assert.Single(pending.Finish());
        }

        Assert.Equal((SignatureStatus.Good, expected), (Report(one, two, s_data).Status, Report(one, two, s_data).Algorithm));
        Assert.Equal(SignatureStatus.Bad, Report(one, two, [1]).Status);
        Assert.Equal(SignatureStatus.Bad, Report(Flip(one), two, s_data).Status);
        Assert.Equal(SignatureStatus.Bad, Report(one, Flip(two), s_data).Status);
        Assert.Equal(SignatureStatus.Bad, Report(one, two[..^1], s_data).Status);
    }

    [Theory]
    [InlineData(30, "ML-DSA-65+Ed25519, SHA3-512")]
    [InlineData(32, "SLH-DSA-SHAKE-128s, SHA3-512")]
    [InlineData(99, "algorithm 99, SHA3-512")]
    public void VerifyDetached_SignatureOfAKeyThatIsNotPinned_IsNamed(int algorithm, string expected)
    {
        var (head, _) = Signed(algorithm, new string('A', 64));
        var pinned = TestKey.Ed25519();
        using var pending = PendingSignatures.Parse(Packet(2, [.. head, 1, 2, 3]), OpenPgpKeyRing.Parse(pinned.PublicKey(), "key"), GpgHome.Created + 2, "x");
        var report = Assert.Single(pending.Finish());
        Assert.Equal((SignatureStatus.UnknownKey, expected, new string('A', 16)), (report.Status, report.Algorithm, report.KeyId));
    }

    [Fact]
    public void VerifyDetached_AlgorithmThatIsOnlyNamed_IsUnsupported()
    {
        var ring = OpenPgpKeyRing.Parse(KeyPacket(33, new byte[32]), "key");
        var (head, _) = Signed(33, ring.Keys[0].Fingerprint);
        using var pending = PendingSignatures.Parse(Packet(2, [.. head, 1, 2, 3]), ring, GpgHome.Created + 2, "x");
        pending.Append(s_data, SignaturePacket.Binary);
        var report = Assert.Single(pending.Finish());
        // The two bytes of the digest agree, so it is not known to be bad.
        Assert.Equal((SignatureStatus.Unsupported, "SLH-DSA-SHAKE-128f, SHA3-512"), (report.Status, report.Algorithm));
    }

    [Fact]
    public void Parse_KeyOfAnotherLength_IsRefused() =>
        Assert.Equal("HULL2013", Assert.Throws<HullException>(() => OpenPgpKeyRing.Parse(KeyPacket(30, new byte[1983]), "key")).Code.Code);

    private static byte[] Flip(byte[] bytes)
    {
        var changed = (byte[])bytes.Clone();
        changed[40] ^= 1;
        return changed;
    }

    private static byte[] Packet(int type, byte[] body)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, body.Length);
        return [(byte)(0xC0 | type), 0xFF, .. length, .. body];
    }

    private static byte[] KeyPacket(int algorithm, byte[] values)
    {
        var head = new byte[10];
        head[0] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(1), (uint)GpgHome.Created);
        head[5] = (byte)algorithm;
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(6), values.Length);
        return Packet(OpenPgpPacket.PublicKey, [.. head, .. values]);
    }

    // A version 6 signature up to its salt: creation time, and the fingerprint of the issuer; and the digest that is signed.
    private static (byte[] Head, byte[] Digest) Signed(int algorithm, string fingerprint)
    {
        byte[] hashed = [6, SignaturePacket.Binary, (byte)algorithm, Sha3, 0, 0, 0, 41, 5, 2, 0, 0, 0, 0, 34, 33, 6, .. Convert.FromHexString(fingerprint)];
        BinaryPrimitives.WriteUInt32BigEndian(hashed.AsSpan(10), (uint)GpgHome.Created + 1);
        var salt = SHA256.HashData(hashed);
        var digest = SHA3_512.HashData([.. salt, .. s_data, .. hashed, 6, 0xFF, 0, 0, 0, (byte)hashed.Length]);
        return ([.. hashed, 0, 0, 0, 0, digest[0], digest[1], 32, .. salt], digest);
    }

    // The public values are the last bytes of the key's encoding.
    private byte[] MakeKey(string algorithm, int size)
    {
        SequoiaKey.Tools.RunByLoader("openssl", "genpkey", "-algorithm", algorithm, "-out", _folder[algorithm]);
        SequoiaKey.Tools.RunByLoader("openssl", "pkey", "-in", _folder[algorithm], "-pubout", "-outform", "DER", "-out", _folder["public"]);
        return File.ReadAllBytes(_folder["public"])[^size..];
    }

    private byte[] Sign(string algorithm, byte[] digest)
    {
        File.WriteAllBytes(_folder["digest"], digest);
        SequoiaKey.Tools.RunByLoader("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", _folder[algorithm], "-in", _folder["digest"], "-out", _folder["signature"]);
        return File.ReadAllBytes(_folder["signature"]);
    }
}
