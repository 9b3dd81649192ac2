using Ironhull.Diagnostics;
using Ironhull.Packages.Cache;

namespace Ironhull.Packages.Tests;

public sealed class MirrorMapTests
{
    private static MirrorMap Discover(Dictionary<string, string> files, params (string Name, string Value)[] environment)
    {
        using var folder = new TempFolder();
        foreach (var (name, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], text.Replace("@", folder.Path, StringComparison.Ordinal));
        }

        return MirrorMap.Discover(n => environment.FirstOrDefault(e => e.Name == n).Value, folder.Path);
    }

    private static (string Debian, string Security) Urls(MirrorMap map) => (map.Locate("debian", "x").AbsoluteUri, map.Locate("debian-security", "x").AbsoluteUri);

    [Fact]
    public void Discover_Environment_WinsAndSecurityLiesBeside() =>
        Assert.Equal(
            ("http://env.example/debian/x", "http://env.example/debian-security/x"),
            Urls(Discover(new() { ["sources.list"] = "deb http://apt.example/debian trixie main\n" }, ("HULL_MIRROR_DEBIAN", "http://env.example/debian/"))));

    [Fact]
    public void Discover_BothVariables_AreTaken() =>
        Assert.Equal(
            ("https://a.example/x", "https://b.example/s/x"),
            Urls(Discover([], ("HULL_MIRROR_DEBIAN", "https://a.example"), ("HULL_MIRROR_DEBIAN_SECURITY", "https://b.example/s"))));

    [Fact]
    public void Discover_OneLineSources_AreRead() =>
        Assert.Equal(
            ("http://apt.example/debian/x", "http://sec.example/debian-security/x"),
            Urls(Discover(new()
            {
                ["sources.list"] = "# deb http://old.example/debian sid main\ndeb-src http://src.example/debian trixie main\n" +
                    "deb [arch=amd64 signed-by=/k.gpg] http://apt.example/debian trixie main\ndeb http://sec.example/debian-security trixie-security main\n",
            })));

    [Fact]
    public void Discover_Deb822Sources_AreReadAndOtherProjectsAreNotTaken() =>
        Assert.Equal(
            ("http://apt.example/debian/x", "http://apt.example/debian-security/x"),
            Urls(Discover(new()
            {
                ["sources.list.d/a-docker.list"] = "deb https://containers.example/linux/debian trixie stable\ndeb https://other.example/debian trixie main\n",
                ["sources.list.d/debian.sources"] = "Types: deb deb-src\n# a comment\nURIs: http://apt.example/debian\nSuites: trixie\n trixie-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n" +
                    "Enabled: no\nTypes: deb\nURIs: http://off.example/debian-security\nSuites: trixie-security\nComponents: main\n",
            })));

    [Fact]
    public void Discover_MirrorList_IsFollowed() =>
        Assert.Equal(
            "http://listed.example/debian/x",
            Discover(new()
            {
                ["mirrors"] = "# list\nhttp://listed.example/debian\n",
                ["sources.list.d/debian.sources"] = "Types: deb\nURIs: mirror+file://@/mirrors\nSuites: trixie\nComponents: main\n",
            }).Locate("debian", "x").AbsoluteUri);

    [Fact]
    public void Discover_Nothing_KnowsThePublicArchiveOnly()
    {
        var map = Discover([]);
        Assert.Equal(["azurelinux"], map.Archives);
        Assert.Equal("HULL2030", Assert.Throws<HullException>(() => map.Locate("debian", "x")).Code.Code);
    }

    [Fact]
    public void Discover_VariableWithoutUrl_ReportsHULL2030() =>
        Assert.Equal("HULL2030", Assert.Throws<HullException>(() => Discover([], ("HULL_MIRROR_DEBIAN", "ftp://x"))).Code.Code);

    [Theory]
    [InlineData("azurelinux", "HULL_MIRROR_AZURELINUX")]
    [InlineData("debian-security", "HULL_MIRROR_DEBIAN_SECURITY")]
    [InlineData("my.repo-2", "HULL_MIRROR_MY_REPO_2")]
    public void VariableOf_Archive_IsUpperCaseWithUnderscores(string archive, string variable) => Assert.Equal(variable, MirrorMap.VariableOf(archive));

    [Fact]
    public void Locate_AzureLinux_HasThePublicBaseAndMayBeSet()
    {
        Assert.Equal("https://packages.microsoft.com/azurelinux/3.0/x", Discover([]).Locate("azurelinux", "3.0/x").AbsoluteUri);
        Assert.Equal("https://e.example/azl/3.0/x", Discover([], ("HULL_MIRROR_AZURELINUX", "https://e.example/azl/")).Locate("azurelinux", "3.0/x").AbsoluteUri);
    }

    [Fact]
    public void Locate_AnyArchive_IsFoundByItsVariable() =>
        Assert.Equal("file:///srv/my%20repo/a%23b", Discover([], ("HULL_MIRROR_OWN", "file:///srv/my repo")).Locate("own", "a#b").AbsoluteUri);

    [Fact]
    public void Locate_UnknownArchive_ReportsHULL2030WithItsVariable()
    {
        var error = Assert.Throws<HullException>(() => Discover([]).Locate("my-own", "x"));
        Assert.Equal("HULL2030", error.Code.Code);
        Assert.Contains("HULL_MIRROR_MY_OWN", error.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("HULL_MIRROR_MY_OWN", error.Diagnostics[0].Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:relative")]
    [InlineData("file://host/share")]
    [InlineData("ftp://x")]
    [InlineData("/srv/x")]
    public void Locate_VariableOfAnotherKind_ReportsHULL2030(string value) =>
        Assert.Equal("HULL2030", Assert.Throws<HullException>(() => Discover([], ("HULL_MIRROR_OWN", value)).Locate("own", "x")).Code.Code);

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./x")]
    public void Locate_PathThatWouldLeaveTheBase_ReportsHULL2033(string path) =>
        Assert.Equal("HULL2033", Assert.Throws<HullException>(() => Discover([]).Locate("azurelinux", path)).Code.Code);

    [Fact]
    public void Locate_SpecialCharacters_AreEscaped() =>
        Assert.Equal("http://e.example/debian/a%2Bb/c%3Ad~e%23f", new MirrorMap([new("debian", new("http://e.example/debian"))]).Locate("debian", "a+b/c:d~e#f").AbsoluteUri);
}
