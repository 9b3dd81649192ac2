using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Signing;

/// <summary>
/// The certificate of each role. In a folder, <c>db.crt</c> is a certificate authority and each role has its
/// <c>ROLE.crt</c>; where <c>db.crt</c> is no authority (folders of one key), db's key serves every role. A file holds
/// the certificate of every role.
/// </summary>
public sealed class RoleCertificates
{
    /// <summary>The name of what the firmware's db trusts.</summary>
    internal const string Database = "db";

    private readonly Dictionary<SigningRole, (string Path, SigningCertificate Certificate)> _certificates = [];

    private RoleCertificates(Func<SigningRole, string> pathOf)
    {
        foreach (var role in SigningRoles.All)
        {
            var path = pathOf(role);
            var (leaf, chain) = Pem.ReadCertificates(path);
            _certificates.Add(role, (path, new(leaf, chain)));
        }
    }

    /// <summary>The certificate of a role.</summary>
    public SigningCertificate this[SigningRole role] => _certificates[role].Certificate;

    /// <summary>Reads a PEM file, or a folder.</summary>
    /// <exception cref="HullException">HULL6001: a certificate cannot be read; HULL6007: the folder lacks a role's.</exception>
    public static RoleCertificates Read(string path)
    {
        if (!Directory.Exists(path))
        {
            return new(_ => path);
        }

        var database = Path.Combine(path, Database + ".crt");
        if (File.Exists(database) && !IsAuthority(Pem.ReadCertificates(database).Leaf))
        {
            return new(_ => database);
        }

        var missing = SigningRoles.All.Select(r => SigningRoles.WordOf(r) + ".crt").Where(f => !File.Exists(Path.Combine(path, f))).ToList();
        return missing.Count == 0
            ? new(role => Path.Combine(path, SigningRoles.WordOf(role) + ".crt"))
            : throw SigningErrors.KeysMissing.Error($"{path} lacks {string.Join(", ", missing)}.", new Location(path));
    }

    /// <summary>SHA-256 of all certificates of all roles, in the order of the roles.</summary>
    public static Sha256Digest DigestOf(ISigningKeys keys) =>
        Sha256Digest.Of([.. SigningRoles.All.SelectMany(r => keys.CertificateOf(r).Embedded).SelectMany(c => c.RawData)]);

    /// <summary>Whether a certificate may issue others.</summary>
    internal static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is { CertificateAuthority: true };

    /// <summary>The file that a role's certificate comes from.</summary>
    internal string PathOf(SigningRole role) => _certificates[role].Path;
}
