using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ironhull.Compose.Recipes;
using Ironhull.Formats.Trees;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Recipes;

/// <summary>p11-kit's own <c>trust extract</c>, which is what <c>update-ca-trust</c> runs, makes the same bundle of the same source.</summary>
public sealed class CaTrustOracleTests
{
    private static readonly ToolRoot s_root = ToolRoot.WithShell("p11-kit-trixie", "trixie", "p11-kit", "p11-kit-modules", "mount");

    // The tool's module reads one fixed path; a folder is put there for as long as it runs, because of a file it takes everything for an anchor.
    private const string Extract =
        """
        set -e
        mkdir -p /etc/ssl/certs/ca-certificates.crt
        mount --bind "$1" /etc/ssl/certs/ca-certificates.crt
        trust extract --format=pem-bundle --filter=ca-anchors --purpose=server-auth --overwrite "$2"
        """;

    [Fact]
    public void Apply_Bundle_IsWhatTrustExtracts()
    {
        string[] names = ["any", "server", "mail", "both", "bad", "plain", "twice"];
        var certificates = names.ToDictionary(n => n, Certificate);
        var bundle = new StringBuilder();
        foreach (var name in names)
        {
            var fields = name switch { "bad" => "x-distrusted: true", "plain" => "nss-mozilla-ca-policy: true", _ => "trusted: true" };
            bundle.Append(Object(name, fields, certificates[name].ExportCertificatePem()));
        }

        bundle.Append(Usage(certificates["server"], "1.3.6.1.5.5.7.3.1")).Append(Usage(certificates["mail"], "1.3.6.1.5.5.7.3.4")).Append(Usage(certificates["both"], "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.1"));
        bundle.Append(Object("twice", "trusted: true", certificates["twice"].ExportCertificatePem()));

        using var folder = new TempFolder();
        var source = Directory.CreateDirectory(folder["source"]).FullName;
        File.WriteAllText(Path.Combine(source, "ca-bundle.trust.p11-kit"), bundle.ToString());
        s_root.Run("sh", "-c", Extract, "sh", source, folder["theirs.pem"]);

        var tree = new FileTree();
        tree.EnsureDirectory(CaTrust.Source);
        tree.Set(CaTrust.Source + "/ca-bundle.trust.p11-kit", Inode.File(Content.FromText(bundle.ToString())));
        var theirs = Subjects(File.ReadAllText(folder["theirs.pem"]));
        Assert.Equal(["CN=any", "CN=both", "CN=server", "CN=twice"], theirs);
        Assert.Equal(theirs, Subjects(CaTrust.Apply(tree)[CaTrust.TlsBundle].Content!.ToText()));
    }

    private static List<string> Subjects(string pem)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPem(pem);
        return [.. found.Select(c => c.Subject).Order(StringComparer.Ordinal)];
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(new(2020, 1, 1, 0, 0, 0, default), new(2040, 1, 1, 0, 0, 0, default));
    }

    private static string Object(string name, string fields, string pem) => $"[p11-kit-object-v1]\nlabel: \"{name}\"\n{fields}\n{pem}\n\n";

    // An extension that is stapled to every certificate of a key (RFC 5280, section 4.2).
    private static string Usage(X509Certificate2 certificate, params string[] purposes)
    {
        var oids = new OidCollection();
        Array.ForEach(purposes, p => oids.Add(new Oid(p)));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.29.37");
            writer.WriteOctetString(new X509EnhancedKeyUsageExtension(oids, critical: false).RawData);
        }

        var value = string.Concat(writer.Encode().Select(b => $"%{b:x2}"));
        return Object("usage", $"class: x-certificate-extension\nobject-id: 2.5.29.37\nvalue: \"{value}\"", PemEncoding.WriteString("PUBLIC KEY", certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
