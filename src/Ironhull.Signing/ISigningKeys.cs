using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>The keys of every role. Disposing it disposes the signers that it gave.</summary>
public interface ISigningKeys : IDisposable
{
    /// <summary>The certificate of a role: all that a place for a signature needs.</summary>
    SigningCertificate CertificateOf(SigningRole role);

    /// <summary>The signer of a role; the same one each time, disposed with the keys.</summary>
    /// <exception cref="HullException">HULL6001, HULL6002, HULL6003: its private key cannot be used.</exception>
    ISigner SignerOf(SigningRole role);
}
