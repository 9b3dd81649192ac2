using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Signing;

/// <summary>The content that an Authenticode signature signs: SpcIndirectDataContent with the image's digest.</summary>
internal static class AuthenticodeContent
{
    public const string SpcIndirectData = "1.3.6.1.4.1.311.2.1.4";
    private const string SpcPeImageData = "1.3.6.1.4.1.311.2.1.15";

    /// <summary>The text that the format's specification puts where a file name once was.</summary>
    private const string Obsolete = "<<<Obsolete>>>";

    /// <summary>DER of SpcIndirectDataContent. Shorter than 128 bytes, which EDK2's parser relies on.</summary>
    public static byte[] Write(Sha256Digest image)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(SpcPeImageData);
                using (writer.PushSequence())
                {
                    writer.WriteBitString([]);
                    using (writer.PushSequence(new(TagClass.ContextSpecific, 0)))
                    using (writer.PushSequence(new(TagClass.ContextSpecific, 2)))
                    {
                        writer.WriteOctetString(Encoding.BigEndianUnicode.GetBytes(Obsolete), new(TagClass.ContextSpecific, 0));
                    }
                }
            }

            using (writer.PushSequence())
            {
                Pkcs7Writer.WriteAlgorithm(writer, Pkcs7Writer.Sha256);
                writer.WriteOctetString(image.ToArray());
            }
        }

        return writer.Encode();
    }

    /// <summary>DER of the SET OF authenticated attributes: content type and message digest.</summary>
    public static byte[] WriteAttributes(ReadOnlyMemory<byte> content)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Pkcs7Writer.ContentTypeAttribute);
                using (writer.PushSetOf())
                {
                    writer.WriteObjectIdentifier(SpcIndirectData);
                }
            }

            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Pkcs7Writer.MessageDigestAttribute);
                using (writer.PushSetOf())
                {
                    writer.WriteOctetString(DigestOfValue(content));
                }
            }
        }

        return writer.Encode();
    }

    /// <summary>The image digest in a SpcIndirectDataContent.</summary>
    /// <exception cref="HullException">HULL6003: not SHA-256; HULL6008: malformed.</exception>
    public static Sha256Digest Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            var sequence = new AsnReader(content, AsnEncodingRules.DER).ReadSequence();
            sequence.ReadEncodedValue();
            var digestInfo = sequence.ReadSequence();
            var algorithm = digestInfo.ReadSequence().ReadObjectIdentifier();
            var digest = digestInfo.ReadOctetString();
            return algorithm == Pkcs7Writer.Sha256 && digest.Length == Sha256Digest.Size
                ? new(digest)
                : throw SigningErrors.UnsupportedAlgorithm.Error($"The image's digest is of algorithm {algorithm} with {digest.Length} bytes; only SHA-256 is supported.");
        }
        catch (AsnContentException e)
        {
            throw SigningErrors.MalformedSignature.Error($"The signed content is not SpcIndirectDataContent: {e.Message}", cause: e);
        }
    }

    /// <summary>Checks that the message digest attribute is that of the content, and the content type attribute fits.</summary>
    /// <exception cref="HullException">HULL6005, HULL6008: they differ, or are missing or malformed.</exception>
    public static void VerifyAttributes(ReadOnlyMemory<byte> attributes, ReadOnlyMemory<byte> content)
    {
        byte[]? digest = null;
        string? type = null;
        try
        {
            var set = new AsnReader(attributes, AsnEncodingRules.DER).ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var attribute = set.ReadSequence();
                var name = attribute.ReadObjectIdentifier();
                var values = attribute.ReadSetOf();
                if (name == Pkcs7Writer.MessageDigestAttribute)
                {
                    digest = values.ReadOctetString();
                }
                else if (name == Pkcs7Writer.ContentTypeAttribute)
                {
                    type = values.ReadObjectIdentifier();
                }
            }
        }
        catch (AsnContentException e)
        {
            throw SigningErrors.MalformedSignature.Error($"The authenticated attributes cannot be parsed: {e.Message}", cause: e);
        }

        if (type != SpcIndirectData || digest is null || !digest.AsSpan().SequenceEqual(DigestOfValue(content)))
        {
            throw SigningErrors.BadSignature.Error("The authenticated attributes do not belong to the signed content.");
        }
    }

    /// <summary>SHA-256 of a DER value's content octets, without tag and length (RFC 2315 section 9.3).</summary>
    private static byte[] DigestOfValue(ReadOnlyMemory<byte> der)
    {
        AsnDecoder.ReadEncodedValue(der.Span, AsnEncodingRules.DER, out var offset, out var length, out _);
        return SHA256.HashData(der.Span.Slice(offset, length));
    }
}
