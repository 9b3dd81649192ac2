using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Ironhull.Signing;

/// <summary>Writes PKCS#7 SignedData of version 1 with one signer (RFC 2315 section 9), DER.</summary>
internal static class Pkcs7Writer
{
    public const string Data = "1.2.840.113549.1.7.1";
    public const string SignedData = "1.2.840.113549.1.7.2";
    public const string ContentTypeAttribute = "1.2.840.113549.1.9.3";
    public const string MessageDigestAttribute = "1.2.840.113549.1.9.4";
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";
    public const string RsaEncryption = "1.2.840.113549.1.1.1";
    private static readonly Asn1Tag s_context0 = new(TagClass.ContextSpecific, 0);

    /// <summary>Writes the whole ContentInfo.</summary>
    /// <param name="signer">Named by issuer and serial number.</param>
    /// <param name="certificates">Embedded certificates, may be empty.</param>
    /// <param name="contentInfo">The inner ContentInfo's type and, when the content is not detached, its DER.</param>
    /// <param name="authenticatedAttributes">DER of the SET OF attributes, or empty.</param>
    /// <param name="signature">RSA PKCS#1 v1.5, big-endian.</param>
    public static byte[] Write(
        X509Certificate2 signer,
        IReadOnlyList<X509Certificate2> certificates,
        (string Type, ReadOnlyMemory<byte> Content) contentInfo,
        ReadOnlyMemory<byte> authenticatedAttributes,
        ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(SignedData);
            using (writer.PushSequence(s_context0))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                {
                    WriteAlgorithm(writer, Sha256);
                }

                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(contentInfo.Type);
                    if (!contentInfo.Content.IsEmpty)
                    {
                        using (writer.PushSequence(s_context0))
                        {
                            writer.WriteEncodedValue(contentInfo.Content.Span);
                        }
                    }
                }

                WriteCertificates(writer, certificates);
                using (writer.PushSetOf())
                {
                    WriteSignerInfo(writer, signer, authenticatedAttributes, signature);
                }
            }
        }

        return writer.Encode();
    }

    public static void WriteAlgorithm(AsnWriter writer, string algorithm)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(algorithm);
            writer.WriteNull();
        }
    }

    private static void WriteCertificates(AsnWriter writer, IReadOnlyList<X509Certificate2> certificates)
    {
        if (certificates.Count == 0)
        {
            return;
        }

        using (writer.PushSetOf(s_context0))
        {
            foreach (var certificate in certificates)
            {
                writer.WriteEncodedValue(certificate.RawData);
            }
        }
    }

    private static void WriteSignerInfo(AsnWriter writer, X509Certificate2 signer, ReadOnlyMemory<byte> attributes, ReadOnlySpan<byte> signature)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(signer.IssuerName.RawData);
                writer.WriteInteger(signer.SerialNumberBytes.Span);
            }

            WriteAlgorithm(writer, Sha256);
            if (!attributes.IsEmpty)
            {
                // [0] IMPLICIT SET OF: the same bytes as the signed SET OF, under another tag.
                var implicitly = attributes.ToArray();
                implicitly[0] = 0xA0;
                writer.WriteEncodedValue(implicitly);
            }

            WriteAlgorithm(writer, RsaEncryption);
            writer.WriteOctetString(signature);
        }
    }
}
