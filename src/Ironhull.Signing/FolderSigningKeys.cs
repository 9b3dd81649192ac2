using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>Signs with the key files of a folder that <c>hull keys init</c> made. Certificates alone are enough until something is to be signed.</summary>
public sealed class FolderSigningKeys : ISigningKeys
{
    private readonly RoleCertificates _certificates;
    private readonly Dictionary<SigningRole, PemFileSigner> _signers = [];

    /// <summary>Reads the certificates; private keys are opened when they are first needed.</summary>
    /// <exception cref="HullException">HULL6001: a certificate cannot be read; HULL6007: the folder lacks one.</exception>
    public FolderSigningKeys(string folder) => _certificates = RoleCertificates.Read(folder);

    /// <inheritdoc/>
    public SigningCertificate CertificateOf(SigningRole role) => _certificates[role];

    /// <inheritdoc/>
    public ISigner SignerOf(SigningRole role)
    {
        lock (_signers)
        {
            if (!_signers.TryGetValue(role, out var signer))
            {
                var certificate = _certificates.PathOf(role);
                signer = new(Path.ChangeExtension(certificate, ".key"), certificate);
                _signers.Add(role, signer);
            }

            return signer;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signer in _signers.Values)
        {
            signer.Dispose();
        }
    }
}
