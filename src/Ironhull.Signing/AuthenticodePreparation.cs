using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;

namespace Ironhull.Signing;

/// <summary>
/// A PE image ready to be signed: gives the digest, takes the signature. The two steps may be far apart; the result
/// depends on the image, the certificates and the signature only.
/// </summary>
public sealed class AuthenticodePreparation
{
    private readonly ReadOnlyMemory<byte> _image;
    private readonly int _certificateDirectoryOffset;
    private readonly byte[] _content;
    private readonly byte[] _attributes;

    internal AuthenticodePreparation(PeImage image)
    {
        var end = image.CertificateTableSize == 0 ? image.Data.Length : (int)image.CertificateTableOffset;
        ImageDigest = image.AuthenticodeDigest();
        _image = image.Data[..end];
        _certificateDirectoryOffset = image.CertificateDirectoryOffset;
        _content = AuthenticodeContent.Write(ImageDigest);
        _attributes = AuthenticodeContent.WriteAttributes(_content);
        Digest = SHA256.HashData(_attributes);
    }

    /// <summary>The digest to be signed: SHA-256 of the authenticated attributes, which hold the image's digest.</summary>
    public byte[] Digest { get; }

    /// <summary>The image's own digest, as firmware computes it and as db or dbx entries of type SHA-256 hold it.</summary>
    public Sha256Digest ImageDigest { get; }

    /// <summary>Attaches a signature.</summary>
    /// <param name="signature">RSA PKCS#1 v1.5 over <see cref="Digest"/>.</param>
    /// <param name="certificate">The signing key's certificate; embedded.</param>
    /// <param name="chain">Its issuers to embed, the trust anchor left out.</param>
    /// <returns>The signed image.</returns>
    /// <exception cref="HullException">HULL6005: the signature does not verify.</exception>
    public byte[] Complete(ReadOnlySpan<byte> signature, X509Certificate2 certificate, IReadOnlyList<X509Certificate2>? chain = null)
    {
        Signatures.Verify(certificate, Digest, signature);
        return Attach(signature, certificate, chain);
    }

    /// <summary>
    /// The image with a certificate table of zero signature bytes: not valid, but it has the length and every other
    /// byte of what <see cref="Complete"/> gives for the same certificates, so a signature made later fits in place.
    /// </summary>
    public byte[] Placeholder(X509Certificate2 certificate, IReadOnlyList<X509Certificate2>? chain = null) =>
        Attach(new byte[Signatures.LengthFor(certificate)], certificate, chain);

    /// <inheritdoc cref="Placeholder(X509Certificate2, IReadOnlyList{X509Certificate2}?)"/>
    public byte[] Placeholder(SigningCertificate certificate) => Placeholder(certificate.Leaf, certificate.Chain);

    private byte[] Attach(ReadOnlySpan<byte> signature, X509Certificate2 certificate, IReadOnlyList<X509Certificate2>? chain)
    {
        var pkcs7 = Pkcs7Writer.Write(
            certificate, [certificate, .. chain ?? []], (AuthenticodeContent.SpcIndirectData, _content), _attributes, signature);

        // WIN_CERTIFICATE: dwLength, wRevision 2.0, wCertificateType PKCS_SIGNED_DATA; entries are 8-byte aligned.
        var offset = (_image.Length + 7) & ~7;
        var length = (8 + pkcs7.Length + 7) & ~7;
        var signed = new byte[offset + length];
        _image.Span.CopyTo(signed);
        BinaryPrimitives.WriteUInt32LittleEndian(signed.AsSpan(_certificateDirectoryOffset), (uint)offset);
        BinaryPrimitives.WriteUInt32LittleEndian(signed.AsSpan(_certificateDirectoryOffset + 4), (uint)length);
        var table = signed.AsSpan(offset);
        BinaryPrimitives.WriteUInt32LittleEndian(table, (uint)length);
        BinaryPrimitives.WriteUInt16LittleEndian(table[4..], Authenticode.Revision);
        BinaryPrimitives.WriteUInt16LittleEndian(table[6..], Authenticode.PkcsSignedData);
        pkcs7.CopyTo(table[8..]);
        return signed;
    }
}
