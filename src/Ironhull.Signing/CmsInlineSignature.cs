using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>
/// A PKCS#7 signature with its content inside, without signed attributes, DER: what the kernel takes as a policy of
/// Integrity Policy Enforcement (Documentation/admin-guide/LSM/ipe.rst, "Deploying Policies").
/// </summary>
public static class CmsInlineSignature
{
    /// <summary>A stand-in of exactly the length of the signature that will replace it.</summary>
    /// <param name="content">The content.</param>
    /// <param name="certificate">The certificate of the key that will sign.</param>
    /// <param name="embedded">The certificates that will be embedded.</param>
    public static byte[] Placeholder(ReadOnlySpan<byte> content, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> embedded) =>
        Wrap(content, new byte[Signatures.LengthFor(certificate)], certificate, embedded);

    /// <summary>Signs content; the signer's certificate and chain are embedded.</summary>
    /// <returns>DER of the PKCS#7 ContentInfo.</returns>
    public static byte[] Sign(ReadOnlySpan<byte> content, ISigner signer)
    {
        var digest = SHA256.HashData(content);
        var signature = signer.SignDigest(digest, HashAlgorithmName.SHA256);
        Signatures.Verify(signer.Certificate, digest, signature);
        return Wrap(content, signature, signer.Certificate, [signer.Certificate, .. signer.Chain]);
    }

    /// <summary>The content of a signature or stand-in; nothing is verified.</summary>
    /// <exception cref="HullException">HULL6003, HULL6008: it is not of this form.</exception>
    public static ReadOnlyMemory<byte> ContentOf(ReadOnlyMemory<byte> signature) => Content(Pkcs7Reader.Read(signature));

    /// <summary>Checks a signature of this form.</summary>
    /// <param name="signature">DER of the PKCS#7 ContentInfo.</param>
    /// <param name="trusted">The signer's certificate, or an authority above it whose leaf the signature embeds.</param>
    /// <returns>The content.</returns>
    /// <exception cref="HullException">HULL6005, HULL6008: it does not verify, or is malformed.</exception>
    public static ReadOnlyMemory<byte> Verify(ReadOnlyMemory<byte> signature, X509Certificate2 trusted)
    {
        var parsed = Pkcs7Reader.Read(signature);
        var content = Content(parsed);
        Signatures.Verify(SignerSearch.Find(parsed, trusted), SHA256.HashData(content.Span), parsed.Signature.Span);
        return content;
    }

    private static ReadOnlyMemory<byte> Content(Pkcs7Reader parsed)
    {
        if (parsed.ContentType != Pkcs7Writer.Data || parsed.Content.IsEmpty || !parsed.SignedAttributes.IsEmpty)
        {
            throw SigningErrors.MalformedSignature.Error("The signature is not a PKCS#7 signature of data inside it without attributes.");
        }

        try
        {
            return AsnDecoder.ReadOctetString(parsed.Content.Span, AsnEncodingRules.DER, out _);
        }
        catch (AsnContentException e)
        {
            throw SigningErrors.MalformedSignature.Error($"The signed content cannot be read: {e.Message}", cause: e);
        }
    }

    private static byte[] Wrap(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> embedded)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(content);
        return Pkcs7Writer.Write(certificate, embedded, (Pkcs7Writer.Data, writer.Encode()), default, signature);
    }
}
