using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>Finds the certificate that made a signature, as firmware and kernel do with one trusted certificate. Validity dates are ignored, as they do.</summary>
internal static class SignerSearch
{
    /// <summary>The signer: the trusted certificate itself, or an embedded one that it issued.</summary>
    /// <exception cref="HullException">HULL6005: somebody else signed; HULL6008: an embedded certificate is malformed.</exception>
    public static X509Certificate2 Find(Pkcs7Reader pkcs7, X509Certificate2 trusted)
    {
        try
        {
            var embedded = new X509Certificate2Collection();
            foreach (var der in pkcs7.Certificates)
            {
                embedded.Add(X509CertificateLoader.LoadCertificate(der.Span));
            }

            foreach (var candidate in embedded.Prepend(trusted))
            {
                if (pkcs7.IsSigner(candidate) && (candidate.RawDataMemory.Span.SequenceEqual(trusted.RawData) || ChainsTo(candidate, embedded, trusted)))
                {
                    return candidate;
                }
            }
        }
        catch (CryptographicException e)
        {
            // Extensions are parsed no earlier than when the chain is built.
            throw SigningErrors.MalformedSignature.Error($"An embedded certificate cannot be read: {e.Message}", cause: e);
        }

        throw SigningErrors.BadSignature.Error($"The signature was not made by {trusted.Subject} or by a key that it certified.");
    }

    private static bool ChainsTo(X509Certificate2 signer, X509Certificate2Collection embedded, X509Certificate2 trusted)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(trusted);
        chain.ChainPolicy.ExtraStore.AddRange(embedded);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(signer);
    }
}
