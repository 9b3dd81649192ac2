using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Tests.Locking;

public sealed class LockBuilderTests : IDisposable
{
    private const string Text = """
        name: hello
        version: "1"
        kind: oci
        repositories:
          - {id: trixie, archive: debian, suite: trixie, components: [main], keys: [k.gpg]}
          - {id: security, archive: debian-security, suite: trixie-security, components: [main], keys: [k.gpg]}
        packages:
          install: [app]
          exclude: [bad]
        waivers:
          dependencies: [{package: app, dependency: missing, why: not used, expires: 2027-01-01}]
        oci: {reference: "hello:1"}
        """;

    private readonly TemporaryFolder _folder = new();

    public LockBuilderTests() => _folder.Write("k.gpg", "x");

    public void Dispose() => _folder.Dispose();

    /// <summary>A package of an index.</summary>
    internal static DebianPackage Package(string name, string version, string repository, string depends = "", bool essential = false) => new()
    {
        Name = name,
        Version = version,
        Architecture = "amd64",
        Source = name,
        SourceVersion = version,
        FileName = $"pool/main/{name}_{version}_amd64.deb",
        Size = 10,
        Sha256 = Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(name + version)),
        RepositoryId = repository,
        Depends = depends,
        Essential = essential,
    };

    private static readonly DebianRepositoryContents Main = new("trixie", Sha256Digest.Of("a"u8), 1_790_000_000, ["B", "A"],
    [
        Package("app", "1", "trixie", "lib (>= 1), missing"), Package("lib", "1", "trixie"), Package("base", "1", "trixie", essential: true), Package("bad", "1", "trixie"),
    ]);

    private static readonly DebianRepositoryContents Security = new("security", Sha256Digest.Of("b"u8), 1_790_000_100, ["C"], [Package("lib", "2", "security")]);

    private ImageDefinition Definition(string text = Text) => ImageDefinition.Load(_folder.Write("image.yaml", text));

    private static LockResult Build(ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories) =>
        LockBuilder.BuildAsync(definition, repositories, _ => throw new InvalidOperationException("Debian always states SHA-256.")).GetAwaiter().GetResult();

    [Fact]
    public void Build_TwoRepositories_PinsTheNewestOfEachWithItsReason()
    {
        var image = Build(Definition(), [Main, Security]).Lock;
        Assert.Equal(["app 1 trixie: requested as 'app'", "base 1 trixie: essential", "lib 2 security: app Depends: lib (>= 1)"],
            image.Packages.Select(p => $"{p.Name} {p.Version} {p.Repository}: {p.Because}"));
        Assert.Equal(1_790_000_100, image.Timestamp);
        Assert.Equal(["A", "B"], image.Repositories[0].Signers);
        Assert.Equal(DefinitionDigest.Of(Definition()), image.Definition);
        Assert.Equal(LockFile.Render(image), LockFile.Render(LockFile.Parse(LockFile.Render(image), "image.lock")));
    }

    [Fact]
    public void Build_ExcludeWithWildcards_StandsForEveryNameItMatches()
    {
        var definition = Definition(Text.Replace("exclude: [bad]", "exclude: ['b*', nothing-*]", StringComparison.Ordinal));
        Assert.Equal(["bad", "base", "nothing-*"], LockBuilder.RequestOf(definition, [Main, Security]).Exclude);
        var result = Build(definition, [Main, Security]);
        Assert.Equal(["app", "lib"], result.Lock.Packages.Select(p => p.Name));
        Assert.Equal(["HULL3003"], result.Warnings.Select(w => w.Code.Code));
    }

    [Fact]
    public void Build_PackagesInAnotherOrder_GivesTheSameLock()
    {
        var reversed = Main with { Packages = [.. Main.Packages.Reverse()] };
        Assert.Equal(
            LockFile.Render(Build(Definition(), [Main, Security]).Lock),
            LockFile.Render(Build(Definition(), [Security, reversed]).Lock));
    }

    [Fact]
    public void Build_UnknownPackage_ReportsHULL3001AtItsLine()
    {
        var error = Assert.Throws<HullException>(() => Build(Definition(Text.Replace("[app]", "[app, libb]", StringComparison.Ordinal)), [Main, Security]));
        Assert.Equal(("HULL3001", 8), (error.Code.Code, error.Diagnostics[0].Where!.Line));
    }

    [Fact]
    public void Build_ExpiredWaiver_ReportsHULL4010()
    {
        var error = Assert.Throws<HullException>(() => Build(Definition(Text.Replace("2027-01-01", "2026-01-01", StringComparison.Ordinal)), [Main, Security]));
        Assert.Equal(("HULL4010", 11), (error.Code.Code, error.Diagnostics[0].Where!.Line));
    }

    [Fact]
    public void Build_UnusedWaiver_IsAWarning()
    {
        var result = Build(Definition(Text.Replace("dependency: missing", "dependency: missing}, {package: lib, dependency: nothing, why: x, expires: 2027-01-01", StringComparison.Ordinal).Replace(", why: not used, expires: 2027-01-01}]", "}]", StringComparison.Ordinal).Replace("dependency: missing}", "dependency: missing, why: y, expires: 2027-01-01}", StringComparison.Ordinal)), [Main, Security]);
        Assert.Equal(["HULL3002"], result.Warnings.Select(w => w.Code.Code));
    }
}
