using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>Checks that every signer and envelope shares.</summary>
public static class Signatures
{
    /// <summary>Length in bytes of every signature of a certificate's key.</summary>
    /// <exception cref="HullException">HULL6003: not a supported RSA key.</exception>
    public static int LengthFor(X509Certificate2 certificate)
    {
        using var key = Pem.PublicKey(certificate);
        return key.KeySize / 8;
    }

    /// <summary>Checks an RSA PKCS#1 v1.5 signature of a SHA-256 digest.</summary>
    /// <exception cref="HullException">HULL6005: it does not verify.</exception>
    public static void Verify(X509Certificate2 certificate, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        RequireSha256(digest, HashAlgorithmName.SHA256);
        using var key = Pem.PublicKey(certificate);
        if (!key.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
        {
            throw SigningErrors.BadSignature.Error($"The signature of digest {Convert.ToHexStringLower(digest)} does not verify with {certificate.Subject}.");
        }
    }

    internal static void RequireSha256(ReadOnlySpan<byte> digest, HashAlgorithmName algorithm)
    {
        if (algorithm != HashAlgorithmName.SHA256 || digest.Length != SHA256.HashSizeInBytes)
        {
            throw SigningErrors.UnsupportedAlgorithm.Error($"A {algorithm.Name} digest of {digest.Length} bytes cannot be signed.");
        }
    }
}
