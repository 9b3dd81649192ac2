using Ironhull.Diagnostics;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Packages that were changed in every way that matters, judged by us and by three releases of rpm.</summary>
[Collection(SignedPackages.Collection)]
public sealed class RpmTamperTests(SignedPackages packages)
{
    private static readonly string[] s_trusted = ["rsa2048", "rsa4096", "ed25519", "nistp256", "nistp384", "expired", "revoked"];

    public static TheoryData<string> Names => [.. TamperCase.Table.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_TamperedPackage_ReportsItsOwnCode(string name)
    {
        var tampered = TamperCase.Table.Single(c => c.Name == name);
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["demo.rpm"], tampered.Make(packages));
        Assert.Equal(tampered.Code, Judge(folder["demo.rpm"]));
    }

    [Fact]
    public void Verify_TamperedPackages_RpmAgreesOrWeAreStricterForAReason()
    {
        using var folder = new TempFolder();
        var files = new List<string>();
        foreach (var tampered in TamperCase.Table)
        {
            files.Add(folder[$"{files.Count:D2}.rpm"]);
            File.WriteAllBytes(files[^1], tampered.Make(packages));
        }

        var keyFiles = s_trusted.Select(k => WriteKey(folder, k)).ToArray();
        var verdicts = new[] { ("418", SignedPackages.HostRpm), ("420", ToolRoot.Rpm4), ("6", ToolRoot.Rpm6) }
            .Select(r => (Release: r.Item1, Files: SignedPackages.Judge(r.Item2, folder.Path, keyFiles, files))).ToArray();
        var differences = new List<string>();
        for (var i = 0; i < files.Count; i++)
        {
            var tampered = TamperCase.Table[i];
            var accepting = string.Join(' ', verdicts.Where(v => v.Files[files[i]]).Select(v => v.Release));
            if (accepting != tampered.Accepting)
            {
                differences.Add($"{tampered.Name}: accepted by '{accepting}', not '{tampered.Accepting}'");
            }

            if (accepting != (tampered.Code.Length == 0 ? "418 420 6" : "") && tampered.Why.Length == 0)
            {
                differences.Add($"{tampered.Name}: rpm judges otherwise than we, and nobody says why");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private string WriteKey(TempFolder folder, string key)
    {
        var file = folder[key + ".asc"];
        File.WriteAllText(file, packages.Gpg.ExportArmored(packages.Fingerprint(key)));
        return file;
    }

    private string Judge(string file)
    {
        try
        {
            RpmSignatureVerifier.Verify(file, packages.Ring(s_trusted), SignedPackages.Now);
            return "";
        }
        catch (HullException e)
        {
            return e.Code.Code;
        }
    }
}
