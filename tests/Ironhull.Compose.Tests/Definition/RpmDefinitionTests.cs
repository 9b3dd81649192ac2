using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Tests.Definition;

public sealed class RpmDefinitionTests : IDisposable
{
    private const string Rpm = """
        name: host
        version: "1"
        architecture: x86_64
        kind: oci
        snapshot: 2026-11-01T00:00:00Z
        repositories:
          - {id: base, type: rpm, archive: azurelinux, path: 3.0/prod/base/x86_64, keys: [k.asc], fingerprints: [2bc94fff7015a5f28f1537ad0cd9fed33135ce90]}
          - {id: extra, type: rpm, archive: azurelinux, path: 3.0/prod/extended/x86_64, keys: [k.asc], priority: 400, exclude: [bash, "perl-*"], snapshot: 2026-10-01T12:00:00Z}
        packages:
          install: [SymCrypt-OpenSSL, "glibc=2.38-8.azl3", "kernel=6.6.117.1~rc1-1^git1"]
          exclude: ["perl*", python3]
        waivers:
          signatures: [{repository: extra, check: packages, why: built here, expires: 2027-01-31}]
        osRelease: {ID: azurelinux, SUPPORT_END: "2027-01-01"}
        oci: {reference: "host:1"}
        """;

    private readonly TemporaryFolder _folder = new();

    public RpmDefinitionTests() => _folder.Write("k.asc", "x");

    public void Dispose() => _folder.Dispose();

    private ImageDefinition Load(string text = Rpm) => ImageDefinition.Load(_folder.Write("image.yaml", text));

    [Fact]
    public void Load_RpmDefinition_BindsEveryKey()
    {
        var d = Load();
        Assert.Equal((PackagingKind.Rpm, "amd64", "x86_64"), (d.Packaging, d.Architecture, MachineArchitecture.ForRpm(d.Architecture)));
        var (first, second) = ((RpmRepositoryDefinition)d.Repositories[0], (RpmRepositoryDefinition)d.Repositories[1]);
        Assert.Equal(("azurelinux", "3.0/prod/base/x86_64", 500), (first.Archive, first.Path, first.Priority));
        Assert.Equal(["2BC94FFF7015A5F28F1537AD0CD9FED33135CE90"], first.Fingerprints);
        Assert.Equal(["bash", "perl-*"], second.Exclude);
        Assert.Equal([1793491200, 1790856000], new[] { first.SnapshotSeconds, second.SnapshotSeconds });
        Assert.Equal(["SymCrypt-OpenSSL", "glibc=2.38-8.azl3", "kernel=6.6.117.1~rc1-1^git1"], d.Packages.Install.Select(p => p.Value));
        Assert.False(d.Packages.Essential);
        Assert.True(d.Waivers.IsWaived("extra", SignatureCheck.Packages));
        Assert.False(d.Waivers.IsWaived("extra", SignatureCheck.Metadata));
        Assert.False(d.Waivers.IsWaived("base", SignatureCheck.Packages));
        Assert.Contains("SIGNATURES ARE NOT CHECKED: the packages of 'extra' (waived until 2027-01-31: built here)", d.Waivers.Signatures[0].Warning, StringComparison.Ordinal);
        Assert.Equal("2027-01-01", d.OsRelease["SUPPORT_END"]);
    }

    [Theory]
    [InlineData("type: rpm, archive: azurelinux, path: 3.0/prod/base/x86_64", "archive: debian, suite: trixie, components: [main]", "HULL4011 8:5;HULL4008 5:11", "another world")]
    [InlineData("path: 3.0/prod/base/x86_64", "suite: trixie", "HULL4005 7:5;HULL4008 7:55", "a key of the other world")]
    [InlineData("path: 3.0/prod/base/x86_64", "path: ../x", "HULL4008 7:54", "a path that leaves the archive")]
    [InlineData("2026-10-01T12:00:00Z", "2026-02-31T12:00:00Z", "HULL4008 8:", "a day that does not exist")]
    [InlineData("2026-10-01T12:00:00Z", "yesterday", "HULL4008 8:", "no instant")]
    [InlineData("repository: extra", "repository: other", "HULL4008 13:", "an unknown repository")]
    [InlineData("check: packages", "check: everything", "HULL4008 13:", "an unknown check")]
    [InlineData(", expires: 2027-01-31", "", "HULL4005 13:", "a waiver without an end")]
    [InlineData("why: built here, ", "", "HULL4005 13:", "a waiver without a reason")]
    [InlineData("exclude: [\"perl*\", python3]", "essential: true", "HULL4008 11:", "a setting of the other world")]
    [InlineData("SUPPORT_END", "IMAGE_ID", "HULL4008 14:", "a field that the name decides")]
    [InlineData("SUPPORT_END", "support end", "HULL4008 14:", "no field")]
    [InlineData("[k.asc], fingerprints", "[missing.asc], fingerprints", "HULL4009 7:", "a key file that is not there")]
    public void Load_Mistake_ReportsItsCodeAndPlace(string old, string replacement, string expected, string why)
    {
        var error = Assert.Throws<HullException>(() => Load(Rpm.Replace(old, replacement, StringComparison.Ordinal)));
        var found = error.Diagnostics.Select(d => $"{d.Code.Code} {d.Where!.Line}:{d.Where.Column}").ToList();
        Assert.True(expected.Split(';').All(e => found.Any(f => f.StartsWith(e, StringComparison.Ordinal))), $"{why}: {string.Join(", ", found)}");
    }

    [Fact]
    public void Expired_SignatureWaiver_IsReported()
    {
        Assert.Empty(Load().Waivers.Expired(new DateOnly(2027, 1, 31)));
        var expired = Assert.Single(Load().Waivers.Expired(new DateOnly(2027, 2, 1)));
        Assert.Equal(("HULL4010", 13), (expired.Code.Code, expired.Where!.Line));
    }

    [Theory]
    [InlineData("3.0/prod/base/x86_64", "3.0/preview/base/x86_64")]
    [InlineData("priority: 400", "priority: 300")]
    [InlineData("exclude: [bash,", "exclude: [dash,")]
    [InlineData("2026-11-01", "2026-11-02")]
    [InlineData("check: packages", "check: metadata")]
    [InlineData("\"perl*\"", "\"perl-*\"")]
    [InlineData("33135ce90", "33135ce91")]
    public void Digest_EveryInputOfTheResolution_ChangesIt(string old, string replacement) =>
        Assert.NotEqual(DefinitionDigest.Of(Load()), DefinitionDigest.Of(Load(Rpm.Replace(old, replacement, StringComparison.Ordinal))));

    [Fact]
    public void Digest_OsRelease_LeavesTheLockValid() =>
        Assert.Equal(DefinitionDigest.Of(Load()), DefinitionDigest.Of(Load(Rpm.Replace("azurelinux, SUPPORT_END", "other, SUPPORT_END", StringComparison.Ordinal))));
}
