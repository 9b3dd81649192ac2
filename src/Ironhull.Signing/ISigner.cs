using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>
/// The one signing contract: a digest goes in, a signature comes out. Where the key is (a PEM file, behind a command,
/// later a PKCS#11 token) is the signer's own business.
/// </summary>
public interface ISigner
{
    /// <summary>The certificate of the signing key.</summary>
    X509Certificate2 Certificate { get; }

    /// <summary>Issuer certificates from the signing certificate's issuer upwards, the trust anchor left out; often empty.</summary>
    IReadOnlyList<X509Certificate2> Chain { get; }

    /// <summary>Signs a digest with RSA PKCS#1 v1.5 (RFC 8017 section 8.2).</summary>
    /// <param name="digest">The digest's bytes: 32 for SHA-256.</param>
    /// <param name="algorithm">The digest's algorithm; SHA-256 is what every user here asks for.</param>
    /// <returns>The signature, as long as the key's modulus, big-endian.</returns>
    /// <exception cref="HullException">HULL6003, HULL6004, HULL6005: unsupported algorithm, the signer failed, or its answer does not verify.</exception>
    byte[] SignDigest(ReadOnlySpan<byte> digest, HashAlgorithmName algorithm);
}
