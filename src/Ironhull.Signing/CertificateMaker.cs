using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

#pragma warning disable CA1416 // file modes: the tools run on Linux

/// <summary>Makes RSA-2048 keys with certificates and writes them as <c>NAME.key</c> (PKCS#8 PEM, mode 0600) and <c>NAME.crt</c> (PEM).</summary>
internal static class CertificateMaker
{
    private const int KeySize = 2048;
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3"; // RFC 5280 section 4.2.1.12

    /// <summary>A self-signed certificate that issues none.</summary>
    public static void WriteSelfSigned(string folder, string name, string commonName)
    {
        using var key = RSA.Create(KeySize); // random by nature: keys are inputs of a build, never its outputs
        WriteSelfSigned(folder, name, key, Leaf(commonName, key));
    }

    /// <summary>A self-signed certificate authority.</summary>
    public static void WriteAuthority(string folder, string name, string commonName)
    {
        using var key = RSA.Create(KeySize);
        var request = Request(commonName, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        WriteSelfSigned(folder, name, key, request);
    }

    /// <summary>A leaf that the authority of a folder issues.</summary>
    /// <param name="folder">Receives the files.</param>
    /// <param name="name">The files' name.</param>
    /// <param name="commonName">The subject.</param>
    /// <param name="authority">The issuer.</param>
    /// <exception cref="HullException">HULL6001, HULL6002: the issuer's key cannot be used.</exception>
    public static void WriteLeaf(string folder, string name, string commonName, (string KeyPath, X509Certificate2 Certificate) authority)
    {
        using var issuer = Pem.ReadPrivateKey(authority.KeyPath);
        using var known = Pem.PublicKey(authority.Certificate);
        if (!known.ExportRSAPublicKey().AsSpan().SequenceEqual(issuer.ExportRSAPublicKey()))
        {
            throw SigningErrors.KeyMismatch.Error($"{authority.KeyPath} is not the key of {authority.Certificate.Subject}.");
        }

        using var key = RSA.Create(KeySize);
        var request = Leaf(commonName, key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority.Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var certificate = request.Create(
            authority.Certificate.SubjectName, X509SignatureGenerator.CreateForRSA(issuer, RSASignaturePadding.Pkcs1), KeyStore.NotBefore, KeyStore.NotAfter, Serial(request));
        Write(folder, name, key, certificate);
    }

    private static CertificateRequest Request(string commonName, RSA key) =>
        new($"CN={commonName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static CertificateRequest Leaf(string commonName, RSA key)
    {
        var request = Request(commonName, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CodeSigning)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static void WriteSelfSigned(string folder, string name, RSA key, CertificateRequest request)
    {
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), KeyStore.NotBefore, KeyStore.NotAfter, Serial(request));
        Write(folder, name, key, certificate);
    }

    // Unique below one issuer because keys are; always positive and 16 bytes long.
    private static byte[] Serial(CertificateRequest request)
    {
        var serial = SHA256.HashData(request.PublicKey.EncodedKeyValue.RawData)[..16];
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    private static void Write(string folder, string name, RSA key, X509Certificate2 certificate)
    {
        WriteFile(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        WriteFile(
            Path.Combine(folder, name + ".crt"),
            certificate.ExportCertificatePem(),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static void WriteFile(string path, string text, UnixFileMode mode)
    {
        using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
        stream.Flush(flushToDisk: true);
    }
}
