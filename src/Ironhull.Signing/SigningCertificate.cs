using System.Security.Cryptography.X509Certificates;

namespace Ironhull.Signing;

/// <summary>The certificate of a signing key with what has to travel with its signatures.</summary>
/// <param name="Leaf">The key's certificate.</param>
/// <param name="Chain">Its issuers from the next one upwards, the trust anchor left out; often empty.</param>
public sealed record SigningCertificate(X509Certificate2 Leaf, IReadOnlyList<X509Certificate2> Chain)
{
    /// <summary>What every signature embeds, so that a verifier that knows only the authority finds its way.</summary>
    public IReadOnlyList<X509Certificate2> Embedded { get; } = [Leaf, .. Chain];

    /// <summary>The certificate of a signer.</summary>
    public static SigningCertificate Of(ISigner signer) => new(signer.Certificate, signer.Chain);
}
