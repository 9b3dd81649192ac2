using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class CaBundleTests
{
    private static string Pem(string subject, X500DistinguishedNameFlags flags = X500DistinguishedNameFlags.None)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(subject, flags), key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(60));
        return certificate.ExportCertificatePem() + "\n";
    }

    [Fact]
    public void Apply_ComparedWithUpdateCaCertificates_MakesTheSameFolder()
    {
        var tree = Trees.Of(
            ("/usr/share/ca-certificates/mozilla/Plain_CA.crt", Pem("CN=Plain CA,O=Test,C=DE")),
            ("/usr/share/ca-certificates/mozilla/Name with (brackets), comma.crt", Pem("CN=\"  Odd   SPACES and Ünïcode \",O=ÄÖÜ,C=DE")),
            ("/usr/share/ca-certificates/mozilla/Same_Subject.crt", Pem("CN=Plain CA,O=Test,C=DE")),
            ("/usr/share/ca-certificates/mozilla/T61.crt", Pem("CN=Teletex Täst,C=DE", X500DistinguishedNameFlags.UseT61Encoding)),
            ("/usr/share/ca-certificates/mozilla/No_Newline.crt", Pem("CN=No Newline").TrimEnd('\n')));
        var ours = CaBundle.Apply(tree);

        using var root = new TemporaryFolder();
        Trees.WriteTo(tree, root.Path);
        var source = root.Path + "/usr/share/ca-certificates";
        var target = root.Path + "/etc/ssl/certs";
        Directory.CreateDirectory(target);
        File.WriteAllLines(root.Path + "/conf", Directory.GetFiles(source, "*.crt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => f[(source.Length + 1)..]));
        Trees.Run("update-ca-certificates", "--certsconf", root.Path + "/conf", "--certsdir", source, "--localcertsdir", root.Path + "/none", "--etccertsdir", target, "--hooksdir", "");

        Assert.Equal(File.ReadAllText(target + "/ca-certificates.crt"), Trees.TextOf(ours, "/etc/ssl/certs/ca-certificates.crt"));
        Assert.Equal(
            Directory.GetFiles(target).Select(f => (Path.GetFileName(f), Path.GetFileName(new FileInfo(f).LinkTarget ?? ""))).Order(),
            ours.Children("/etc/ssl/certs").Select(e => (Path.GetFileName(e.Key), Path.GetFileName(e.Value.LinkTarget ?? ""))).Order());
    }

    [Fact]
    public void Compute_CertificatesOfTheHost_GivesWhatOpensslPrints()
    {
        var files = Directory.GetFiles("/usr/share/ca-certificates/mozilla", "*.crt").Order(StringComparer.Ordinal).Take(40).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            Assert.Equal(Trees.Run("openssl", "x509", "-subject_hash", "-noout", "-in", file).Trim(), SubjectHash.Compute(certificate.RawData, new Location(file)));
        }
    }

    [Fact]
    public void Apply_DamagedCertificates_ReportsEachAsHULL5210()
    {
        var tree = Trees.Of(
            ("/usr/share/ca-certificates/a.crt", "not a certificate"),
            ("/usr/share/ca-certificates/b.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
        var error = Assert.Throws<HullException>(() => CaBundle.Apply(tree));
        Assert.Equal(["HULL5210", "HULL5210"], error.Diagnostics.Select(d => d.Code.Code));
    }

    [Fact]
    public void Compute_MutatedCertificate_NeverThrowsAnythingElse()
    {
        var file = Directory.GetFiles("/usr/share/ca-certificates/mozilla", "*.crt").Order(StringComparer.Ordinal).First();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        var good = certificate.RawData;
        Gen.Select(Gen.Int[0, Math.Min(600, good.Length - 1)], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var bad = good.ToArray();
            bad[at] = value;
            try
            {
                SubjectHash.Compute(bad.AsMemory(0, length), new Location("x"));
            }
            catch (HullException)
            {
            }
        });
    }
}
