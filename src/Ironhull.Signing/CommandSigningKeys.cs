using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>Signs every role by one command, which is told the role (<see cref="ExternalCommandSigner.RoleVariable"/>).</summary>
public sealed class CommandSigningKeys : ISigningKeys
{
    private readonly RoleCertificates _certificates;
    private readonly Dictionary<SigningRole, ExternalCommandSigner> _signers;

    /// <summary>Names the command; it is not run before something is to be signed.</summary>
    /// <param name="command">An executable's path or its name on PATH.</param>
    /// <param name="arguments">Its leading arguments.</param>
    /// <param name="certificates">A PEM file for all roles, or a folder as <see cref="RoleCertificates"/> reads it.</param>
    /// <exception cref="HullException">HULL6001: a certificate cannot be read; HULL6007: the folder lacks one.</exception>
    public CommandSigningKeys(string command, IReadOnlyList<string> arguments, string certificates)
    {
        _certificates = RoleCertificates.Read(certificates);
        _signers = SigningRoles.All.ToDictionary(role => role, role => new ExternalCommandSigner(command, arguments, _certificates.PathOf(role), role: role));
    }

    /// <inheritdoc/>
    public SigningCertificate CertificateOf(SigningRole role) => _certificates[role];

    /// <inheritdoc/>
    public ISigner SignerOf(SigningRole role) => _signers[role];

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each run of the command ends by itself.
    }
}
