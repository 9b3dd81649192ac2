using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>Signs with an RSA key from a PEM file.</summary>
public sealed class PemFileSigner : ISigner, IDisposable
{
    private readonly RSA _key;

    /// <summary>Opens a key and its certificate.</summary>
    /// <param name="keyPath">PEM, PKCS#8 or PKCS#1, without a passphrase.</param>
    /// <param name="certificatePath">PEM: the key's certificate, then its issuers.</param>
    /// <exception cref="HullException">HULL6001, HULL6002, HULL6003: unreadable, not a pair, unsupported.</exception>
    public PemFileSigner(string keyPath, string certificatePath)
    {
        (Certificate, Chain) = Pem.ReadCertificates(certificatePath);
        _key = Pem.ReadPrivateKey(keyPath);
        using var publicKey = Pem.PublicKey(Certificate);
        if (!publicKey.ExportRSAPublicKey().AsSpan().SequenceEqual(_key.ExportRSAPublicKey()))
        {
            _key.Dispose();
            throw SigningErrors.KeyMismatch.Error($"{keyPath} is not the key of {certificatePath} ({Certificate.Subject}).");
        }
    }

    /// <inheritdoc/>
    public X509Certificate2 Certificate { get; }

    /// <inheritdoc/>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    /// <inheritdoc/>
    public byte[] SignDigest(ReadOnlySpan<byte> digest, HashAlgorithmName algorithm)
    {
        Signatures.RequireSha256(digest, algorithm);
        return _key.SignHash(digest, algorithm, RSASignaturePadding.Pkcs1);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
