using CsCheck;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Tests.Locking;

public class LockFileTests
{
    internal static readonly ImageLock Sample = new()
    {
        Image = "host",
        Architecture = "amd64",
        Definition = Sha256Digest.Of("definition"u8),
        Timestamp = 1_790_000_000,
        Repositories = [new("trixie", "debian", "trixie", Sha256Digest.Of("in"u8), 1_790_000_000, ["4CB50190207B4758A3F73A796ED0E7B82643E131"])],
        Packages =
        [
            Package("libc6", "2.41-12+deb13u5", "Depends", "systemd", "libc6 (>= 2.41)"),
            Package("systemd", "257.13-1~deb13u1", "requested", "", "systemd"),
            Package("tar", "1:1.35+dfsg-3.1", "essential", "", ""),
        ],
    };

    internal static LockedPackage Package(string name, string version, string reason = "requested", string by = "", string dependency = "") => new(
        name, version, "amd64", "trixie", $"pool/main/{name[0]}/{name}/{name}_{version.Replace(":", "%3a", StringComparison.Ordinal)}_amd64.deb", 1234,
        Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(name + version)), name, version, reason, by, dependency);

    [Fact]
    public void Render_Sample_HasOnePackageALineAndNoHost()
    {
        var text = LockFile.Render(Sample);
        Assert.Equal(
            """
                {"name": "libc6", "version": "2.41-12+deb13u5", "architecture": "amd64", "repository": "trixie", "path": "pool/main/l/libc6/libc6_2.41-12+deb13u5_amd64.deb", "size": 1234, "sha256": "SHA", "source": "libc6", "sourceVersion": "2.41-12+deb13u5", "reason": "Depends", "by": "systemd", "dependency": "libc6 (>= 2.41)"},
            """.Replace("SHA", Sample.Packages[0].Sha256.ToString(), StringComparison.Ordinal),
            text.Split('\n').Single(l => l.Contains("\"libc6\"", StringComparison.Ordinal)));
        Assert.Contains("\"timestamp\": \"2026-09-21T14:13:20Z\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        System.Text.Json.JsonDocument.Parse(text);
    }

    internal static readonly ImageLock RpmSample = Sample with
    {
        Packaging = PackagingKind.Rpm,
        Repositories =
        [
            new("azl-base", "azurelinux", "3.0/prod/base/x86_64", Sha256Digest.Of("md"u8), 1_790_000_000, ["2BC94FFF7015A5F28F1537AD0CD9FED33135CE90"]) { Revision = "1789999999" },
            new("built", "local", "x", Sha256Digest.Of("md2"u8), 1_789_000_000, []) { Revision = "1", Unchecked = [SignatureCheck.Metadata, SignatureCheck.Packages] },
        ],
        Packages =
        [
            new("SymCrypt-OpenSSL", "1:1.9.5-1.azl3", "x86_64", "azl-base", "3.0/prod/base/x86_64/Packages/s/SymCrypt-OpenSSL-1.9.5-1.azl3.x86_64.rpm", 10, Sha256Digest.Of("s"u8),
                "SymCrypt-OpenSSL", "1.9.5-1.azl3", "requested", "", "SymCrypt-OpenSSL"),
            new("tzdata", "2025b~rc1^git-1", "noarch", "built", "x/tzdata-2025b~rc1^git-1.noarch.rpm", 10, Sha256Digest.Of("t"u8), "tzdata", "2025b-1", "Requires", "SymCrypt-OpenSSL", "/usr/share/zoneinfo"),
        ],
    };

    [Fact]
    public void Parse_OfRenderedRpmLock_GivesTheSameLock()
    {
        var text = LockFile.Render(RpmSample);
        AssertSame(RpmSample, LockFile.Parse(text, "image.lock"));
        Assert.Contains("\"packaging\": \"rpm\"", text, StringComparison.Ordinal);
        Assert.Contains("\"revision\": \"1\", \"repomd\": \"", text, StringComparison.Ordinal);
        Assert.Contains("\"unchecked\": [\"metadata\", \"packages\"]", text, StringComparison.Ordinal);
        Assert.Equal("SymCrypt-OpenSSL-1:1.9.5-1.azl3.x86_64", RpmSample.Packages[0].Nevra);
    }

    [Fact]
    public void Parse_Schema1_IsADebianLock()
    {
        var text = LockFile.Render(Sample).Replace("\"schema\": 2", "\"schema\": 1", StringComparison.Ordinal);
        Assert.Equal("HULL4022", Assert.Throws<HullException>(() => LockFile.Parse(text, "image.lock")).Code.Code);
        AssertSame(Sample, LockFile.Parse(text.Replace("  \"packaging\": \"debian\",\n", "", StringComparison.Ordinal), "image.lock"));
    }

    [Theory]
    [InlineData("azl-base\", \"path\": \"3.0/prod/base/x86_64/Packages/s", "azl-base\", \"path\": \"3.0/../../s")]
    [InlineData("\"packaging\": \"rpm\"", "\"packaging\": \"snap\"")]
    [InlineData("\"packaging\": \"rpm\"", "\"packaging\": \"debian\"")]
    [InlineData("\"revision\": \"1\", ", "")]
    [InlineData("[\"metadata\", \"packages\"]", "[\"all\"]")]
    public void Parse_EditedRpmLock_ReportsHULL4022(string old, string replacement)
    {
        var text = LockFile.Render(RpmSample);
        Assert.Contains(old, text, StringComparison.Ordinal);
        Assert.Equal("HULL4022", Assert.Throws<HullException>(() => LockFile.Parse(text.Replace(old, replacement, StringComparison.Ordinal), "image.lock")).Code.Code);
    }

    [Fact]
    public void Between_RpmLocks_ComparesVersionsAsRpmDoes()
    {
        ImageLock With(string version) => RpmSample with { Packages = [RpmSample.Packages[0] with { Version = version }] };
        // In Debian's order 1.0^git is no version at all, and 2.0~rc1 with an epoch of 0 is the same to both.
        Assert.Equal(1, LockDiff.Between(With("1.0-1"), With("1.0^git1-1")).Changed[0].Direction);
        Assert.Equal(-1, LockDiff.Between(With("1.0-1"), With("1.0~rc1-1")).Changed[0].Direction);
        Assert.Equal(1, LockDiff.Between(With("1.0a-1"), With("1.0.1-1")).Changed[0].Direction);
    }

    [Fact]
    public void Parse_OfRender_GivesTheSameLock() => AssertSame(Sample, LockFile.Parse(LockFile.Render(Sample), "image.lock"));

    [Fact]
    public void Parse_OfRender_GivesTheSameLockForAnyText()
    {
        var text = Gen.String[Gen.Char[" ~"], 1, 30].Where(s => s.Trim().Length > 0);
        Gen.Select(text, text, Gen.Long[0, 999_999_999_999_999], Gen.Long[0, 200_000_000_000]).Sample((version, dependency, size, time) =>
        {
            var image = Sample with { Timestamp = time, Packages = [Package("a", "1") with { Version = version, Dependency = dependency, Size = size }] };
            AssertSame(image, LockFile.Parse(LockFile.Render(image), "image.lock"));
        }, iter: 500);
    }

    [Fact]
    public void Parse_Reformatted_GivesTheSameLock()
    {
        using var document = System.Text.Json.JsonDocument.Parse(LockFile.Render(Sample));
        AssertSame(Sample, LockFile.Parse(System.Text.Json.JsonSerializer.Serialize(document.RootElement, new System.Text.Json.JsonSerializerOptions { WriteIndented = true }), "image.lock"));
        AssertSame(Sample, LockFile.Parse(System.Text.Json.JsonSerializer.Serialize(document.RootElement), "image.lock"));
    }

    [Theory]
    [InlineData("\"schema\": 2", "\"schema\": 3", "HULL4023")]
    [InlineData("\"schema\": 2", "\"schema\": x", "HULL4022")]
    [InlineData("pool/main/l/", "../main/l/", "HULL4022")]
    [InlineData("pool/main/l/", "/etc/", "HULL4022")]
    [InlineData("pool/main/l/", "http://host/", "HULL4022")]
    [InlineData("\"size\": 1234", "\"size\": -1", "HULL4022")]
    [InlineData("\"repository\": \"trixie\"", "\"repository\": \"sid\"", "HULL4022")]
    [InlineData("\"sha256\": \"", "\"sha256\": \"0", "HULL4022")]
    [InlineData("\"name\": \"libc6\"", "\"name\": \"tar\"", "HULL4022")]
    [InlineData("2026-09-21T14:13:20Z", "2026-99-21T14:13:20Z", "HULL4022")]
    [InlineData("{", "", "HULL4022")]
    [InlineData("\"image\"", "\"imagine\"", "HULL4022")]
    public void Parse_EditedLock_ReportsItsCodeAndPlace(string old, string replacement, string code)
    {
        var text = LockFile.Render(Sample);
        var at = text.IndexOf(old, StringComparison.Ordinal);
        var error = Assert.Throws<HullException>(() => LockFile.Parse(text[..at] + replacement + text[(at + old.Length)..], "image.lock"));
        Assert.All(error.Diagnostics, d => Assert.Equal(code, d.Code.Code));
        Assert.All(error.Diagnostics, d => Assert.StartsWith("image.lock", d.Where!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_MutatedLock_ThrowsNothingButHullException()
    {
        var seed = LockFile.Render(Sample);
        Gen.Select(Gen.Int[0, seed.Length - 1], Gen.Int[0, 5], Gen.Char[" ~"].Array[0, 3]).List[1, 4].Sample(edits =>
        {
            var text = seed;
            foreach (var (at, cut, insert) in edits)
            {
                var position = Math.Min(at, text.Length);
                text = text[..position] + new string(insert) + text[Math.Min(text.Length, position + cut)..];
            }

            try
            {
                LockFile.Parse(text, "image.lock");
            }
            catch (HullException)
            {
            }
        }, iter: 1000);
    }

    [Fact]
    public void Why_Dependency_GivesTheChainFromTheRequest()
    {
        Assert.Equal(["systemd", "libc6"], Sample.Why("libc6").Select(p => p.Name));
        Assert.Equal(["requested as 'systemd'", "systemd Depends: libc6 (>= 2.41)"], Sample.Why("libc6").Select(p => p.Because));
        Assert.Empty(Sample.Why("dpkg"));
    }

    [Fact]
    public void LoadFor_MissingStaleAndCurrentLock_SaysWhich()
    {
        using var folder = new TemporaryFolder();
        folder.Write("k.gpg", "x");
        const string Text = """
            name: hello
            version: "1"
            kind: oci
            repositories: [{id: trixie, archive: debian, suite: trixie, components: [main], keys: [k.gpg]}]
            packages: {install: [busybox-static]}
            oci: {reference: "hello:1"}
            """;
        var definition = ImageDefinition.Load(folder.Write("image.yaml", Text));
        Assert.Equal("HULL4020", Assert.Throws<HullException>(() => LockFile.LoadFor(definition)).Code.Code);

        LockFile.Save(Sample with { Definition = DefinitionDigest.Of(definition) }, definition.LockPath);
        Assert.Equal(3, LockFile.LoadFor(definition).Packages.Count);

        var changed = ImageDefinition.Load(folder.Write("image.yaml", Text.Replace("[busybox-static]", "[busybox-static, bash]", StringComparison.Ordinal)));
        var error = Assert.Throws<HullException>(() => LockFile.LoadFor(changed));
        Assert.Equal("HULL4021", error.Code.Code);
        Assert.Contains("hull lock", error.Diagnostics[0].Remedy, StringComparison.Ordinal);

        var unrelated = ImageDefinition.Load(folder.Write("image.yaml", Text.Replace("hello:1", "hello:2", StringComparison.Ordinal)));
        Assert.Equal(3, LockFile.LoadFor(unrelated).Packages.Count);
    }

    [Theory]
    [InlineData("suite: trixie,", "suite: trixie-updates,")]
    [InlineData("id: trixie,", "id: other,")]
    [InlineData("archive: debian,", "archive: debian-security,")]
    [InlineData("components: [main]", "components: [main, contrib]")]
    [InlineData("keys: [k.gpg]", "keys: [k.gpg], priority: 600")]
    [InlineData("keys: [k.gpg]", "keys: [k.gpg], fingerprints: [0123456789abcdef0123456789abcdef01234567]")]
    [InlineData("install: [busybox-static]", "install: [busybox-static], exclude: [dash]")]
    [InlineData("install: [busybox-static]", "install: [busybox-static], essential: false")]
    [InlineData("install: [busybox-static]", "install: [busybox-static], recommended: true")]
    [InlineData("oci:", "waivers: {dependencies: [{package: a, dependency: b, why: c, expires: 2030-01-01}]}\noci:")]
    public void Digest_EveryInputOfTheResolution_ChangesIt(string old, string replacement)
    {
        const string Text = """
            name: hello
            version: "1"
            kind: oci
            repositories: [{id: trixie, archive: debian, suite: trixie, components: [main], keys: [k.gpg]}]
            packages: {install: [busybox-static]}
            oci: {reference: "hello:1"}
            """;
        using var folder = new TemporaryFolder();
        folder.Write("k.gpg", "x");
        var before = DefinitionDigest.Of(ImageDefinition.Load(folder.Write("image.yaml", Text)));
        var after = DefinitionDigest.Of(ImageDefinition.Load(folder.Write("image.yaml", Text.Replace(old, replacement, StringComparison.Ordinal))));
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Between_TwoLocks_SortsWhatChanged()
    {
        var old = Sample with { Packages = [Package("a", "1"), Package("b", "1"), Package("c", "2"), Package("d", "1")] };
        var image = Sample with { Packages = [Package("a", "1"), Package("b", "2"), Package("c", "1"), Package("e", "1"), Package("d", "1") with { Sha256 = default }] };
        var diff = LockDiff.Between(old, image);
        Assert.Equal(["e"], diff.Added.Select(p => p.Name));
        Assert.Empty(diff.Removed);
        Assert.Equal([("b", 1), ("c", -1), ("d", 0)], diff.Changed.Select(c => (c.New.Name, c.Direction)));
        Assert.True(LockDiff.Between(old, old).IsEmpty);
        Assert.Equal(4, LockDiff.Between(null, old).Added.Count);
    }

    private static void AssertSame(ImageLock expected, ImageLock actual)
    {
        Assert.Equal(expected with { Repositories = [], Packages = [], Tools = [] }, actual with { Repositories = [], Packages = [], Tools = [] });
        Assert.Equal(expected.Tools, actual.Tools);
        Assert.Equal(expected.Packages, actual.Packages);
        Assert.Equal(expected.Repositories.Select(r => r with { Signers = [], Unchecked = [] }), actual.Repositories.Select(r => r with { Signers = [], Unchecked = [] }));
        Assert.Equal(expected.Repositories.SelectMany(r => r.Unchecked), actual.Repositories.SelectMany(r => r.Unchecked));
        Assert.Equal(expected.Repositories.SelectMany(r => r.Signers), actual.Repositories.SelectMany(r => r.Signers));
    }
}
