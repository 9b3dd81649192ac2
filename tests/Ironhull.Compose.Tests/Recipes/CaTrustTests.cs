using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public class CaTrustTests
{
    private const string ServerAuth = "0%14%06%08+%06%01%05%05%07%03%01%06%08+%06%01%05%05%07%03%02";
    private const string EmailOnly = "0%0a%06%08%2b%06%01%05%05%07%03%04";

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(new(2020, 1, 1, 0, 0, 0, default), new(2040, 1, 1, 0, 0, 0, default));
    }

    private static string Object(string name, string fields, string pem) => $"# comment\n[p11-kit-object-v1]\nlabel: \"{name}\"\n{fields}\n{pem}\n\n";

    private static string Usage(X509Certificate2 certificate, string value) =>
        Object("usage", $"class: x-certificate-extension\nobject-id: 2.5.29.37\nvalue: \"{value}\"", PemEncoding.WriteString("PUBLIC KEY", certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private static FileTree Tree(string bundle)
    {
        var tree = new FileTree();
        tree.EnsureDirectory(CaTrust.Source);
        tree.Set(CaTrust.Source + "/ca-bundle.trust.mozilla.p11-kit", Inode.File(Content.FromText(bundle)));
        return tree;
    }

    [Fact]
    public void Apply_Bundle_KeepsWhatMayVouchForServers()
    {
        var (any, server, mail, bad, plain) = (Certificate("any"), Certificate("server"), Certificate("mail"), Certificate("bad"), Certificate("plain"));
        var text = new StringBuilder();
        foreach (var (certificate, fields) in new[] { (any, "trusted: true"), (server, "trusted: true"), (mail, "trusted: true"), (bad, "x-distrusted: true"), (plain, "nss-mozilla-ca-policy: true") })
        {
            text.Append(Object(certificate.Subject, fields, certificate.ExportCertificatePem()));
        }

        text.Append(Usage(server, ServerAuth)).Append(Usage(mail, EmailOnly));
        var result = CaTrust.Apply(Tree(text.ToString()));
        var made = result[CaTrust.TlsBundle];
        Assert.Equal(0x124, made.Mode);
        var pem = made.Content!.ToText();
        var found = new X509Certificate2Collection();
        found.ImportFromPem(pem);
        Assert.Equal(["CN=any", "CN=server"], found.Select(c => c.Subject));
        Assert.Contains("# CN=any\n-----BEGIN", pem, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_NoBundle_ChangesNothing()
    {
        var tree = new FileTree();
        Assert.Same(tree, CaTrust.Apply(tree));
    }

    [Fact]
    public void Apply_NoCertificate_ReportsHULL5210()
    {
        var bundle = Object("x", "trusted: true", PemEncoding.WriteString("CERTIFICATE", "nothing"u8));
        Assert.Equal("HULL5210", Assert.Throws<HullException>(() => CaTrust.Apply(Tree(bundle))).Code.Code);
    }
}
