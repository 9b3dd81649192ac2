using System.Text;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>A package that was changed, what we say of it, and what rpm says when it demands a signature and every digest.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Code">Our code; empty when the package is accepted.</param>
/// <param name="Accepting">Which of rpm 4.18, 4.20 and 6 accept it: "418", "420", "6".</param>
/// <param name="Why">Why we judge otherwise than one of them.</param>
/// <param name="Make">Makes it.</param>
internal sealed record TamperCase(string Name, string Code, string Accepting, string Why, Func<SignedPackages, byte[]> Make)
{
    private const string All = "418 420 6";
    private const string Unsigned = "nothing vouches for the signature header, so only what rpm writes may stand there";
    private const string NoEcdsa = "Debian's rpm 4.18 knows no ECDSA";
    private const string NoFormat6 = "rpm 4 does not know the signatures of format 6";
    private const string AtAllTimes = "a key or signature that is not valid now is not trusted now";

    /// <summary>The table.</summary>
    public static IReadOnlyList<TamperCase> Table { get; } =
    [
        new("format 4, untouched", "", All, "", p => p.Signed4),
        new("format 6, untouched", "", "6", NoFormat6, p => p.Signed6),
        new("format 4, RSA of 4096 bits", "", All, "", p => p.Sign(p.Unsigned4, "rsa4096", null)),
        new("format 4, Ed25519", "", All, "", p => p.Sign(p.Unsigned4, "ed25519", null)),
        new("format 4, ECDSA on P-256", "", "420 6", NoEcdsa, p => p.Sign(p.Unsigned4, "nistp256", ToolRoot.Rpm4)),
        new("format 4, ECDSA on P-384", "", "420 6", NoEcdsa, p => p.Sign(p.Unsigned4, "nistp384", ToolRoot.Rpm6)),
        new("format 6, RSA of 2048 bits", "", "6", NoFormat6, p => p.Sign(p.Unsigned6, "rsa2048", ToolRoot.Rpm6)),
        new("format 6, ECDSA on P-384", "", "6", NoFormat6, p => p.Sign(p.Unsigned6, "nistp384", ToolRoot.Rpm6)),
        new("format 4, signature stripped", "HULL2140", "", "", p => Edit4(p, e => e.Remove(e.Signature, RpmSignatureTag.Rsa))),
        new("format 6, signature stripped", "HULL2140", "", "", p => Edit6(p, e => e.Remove(e.Signature, RpmSignatureTag.OpenPgp))),
        new("format 4, signed by a stranger", "HULL2141", "", "", p => p.Sign(p.Unsigned4, "stranger", null)),
        new("format 6, signed by a stranger", "HULL2141", "", "", p => p.Sign(p.Unsigned6, "stranger", ToolRoot.Rpm6)),
        new("format 6, a stranger signed too", "", "", "one pinned key is enough, as for repositories: anybody can add a signature", p => p.Sign(p.Signed6, "stranger", ToolRoot.Rpm6)),
        new("format 4, signed by an expired key", "HULL2143", All, AtAllTimes, p => p.Sign(p.Unsigned4, "expired", null)),
        new("format 4, signed by a revoked key", "HULL2144", "418", AtAllTimes, p => p.SignedByRevoked4),
        new("format 4, expired signature", "HULL2145", "", "", p => Signed4(p, Sign(p, p.Unsigned4, "SHA512", "--default-sig-expire", "5d"))),
        new("format 4, signature over SHA-1", "HULL2146", "418", "SHA-1 is too weak", p => Signed4(p, Sign(p, p.Unsigned4, "SHA1"))),
        new("format 4, signature over text", "HULL2157", "", "", p => Signed4(p, Sign(p, p.Unsigned4, "SHA512", "--textmode"))),
        new("format 4, signature of a user id", "HULL2157", "", "", p => Signed4(p, Certification(p))),
        new("format 4, signature is garbage", "HULL2147", "", "", p => Signed4(p, "not a signature"u8.ToArray())),
        new("format 4, signature cut short", "HULL2147", "", "", p => Edit4(p, e => e.SetSignature(RpmSignatureTag.Rsa, e.Get(e.Signature, RpmSignatureTag.Rsa)[..^20]))),
        new("format 6, signature is not base64", "HULL2147", "", "", p => Edit6(p, e => e.Set(e.Signature, RpmSignatureTag.OpenPgp, 8, 1, RpmEditor.Text("*")))),
        new("format 4, two signatures in one tag", "HULL2147", "", "", p => Edit4(p, e => e.SetSignature(RpmSignatureTag.Rsa, [.. e.Get(e.Signature, RpmSignatureTag.Rsa), .. e.Get(e.Signature, RpmSignatureTag.Rsa)]))),
        new("format 4, signature tag twice", "HULL2112", All, "readers would choose differently", p => Edit4(p, e => e.Signature.Insert(1, e.Signature.Find(s => s.Tag == RpmSignatureTag.Rsa)!))),
        new("format 4, signature as a string", "HULL2153", "", "", p => Edit4(p, e => e.Set(e.Signature, RpmSignatureTag.Rsa, 6, 1, RpmEditor.Text("x")))),
        new("format 4, signature of another package", "HULL2142", "", "", p => Signed4(p, Sign(p, Edit4(p, e => Rename(e).Renew())))),
        new("format 4, signature of header and payload as one of the header", "HULL2142", "", "", p => Signed4(p, LegacySignature(p))),
        new("format 4, also signed as a whole", "", All, "", p => Edit4(p, e => e.SetSignature(RpmSignatureTag.Pgp, LegacySignature(p)))),
        new("format 4, header changed", "HULL2148", "", "", p => Edit4(p, e => Rename(e))),
        new("format 6, header changed", "HULL2148", "", "", p => Edit6(p, e => Rename(e))),
        new("format 4, header changed and its digests renewed", "HULL2142", "", "", p => Edit4(p, e => Rename(e).Renew())),
        new("format 6, header changed and its digests renewed", "HULL2142", "", "", p => Edit6(p, e => Rename(e).Renew())),
        new("format 4, SHA-1 of the header changed", "HULL2148", "", "", p => Edit4(p, e => e.Set(e.Signature, RpmSignatureTag.Sha1, 6, 1, RpmEditor.Text(new string('0', 40))))),
        new("format 4, SHA-256 of the header cut short", "HULL2153", "", "", p => Edit4(p, e => e.Set(e.Signature, RpmSignatureTag.Sha256, 6, 1, RpmEditor.Text(new string('0', 63))))),
        new("format 6, SHA3-256 of the header changed", "HULL2148", "", "", p => Edit6(p, e => e.Set(e.Signature, RpmSignatureTag.Sha3, 6, 1, RpmEditor.Text(new string('0', 64))))),
        new("format 4, payload changed", "HULL2149", "", "", p => Edit4(p, e => e.Payload[^1] ^= 1)),
        new("format 6, payload changed", "HULL2149", "", "", p => Edit6(p, e => e.Payload[^1] ^= 1)),
        new("format 4, payload changed and the header's digest of it too", "HULL2142", "", "", p => Edit4(p, e => Repay(e).Renew())),
        new("format 4, MD5 changed", "HULL2150", "", "", p => Edit4(p, e => e.Set(e.Signature, RpmSignatureTag.Md5, 7, 16, new byte[16]))),
        new("format 4, payload cut short", "HULL2158", "", "", p => p.Signed4[..^7]),
        new("format 6, payload cut short", "HULL2158", "", "", p => p.Signed6[..^7]),
        new("format 4, bytes behind the payload", "HULL2156", "", "", p => [.. p.Signed4, 0]),
        new("format 6, bytes behind the payload", "HULL2156", "", "", p => [.. p.Signed6, 0]),
        new("format 4, a name in the signature header", "HULL2152", All, Unsigned, p => Edit4(p, e => e.Set(e.Signature, 1047, 8, 1, RpmEditor.Text("kernel")))),
        new("format 4, an installed size in the signature header", "HULL2152", All, Unsigned, p => Edit4(p, e => e.Set(e.Signature, 1009, 4, 1, RpmEditor.Number(1)))),
        new("format 6, legacy tags in the signature header", "HULL2152", "6", Unsigned, p => Edit6(p, e => e.Set(e.Signature, RpmSignatureTag.PayloadSize, 4, 1, RpmEditor.Number(1)))),
        new("format 4, the reserved space holds something", "HULL2155", All, Unsigned, p => Edit4(p, e => e.Get(e.Signature, RpmSignatureTag.ReservedSpace)[9] = 1)),
        new("format 4, padding between the headers is not zero", "HULL2155", All, Unsigned, p => Edit4(p, e => e.Set(e.Signature, RpmSignatureTag.ReservedSpace, 7, 13, new byte[13]).Padding = 1)),
        new("format 4, entries of the header behind its region", "HULL2114", "", "", p => Edit4(p, e => e.Dribbles.Add(new(1009, 4, 1, RpmEditor.Number(1))))),
        new("format 4, signed header with a tag of the signature header", "HULL2154", "", "", p => Edit4(p, e => Resign(p, e.Set(e.Header, RpmSignatureTag.Sha256, 6, 1, RpmEditor.Text(new string('0', 64)))))),
        new("format 4, signatures of files in both headers", "HULL2154", All, "readers would choose differently", p => Edit4(p, e => Resign(p, e.Set(e.Header, RpmTag.FileSignatures, 8, 1, RpmEditor.Text("03"))).Set(e.Signature, RpmSignatureTag.FileSignatures, 8, 1, RpmEditor.Text("03")))),
        new("format 4, signatures of files added", "", All, "", p => Edit4(p, e => e.Set(e.Signature, RpmSignatureTag.FileSignatures, 8, 2, RpmEditor.Text("03\003")).Set(e.Signature, RpmSignatureTag.FileSignatureLength, 4, 1, RpmEditor.Number(1)))),
        new("format 4, signed header without a digest of the payload", "HULL2151", "", "", p => Edit4(p, e => Resign(p, e.Remove(e.Header, RpmTag.PayloadSha256, RpmTag.PayloadSha256Algorithm, RpmTag.PayloadSha256Alt)))),
        new("format 4, signed header with an MD5 of the payload", "HULL2159", "", "", p => Edit4(p, e => Resign(p, WeakPayloadDigest(e)))),
        new("format 4, signed header with two digests of the payload", "HULL2153", "", "", p => Edit4(p, e => Resign(p, e.Set(e.Header, RpmTag.PayloadSha256, 8, 2, [.. e.Get(e.Header, RpmTag.PayloadSha256), .. RpmEditor.Text(new string('0', 64))])))),
        new("not a package", "HULL2100", "", "", _ => "<html>captive portal</html>"u8.ToArray()),
        new("cut short within the lead", "HULL2105", "", "", p => p.Signed4[..50]),
        new("cut short within the signature header", "HULL2105", "", "", p => p.Signed4[..500]),
        new("empty", "HULL2100", "", "", _ => []),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static byte[] Edit4(SignedPackages packages, Action<RpmEditor> change) => Edit(packages.Signed4, change);

    private static byte[] Edit6(SignedPackages packages, Action<RpmEditor> change) => Edit(packages.Signed6, change);

    private static byte[] Edit(byte[] package, Action<RpmEditor> change)
    {
        var editor = new RpmEditor(package);
        change(editor);
        return editor.Build();
    }

    private static byte[] Signed4(SignedPackages packages, byte[] signature) => Edit4(packages, e => e.SetSignature(RpmSignatureTag.Rsa, signature));

    private static byte[] Sign(SignedPackages packages, byte[] package, string digest = "SHA512", params string[] options) =>
        packages.Gpg.Sign(packages.Fingerprint("rsa2048"), new RpmEditor(package).HeaderBlob, digest, options);

    private static byte[] LegacySignature(SignedPackages packages)
    {
        var editor = new RpmEditor(packages.Signed4);
        return packages.Gpg.Sign(packages.Fingerprint("rsa2048"), [.. editor.HeaderBlob, .. editor.Payload], "SHA512");
    }

    // The signature by which the key certifies its own user id: key, user id, signature.
    private static byte[] Certification(SignedPackages packages)
    {
        var key = packages.PublicKey("rsa2048");
        var at = key.AsSpan().IndexOf(Encoding.UTF8.GetBytes("rsa2048@example.org>")) + "rsa2048@example.org>".Length;
        return key[at..];
    }

    private static RpmEditor Resign(SignedPackages packages, RpmEditor editor) =>
        editor.Renew().SetSignature(RpmSignatureTag.Rsa, packages.Gpg.Sign(packages.Fingerprint("rsa2048"), editor.HeaderBlob, "SHA512"));

    private static RpmEditor Rename(RpmEditor editor) => editor.Set(editor.Header, RpmTag.Name, 6, 1, RpmEditor.Text("evil"));

    private static RpmEditor Repay(RpmEditor editor)
    {
        editor.Payload[^1] ^= 1;
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(editor.Payload));
        return editor.Set(editor.Header, RpmTag.PayloadSha256, 8, 1, RpmEditor.Text(digest));
    }

    private static RpmEditor WeakPayloadDigest(RpmEditor editor)
    {
#pragma warning disable CA5351 // What is refused.
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(editor.Payload));
#pragma warning restore CA5351
        return editor.Set(editor.Header, RpmTag.PayloadSha256, 8, 1, RpmEditor.Text(digest)).Set(editor.Header, RpmTag.PayloadSha256Algorithm, 4, 1, RpmEditor.Number(1));
    }
}
