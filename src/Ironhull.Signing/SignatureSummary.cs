using System.Buffers.Binary;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;

namespace Ironhull.Signing;

/// <summary>What a signature says about itself. Nothing is verified: for people who look, not for decisions.</summary>
/// <param name="Issuer">The signing certificate's issuer.</param>
/// <param name="SerialNumber">The signing certificate's serial number in hex.</param>
/// <param name="IsPlaceholder">Whether the signature's value is all zeroes: it was deferred.</param>
public sealed record SignatureSummary(string Issuer, string SerialNumber, bool IsPlaceholder)
{
    /// <summary>Reads the first Authenticode signature of a PE image; null when it has none.</summary>
    /// <exception cref="HullException">HULL6003, HULL6008: malformed.</exception>
    public static SignatureSummary? OfImage(PeImage image)
    {
        if (image.CertificateTableSize < 8)
        {
            return null;
        }

        var table = image.Data.Slice((int)image.CertificateTableOffset, (int)image.CertificateTableSize);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(table.Span);
        return length is >= 8 && length <= table.Length
            ? OfPkcs7(table[8..(int)length])
            : throw SigningErrors.MalformedSignature.Error($"The certificate table starts with an entry of length {length}.");
    }

    /// <summary>Reads a PKCS#7 signature.</summary>
    /// <param name="der">DER of the ContentInfo.</param>
    /// <exception cref="HullException">HULL6003, HULL6008: malformed.</exception>
    public static SignatureSummary OfPkcs7(ReadOnlyMemory<byte> der)
    {
        var pkcs7 = Pkcs7Reader.Read(der);
        string issuer;
        try
        {
            issuer = new X500DistinguishedName(pkcs7.Issuer.Span).Name;
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw SigningErrors.MalformedSignature.Error($"The issuer's name cannot be read: {e.Message}", cause: e);
        }

        return new(issuer, Convert.ToHexString(pkcs7.SerialNumber.ToByteArray(isBigEndian: true)), !pkcs7.Signature.Span.ContainsAnyExcept((byte)0));
    }

    /// <inheritdoc/>
    public override string ToString() => IsPlaceholder ? $"deferred, for {Issuer}" : $"{Issuer}, serial {SerialNumber}";
}
