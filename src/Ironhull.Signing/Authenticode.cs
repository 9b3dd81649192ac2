using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;

namespace Ironhull.Signing;

/// <summary>
/// Authenticode signatures of PE images (Windows Authenticode Portable Executable Signature Format, 2008; UEFI 2.10
/// section 32.2.4): what Secure Boot firmware checks. SHA-256 and RSA PKCS#1 v1.5, one signature, no time stamp.
/// </summary>
public static class Authenticode
{
    /// <summary>WIN_CERT_REVISION_2_0.</summary>
    internal const ushort Revision = 0x0200;

    /// <summary>WIN_CERT_TYPE_PKCS_SIGNED_DATA.</summary>
    internal const ushort PkcsSignedData = 0x0002;

    /// <summary>Computes what is to be signed.</summary>
    /// <param name="image">A PE image.</param>
    /// <param name="replaceSignature">True drops a signature or placeholder that the image has; false refuses such an image.</param>
    /// <exception cref="HullException">HULL100x: not a usable PE image; HULL1004: signed already.</exception>
    public static AuthenticodePreparation Prepare(ReadOnlyMemory<byte> image, bool replaceSignature = false)
    {
        var pe = PeImage.Parse(image);
        if (pe.CertificateTableSize != 0 && !replaceSignature)
        {
            throw FormatErrors.Unsupported.Error("The image is signed already.", remedy: "Give the unsigned image, or ask for its signature to be replaced.");
        }

        return new(pe);
    }

    /// <summary>Signs an image.</summary>
    /// <param name="image">A PE image without a signature.</param>
    /// <param name="signer">The key; its certificate and chain are embedded.</param>
    /// <returns>The signed image.</returns>
    /// <exception cref="HullException">As <see cref="Prepare"/> and the signer.</exception>
    public static byte[] Sign(ReadOnlyMemory<byte> image, ISigner signer)
    {
        var preparation = Prepare(image);
        return preparation.Complete(signer.SignDigest(preparation.Digest, HashAlgorithmName.SHA256), signer.Certificate, signer.Chain);
    }

    /// <summary>Checks an image's signature as Secure Boot does with one certificate in db. Validity dates are ignored, as firmware does.</summary>
    /// <param name="image">The signed PE image.</param>
    /// <param name="trusted">The signer's certificate, or a certificate authority above it whose chain the signature embeds.</param>
    /// <returns>The certificate of the key that signed.</returns>
    /// <exception cref="HullException">HULL6005: changed, or another key; HULL6008: no signature, or malformed; HULL100x: not a PE image.</exception>
    public static X509Certificate2 Verify(ReadOnlyMemory<byte> image, X509Certificate2 trusted)
    {
        var pe = PeImage.Parse(image);
        var pkcs7 = Pkcs7Reader.Read(FirstCertificate(pe));
        if (pkcs7.ContentType != AuthenticodeContent.SpcIndirectData || pkcs7.Content.IsEmpty || pkcs7.SignedAttributes.IsEmpty)
        {
            throw SigningErrors.MalformedSignature.Error("The certificate table does not hold an Authenticode signature.");
        }

        var signed = AuthenticodeContent.Read(pkcs7.Content);
        var actual = pe.AuthenticodeDigest();
        if (signed != actual)
        {
            throw SigningErrors.BadSignature.Error($"The image was changed after signing: its digest is {actual}, the signed digest is {signed}.");
        }

        AuthenticodeContent.VerifyAttributes(pkcs7.SignedAttributes, pkcs7.Content);
        var signer = SignerSearch.Find(pkcs7, trusted);
        Signatures.Verify(signer, SHA256.HashData(pkcs7.SignedAttributes.Span), pkcs7.Signature.Span);
        return signer;
    }

    private static ReadOnlyMemory<byte> FirstCertificate(PeImage pe)
    {
        if (pe.CertificateTableSize < 8)
        {
            throw SigningErrors.MalformedSignature.Error("The image is not signed.");
        }

        var table = pe.Data.Slice((int)pe.CertificateTableOffset, (int)pe.CertificateTableSize);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(table.Span);
        var type = BinaryPrimitives.ReadUInt16LittleEndian(table.Span[6..]);
        return length is >= 8 && length <= table.Length && type == PkcsSignedData
            ? table[8..(int)length]
            : throw SigningErrors.MalformedSignature.Error($"The certificate table starts with an entry of type {type} and length {length}, which is not a PKCS#7 signature.");
    }
}
