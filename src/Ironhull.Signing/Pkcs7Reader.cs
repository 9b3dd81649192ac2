using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>
/// What <see cref="Read"/> finds in a PKCS#7 SignedData with one signer (RFC 2315 section 9). Nothing is verified yet.
/// </summary>
internal sealed record Pkcs7Reader(
    string ContentType,
    ReadOnlyMemory<byte> Content,
    IReadOnlyList<ReadOnlyMemory<byte>> Certificates,
    ReadOnlyMemory<byte> Issuer,
    BigInteger SerialNumber,
    ReadOnlyMemory<byte> SignedAttributes,
    ReadOnlyMemory<byte> Signature)
{
    private static readonly Asn1Tag s_context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <summary>Parses hostile input; trailing zero padding is allowed, as a certificate table has it.</summary>
    /// <exception cref="HullException">HULL6003: not RSA with SHA-256; HULL6008: malformed.</exception>
    public static Pkcs7Reader Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            return ReadCore(der);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or OverflowException)
        {
            throw SigningErrors.MalformedSignature.Error($"The PKCS#7 structure cannot be parsed: {e.Message}", cause: e);
        }
    }

    /// <summary>Whether the signer's issuer and serial number are those of a certificate.</summary>
    public bool IsSigner(X509Certificate2 certificate) =>
        Issuer.Span.SequenceEqual(certificate.IssuerName.RawData)
        && SerialNumber == new BigInteger(certificate.SerialNumberBytes.Span, isBigEndian: true);

    private static Pkcs7Reader ReadCore(ReadOnlyMemory<byte> der)
    {
        AsnDecoder.ReadEncodedValue(der.Span, AsnEncodingRules.DER, out _, out _, out var length);
        Require(!der.Span[length..].ContainsAnyExcept((byte)0), "there are bytes after it");
        var contentInfo = new AsnReader(der[..length], AsnEncodingRules.DER).ReadSequence();
        Require(contentInfo.ReadObjectIdentifier() == Pkcs7Writer.SignedData, "it is not SignedData");
        var signedData = contentInfo.ReadSequence(s_context0).ReadSequence();
        Require(signedData.ReadInteger() == 1, "its version is not 1");
        signedData.ReadSetOf();
        var inner = signedData.ReadSequence();
        var type = inner.ReadObjectIdentifier();
        var content = inner.HasData ? inner.ReadSequence(s_context0).ReadEncodedValue() : default;
        var certificates = new List<ReadOnlyMemory<byte>>();
        if (signedData.PeekTag().HasSameClassAndValue(s_context0))
        {
            var set = signedData.ReadSetOf(skipSortOrderValidation: true, s_context0);
            while (set.HasData)
            {
                certificates.Add(set.ReadEncodedValue());
            }
        }

        if (signedData.PeekTag().HasSameClassAndValue(s_context1))
        {
            signedData.ReadEncodedValue();
        }

        var signers = signedData.ReadSetOf();
        var signer = signers.ReadSequence();
        Require(!signers.HasData, "it has more than one signer");
        Require(signer.ReadInteger() == 1, "the signer's version is not 1");
        var name = signer.ReadSequence();
        var issuer = name.ReadEncodedValue();
        var serial = name.ReadInteger();
        RequireAlgorithm(signer.ReadSequence(), Pkcs7Writer.Sha256);
        ReadOnlyMemory<byte> attributes = default;
        if (signer.PeekTag().HasSameClassAndValue(s_context0))
        {
            var raw = signer.ReadEncodedValue().ToArray();
            raw[0] = 0x31;
            attributes = raw;
        }

        RequireAlgorithm(signer.ReadSequence(), Pkcs7Writer.RsaEncryption);
        return new(type, content, certificates, issuer, serial, attributes, signer.ReadOctetString());
    }

    private static void RequireAlgorithm(AsnReader algorithm, string expected)
    {
        var actual = algorithm.ReadObjectIdentifier();
        if (actual != expected)
        {
            throw SigningErrors.UnsupportedAlgorithm.Error($"The signature uses algorithm {actual}; only RSA PKCS#1 v1.5 with SHA-256 is supported.");
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw SigningErrors.MalformedSignature.Error($"The PKCS#7 structure is not supported: {what}.");
        }
    }
}
