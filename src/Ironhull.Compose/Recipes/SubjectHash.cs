using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// OpenSSL's hash of a certificate's subject (X509_NAME_hash since 1.0): the first four bytes, little-endian, of the
/// SHA-1 of the name's canonical encoding. It names the links by which OpenSSL finds a certificate in a folder.
/// </summary>
public static class SubjectHash
{
    private static readonly Asn1Tag s_version = new(TagClass.ContextSpecific, 0);

    // ASN1_MASK_CANON: the string types that are made UTF-8, lower case and single-spaced; others are hashed as they are.
    private static readonly UniversalTagNumber[] s_strings =
    [
        UniversalTagNumber.UTF8String, UniversalTagNumber.BMPString, UniversalTagNumber.UniversalString, UniversalTagNumber.PrintableString,
        UniversalTagNumber.T61String, UniversalTagNumber.IA5String, UniversalTagNumber.VisibleString,
    ];

    /// <summary>Computes the hash.</summary>
    /// <param name="certificate">A certificate in DER (RFC 5280).</param>
    /// <param name="where">For the diagnostic.</param>
    /// <returns>Eight lower-case hexadecimal digits.</returns>
    /// <exception cref="HullException">HULL5210: not a certificate.</exception>
    public static string Compute(ReadOnlyMemory<byte> certificate, Location where)
    {
        try
        {
            var body = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadSequence();
            if (body.PeekTag().HasSameClassAndValue(s_version))
            {
                body.ReadEncodedValue();
            }

            body.ReadEncodedValue(); // serial number
            body.ReadEncodedValue(); // signature algorithm
            body.ReadEncodedValue(); // issuer
            body.ReadEncodedValue(); // validity
            var canonical = Canonical(body.ReadSequence());
#pragma warning disable CA5350 // OpenSSL's link names are made with SHA-1; nothing is protected by it
            var hash = SHA1.HashData(canonical);
#pragma warning restore CA5350
            return BinaryPrimitives.ReadUInt32LittleEndian(hash).ToString("x8", CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException)
        {
            throw RecipeErrors.Certificate.Error($"The certificate's subject cannot be read: {error.Message}", where, cause: error);
        }
    }

    // The relative names one after the other, without the outer SEQUENCE.
    private static byte[] Canonical(AsnReader name)
    {
        var bytes = new MemoryStream();
        while (name.HasData)
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            var set = name.ReadSetOf();
            using (writer.PushSetOf())
            {
                while (set.HasData)
                {
                    var pair = set.ReadSequence();
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(pair.ReadObjectIdentifier());
                        WriteValue(writer, pair);
                    }
                }
            }

            bytes.Write(writer.Encode());
        }

        return bytes.ToArray();
    }

    private static void WriteValue(AsnWriter writer, AsnReader pair)
    {
        var tag = pair.PeekTag();
        var type = (UniversalTagNumber)tag.TagValue;
        if (tag.TagClass != TagClass.Universal || !s_strings.Contains(type))
        {
            writer.WriteEncodedValue(pair.ReadEncodedValue().Span);
            return;
        }

        var text = new StringBuilder();
        var space = false;
        foreach (var c in Text(pair, type))
        {
            if (c is ' ' or '\t' or '\n' or '\v' or '\f' or '\r')
            {
                space = text.Length > 0;
                continue;
            }

            if (space)
            {
                text.Append(' ');
                space = false;
            }

            text.Append(char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c);
        }

        writer.WriteCharacterString(UniversalTagNumber.UTF8String, text.ToString());
    }

    private static string Text(AsnReader pair, UniversalTagNumber type)
    {
        if (type is UniversalTagNumber.UniversalString)
        {
            // Not known to AsnReader: UCS-4, big-endian.
            return new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true).GetString(pair.PeekContentBytes().Span) is var text && pair.ReadEncodedValue().Length > 0 ? text : "";
        }

        if (type is UniversalTagNumber.PrintableString or UniversalTagNumber.VisibleString or UniversalTagNumber.IA5String or UniversalTagNumber.T61String)
        {
            // As OpenSSL: one character for each byte, without looking at what the type allows.
            var latin = Encoding.Latin1.GetString(pair.PeekContentBytes().Span);
            pair.ReadEncodedValue();
            return latin;
        }

        return pair.ReadCharacterString(type);
    }
}
