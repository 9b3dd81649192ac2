using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>Reads PEM files (RFC 7468) of certificates and keys.</summary>
public static class Pem
{
    private const long MaximumLength = 1 << 20;

    /// <summary>Reads the certificates of a PEM file: the leaf first, then its issuers.</summary>
    /// <exception cref="HullException">HULL6001: unreadable, too long, or no certificate in it.</exception>
    public static (X509Certificate2 Leaf, IReadOnlyList<X509Certificate2> Chain) ReadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(ReadText(path));
        }
        catch (CryptographicException e)
        {
            throw SigningErrors.KeyUnreadable.Error($"The certificate cannot be parsed: {e.Message}", new Location(path), cause: e);
        }

        return certificates.Count > 0
            ? (certificates[0], [.. certificates.Skip(1)])
            : throw SigningErrors.KeyUnreadable.Error("There is no certificate in the file.", new Location(path));
    }

    /// <summary>Reads an unencrypted RSA private key (PKCS#8 or PKCS#1).</summary>
    /// <exception cref="HullException">HULL6001: unreadable or not an RSA key; HULL6003: the size is not supported.</exception>
    public static RSA ReadPrivateKey(string path)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(ReadText(path));
            RequireSize(rsa, path);
            return rsa;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            rsa.Dispose();
            throw SigningErrors.KeyUnreadable.Error($"The RSA private key cannot be parsed: {e.Message}", new Location(path), cause: e);
        }
        catch (HullException)
        {
            rsa.Dispose();
            throw;
        }
    }

    /// <summary>The RSA public key of a certificate; the caller disposes it.</summary>
    /// <exception cref="HullException">HULL6003: another algorithm, or a size that is not supported.</exception>
    public static RSA PublicKey(X509Certificate2 certificate)
    {
        RSA? rsa;
        try
        {
            rsa = certificate.GetRSAPublicKey();
        }
        catch (CryptographicException e)
        {
            throw SigningErrors.UnsupportedAlgorithm.Error($"The key of {certificate.Subject} cannot be used: {e.Message}", cause: e);
        }

        if (rsa is null)
        {
            throw SigningErrors.UnsupportedAlgorithm.Error($"The key of {certificate.Subject} is not an RSA key.");
        }

        RequireSize(rsa, certificate.Subject);
        return rsa;
    }

    private static void RequireSize(RSA rsa, string what)
    {
        if (rsa.KeySize is < 2048 or > 4096)
        {
            throw SigningErrors.UnsupportedAlgorithm.Error($"The RSA key of {what} has {rsa.KeySize} bits.");
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaximumLength
                ? File.ReadAllText(path)
                : throw SigningErrors.KeyUnreadable.Error($"The file has {length} bytes; a PEM file has at most {MaximumLength}.", new Location(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SigningErrors.KeyUnreadable.Error($"The file cannot be read: {e.Message}", new Location(path), cause: e);
        }
    }
}
