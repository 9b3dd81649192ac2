using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>
/// A detached PKCS#7 signature over bytes, without signed attributes, DER: what the kernel's dm-verity takes as the
/// root hash's signature, where the content is the root hash in lower-case hex without a line feed.
/// </summary>
public static class CmsDetachedSignature
{
    /// <summary>The digest to be signed: SHA-256 of the content.</summary>
    public static byte[] Prepare(ReadOnlySpan<byte> content) => SHA256.HashData(content);

    /// <summary>Wraps a signature that was made elsewhere.</summary>
    /// <param name="digest">What <see cref="Prepare"/> gave.</param>
    /// <param name="signature">RSA PKCS#1 v1.5 over the digest.</param>
    /// <param name="certificate">The signing key's certificate.</param>
    /// <param name="embedded">Certificates to embed; none when the verifier has the signing certificate itself.</param>
    /// <returns>DER of the PKCS#7 ContentInfo.</returns>
    /// <exception cref="HullException">HULL6005: the signature does not verify.</exception>
    public static byte[] Complete(
        ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, X509Certificate2 certificate, IReadOnlyList<X509Certificate2>? embedded = null)
    {
        Signatures.Verify(certificate, digest, signature);
        return Wrap(signature, certificate, embedded);
    }

    /// <summary>A stand-in of exactly the length of the signature that will replace it.</summary>
    /// <param name="certificate">The certificate of the key that will sign.</param>
    /// <param name="embedded">The certificates that will be embedded.</param>
    public static byte[] Placeholder(X509Certificate2 certificate, IReadOnlyList<X509Certificate2>? embedded = null) =>
        Wrap(new byte[Signatures.LengthFor(certificate)], certificate, embedded);

    /// <summary>A stand-in of exactly the length of what <see cref="Sign"/> makes with embedded certificates.</summary>
    public static byte[] Placeholder(SigningCertificate certificate) => Placeholder(certificate.Leaf, certificate.Embedded);

    /// <summary>Signs content.</summary>
    /// <param name="content">The bytes that the verifier will hash.</param>
    /// <param name="signer">The key.</param>
    /// <param name="embedCertificates">True embeds the signer's certificate and chain, for verifiers that know only its issuer.</param>
    /// <returns>DER of the PKCS#7 ContentInfo.</returns>
    public static byte[] Sign(ReadOnlySpan<byte> content, ISigner signer, bool embedCertificates = true)
    {
        var digest = Prepare(content);
        return Complete(
            digest,
            signer.SignDigest(digest, HashAlgorithmName.SHA256),
            signer.Certificate,
            embedCertificates ? [signer.Certificate, .. signer.Chain] : []);
    }

    /// <summary>Checks a detached signature of this form.</summary>
    /// <param name="content">The signed bytes.</param>
    /// <param name="signature">DER of the PKCS#7 ContentInfo.</param>
    /// <param name="trusted">The signer's certificate, or an authority above it whose leaf the signature embeds.</param>
    /// <returns>The certificate of the key that signed.</returns>
    /// <exception cref="HullException">HULL6005, HULL6008: it does not verify, or is malformed.</exception>
    public static X509Certificate2 Verify(ReadOnlySpan<byte> content, ReadOnlyMemory<byte> signature, X509Certificate2 trusted)
    {
        var parsed = Pkcs7Reader.Read(signature);
        if (parsed.ContentType != Pkcs7Writer.Data || !parsed.Content.IsEmpty || !parsed.SignedAttributes.IsEmpty)
        {
            throw SigningErrors.MalformedSignature.Error("The signature is not a detached PKCS#7 signature without attributes.");
        }

        var signer = SignerSearch.Find(parsed, trusted);
        Signatures.Verify(signer, Prepare(content), parsed.Signature.Span);
        return signer;
    }

    private static byte[] Wrap(ReadOnlySpan<byte> signature, X509Certificate2 certificate, IReadOnlyList<X509Certificate2>? embedded) =>
        Pkcs7Writer.Write(certificate, embedded ?? [], (Pkcs7Writer.Data, default), default, signature);
}
