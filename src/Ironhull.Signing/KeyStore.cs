using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Signing;

#pragma warning disable CA1416 // file modes: the tools run on Linux

/// <summary>
/// A folder with the keys of one Secure Boot owner: <c>PK</c> (platform key), <c>KEK</c> (key exchange key), <c>db</c>
/// (the certificate authority that firmware and kernel trust) and one leaf that db issued for each
/// <see cref="SigningRole"/>, each as <c>NAME.key</c> (PKCS#8 PEM, mode 0600) and <c>NAME.crt</c> (PEM). In folders whose
/// db is no authority, db's key serves every role.
/// </summary>
public sealed class KeyStore
{
    private static readonly string[] s_names = ["PK", "KEK", RoleCertificates.Database];
    private readonly string _folder;

    private KeyStore(string folder)
    {
        _folder = folder;
        PlatformKey = Read("PK");
        KeyExchangeKey = Read("KEK");
        Database = Read("db");
        OwnerGuid = GuidOf(PlatformKey);
    }

    /// <summary>First moment of validity of development certificates: fixed, so that no clock is read.</summary>
    public static DateTimeOffset NotBefore { get; } = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Last moment of validity of development certificates: ten years after <see cref="NotBefore"/>.</summary>
    public static DateTimeOffset NotAfter { get; } = new(2035, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The certificate of PK.</summary>
    public X509Certificate2 PlatformKey { get; }

    /// <summary>The certificate of KEK.</summary>
    public X509Certificate2 KeyExchangeKey { get; }

    /// <summary>The certificate of db: the authority above every leaf.</summary>
    public X509Certificate2 Database { get; }

    /// <summary>The signature owner of the enrolled keys: the first 16 bytes of SHA-256 of PK's certificate, as an RFC 9562 version 8 UUID.</summary>
    public Guid OwnerGuid { get; }

    /// <summary>Makes development keys, all RSA-2048: PK and KEK self-signed, db an authority, a leaf for each role. The folder appears complete or not at all.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="name">Begins every certificate's common name.</param>
    /// <exception cref="HullException">HULL6006: there are files already; HULL6009: it cannot be written.</exception>
    public static KeyStore Init(string folder, string name = "Ironhull development")
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(path) || (Directory.Exists(path) && (SortedDirectory.Files(path).Length > 0 || SortedDirectory.Folders(path).Length > 0)))
        {
            throw SigningErrors.KeysExist.Error($"{folder} is not an empty folder; its keys are kept.", new Location(folder));
        }

        var partial = $"{path}.partial-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            CertificateMaker.WriteSelfSigned(partial, "PK", $"{name} PK");
            CertificateMaker.WriteSelfSigned(partial, "KEK", $"{name} KEK");
            CertificateMaker.WriteAuthority(partial, RoleCertificates.Database, $"{name} db");
            var authority = Authority(partial);
            foreach (var role in SigningRoles.All)
            {
                CertificateMaker.WriteLeaf(partial, SigningRoles.WordOf(role), $"{name} {SigningRoles.WordOf(role)}", authority);
            }

            if (Directory.Exists(path))
            {
                Directory.Delete(path);
            }

            Directory.Move(partial, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SigningErrors.KeysNotWritten.Error($"{folder}: {e.Message}", new Location(folder), cause: e);
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }

        return new(path);
    }

    /// <summary>Opens a folder that <see cref="Init"/> made or that was filled by hand.</summary>
    /// <exception cref="HullException">HULL6007: incomplete; HULL6001: a certificate cannot be read.</exception>
    public static KeyStore Open(string folder)
    {
        var missing = s_names.SelectMany(n => new[] { n + ".crt" }).Where(f => !File.Exists(Path.Combine(folder, f))).ToList();
        return missing.Count == 0
            ? new(folder)
            : throw SigningErrors.KeysMissing.Error($"{folder} lacks {string.Join(", ", missing)}.", new Location(folder));
    }

    /// <summary>Replaces the leaf of a role by a new one from the same authority; firmware need not know. The old pair is kept in the folder <c>retired</c>.</summary>
    /// <returns>The new certificate.</returns>
    /// <exception cref="HullException">HULL6010: db is no authority; HULL6001, HULL6002: its key cannot be used; HULL6009: nothing can be written.</exception>
    public X509Certificate2 Rotate(SigningRole role)
    {
        if (!RoleCertificates.IsAuthority(Database))
        {
            throw SigningErrors.NoAuthority.Error($"{Path.Combine(_folder, "db.crt")} ({Database.Subject}) may not issue certificates.", new Location(_folder));
        }

        var word = SigningRoles.WordOf(role);
        var old = Read(word);
        var partial = Path.Combine(_folder, $".rotating-{Environment.ProcessId}");
        var retired = Path.Combine(_folder, "retired");
        try
        {
            Directory.CreateDirectory(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            CertificateMaker.WriteLeaf(partial, word, old.GetNameInfo(X509NameType.SimpleName, forIssuer: false), Authority(_folder));
            Directory.CreateDirectory(retired, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var extension in (string[])[".key", ".crt"])
            {
                var file = Path.Combine(_folder, word + extension);
                if (File.Exists(file))
                {
                    File.Move(file, Path.Combine(retired, $"{word}-{old.SerialNumber.ToLowerInvariant()}{extension}"), overwrite: true);
                }

                File.Move(Path.Combine(partial, word + extension), file);
            }

            return Read(word);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SigningErrors.KeysNotWritten.Error($"{_folder}: {e.Message}", new Location(_folder), cause: e);
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }

    /// <summary>The keys of the roles.</summary>
    /// <exception cref="HullException">HULL6001, HULL6007: a certificate cannot be read or is missing.</exception>
    public FolderSigningKeys OpenSigningKeys() => new(_folder);

    /// <summary>A signer with a role's private key; the caller disposes it.</summary>
    /// <exception cref="HullException">HULL6001, HULL6002, HULL6007: the private key cannot be read, is another one's or missing.</exception>
    public PemFileSigner OpenSigner(SigningRole role)
    {
        var certificate = RoleCertificates.Read(_folder).PathOf(role);
        return new(Path.ChangeExtension(certificate, ".key"), certificate);
    }

    private static (string KeyPath, X509Certificate2 Certificate) Authority(string folder) => (
        Path.Combine(folder, RoleCertificates.Database + ".key"),
        Pem.ReadCertificates(Path.Combine(folder, RoleCertificates.Database + ".crt")).Leaf);

    private X509Certificate2 Read(string name) => Pem.ReadCertificates(Path.Combine(_folder, name + ".crt")).Leaf;

    private static Guid GuidOf(X509Certificate2 certificate)
    {
        var bytes = Sha256Digest.Of(certificate.RawData).ToArray().AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
