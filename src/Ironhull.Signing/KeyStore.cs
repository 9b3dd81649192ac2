using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Signing;

#pragma warning disable CA1416 // file modes: the tools run on Linux

/// <summary>
/// A folder with the keys of one Secure Boot owner: <c>PK</c> (platform key), <c>KEK</c> (key exchange key) and
/// <c>db</c> (what signs images and root hashes), each as <c>NAME.key</c> (PKCS#8 PEM, mode 0600) and
/// <c>NAME.crt</c> (PEM).
/// </summary>
public sealed class KeyStore
{
    private static readonly string[] s_names = ["PK", "KEK", "db"];
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

    /// <summary>The certificate of db.</summary>
    public X509Certificate2 Database { get; }

    /// <summary>The signature owner of the enrolled keys: the first 16 bytes of SHA-256 of PK's certificate, as an RFC 9562 version 8 UUID.</summary>
    public Guid OwnerGuid { get; }

    /// <summary>Makes development keys: RSA-2048, self-signed, not certificate authorities. The folder appears complete or not at all.</summary>
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
            foreach (var key in s_names)
            {
                WritePair(partial, key, $"{name} {key}");
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

    /// <summary>A signer with the private key of db; the caller disposes it.</summary>
    /// <exception cref="HullException">HULL6001, HULL6002: the private key cannot be read or is another one's.</exception>
    public PemFileSigner OpenDatabaseSigner() => OpenSigner("db");

    /// <summary>A signer with the private key "PK", "KEK" or "db"; the caller disposes it.</summary>
    /// <inheritdoc cref="OpenDatabaseSigner" path="/exception"/>
    public PemFileSigner OpenSigner(string name) => new(Path.Combine(_folder, name + ".key"), Path.Combine(_folder, name + ".crt"));

    private X509Certificate2 Read(string name) => Pem.ReadCertificates(Path.Combine(_folder, name + ".crt")).Leaf;

    private static Guid GuidOf(X509Certificate2 certificate)
    {
        var bytes = Sha256Digest.Of(certificate.RawData).ToArray().AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static void WritePair(string folder, string file, string commonName)
    {
        using var key = RSA.Create(2048); // random by nature: keys are inputs of a build, never its outputs
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.3")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var serial = SHA256.HashData(request.PublicKey.EncodedKeyValue.RawData).AsSpan(0, 16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), NotBefore, NotAfter, serial);
        WriteFile(Path.Combine(folder, file + ".key"), key.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        WriteFile(
            Path.Combine(folder, file + ".crt"),
            certificate.ExportCertificatePem(),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static void WriteFile(string path, string text, UnixFileMode mode)
    {
        using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        stream.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
        stream.Flush(flushToDisk: true);
    }
}
