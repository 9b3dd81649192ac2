using System.Text;
using Ironhull.Compose.Merge;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Store;
using Ironhull.Compose.Tests.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Tests.Merge;

public sealed class RpmMergeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static FakePackage Rpm(string name, string version = "1-1", RpmDependency[]? obsoletes = null, params RpmMarkedFile[] marked) => new FakePackage { Name = name }
        .Member(RpmFacts.Member, Encoding.UTF8.GetString(new RpmFacts { Name = name, Version = version, Architecture = "x86_64", Obsoletes = obsoletes ?? [], Marked = marked }.ToJson()));

    private MergeResult Merge(params FakePackage[] packages) => PackageMerger.MergeRpms(FakePackage.Unpack(_folder, packages), AccountDatabase.RootOnly());

    private HullException Fails(params FakePackage[] packages) => Assert.Throws<HullException>(() => Merge(packages));

    [Fact]
    public void Merge_SameFilesAndFolders_AreShared()
    {
        var result = Merge(
            Rpm("a").Directory("./usr/share/x").File("./usr/share/x/f", "same").Link("./usr/share/x/l", "f"),
            Rpm("b").Directory("./usr/share/x").File("./usr/share/x/f", "same").Link("./usr/share/x/l", "f"));
        Assert.Equal("same", result.Tree["/usr/share/x/f"].Content!.ToText());
        Assert.Equal(["/usr/share/x/f", "/usr/share/x/l"], result.Overwritten.Select(o => o.Path));
        Assert.All(result.Overwritten, o => Assert.True(o.Identical));
    }

    [Theory]
    [InlineData("other", 0x1A4)]
    [InlineData("same", 0x1ED)]
    public void Merge_FilesThatDiffer_ReportHULL5101WithBothOwners(string text, int mode)
    {
        var error = Fails(Rpm("a").File("./usr/f", "same"), Rpm("b").File("./usr/f", text, mode));
        var diagnostic = Assert.Single(error.Diagnostics);
        Assert.Equal("HULL5101", diagnostic.Code.Code);
        Assert.Contains("a 1-1", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("b 1-1", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_FoldersThatDiffer_AreAConflictAsForRpm() =>
        Assert.Equal("HULL5101", Fails(Rpm("a").Directory("./usr/share/x"), Rpm("b").Directory("./usr/share/x", 0x1C0)).Code.Code);

    [Fact]
    public void Merge_ReplacesOfDebian_MeansNothing()
    {
        var b = new FakePackage { Name = "b", Replaces = "a" }.Member(RpmFacts.Member, Encoding.UTF8.GetString(new RpmFacts { Name = "b", Version = "1-1", Architecture = "x86_64" }.ToJson()));
        Assert.Equal("HULL5101", Fails(Rpm("a").File("./usr/f", "x"), b.File("./usr/f", "y")).Code.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Merge_ElfFilesOfTwoColors_Keeps64Bit(bool first64)
    {
        FakePackage One(string name, bool is64) => Rpm(name, "1-1", null, new RpmMarkedFile("/usr/bin/x", RpmFileFlags.None, is64 ? 2u : 1u)).File("./usr/bin/x", is64 ? "64" : "32");
        var result = Merge(One("a", first64), One("b", !first64));
        Assert.Equal("64", result.Tree["/usr/bin/x"].Content!.ToText());
        Assert.False(Assert.Single(result.Overwritten).Identical);
    }

    [Fact]
    public void Merge_SameColor_IsAConflict()
    {
        FakePackage One(string name) => Rpm(name, "1-1", null, new RpmMarkedFile("/usr/bin/x", RpmFileFlags.None, 2)).File("./usr/bin/x", name);
        Assert.Equal("HULL5101", Fails(One("a"), One("b")).Code.Code);
    }

    [Fact]
    public void Merge_ObsoletedPackage_ReportsHULL5108()
    {
        RpmDependency[] old = [new("old", VersionRelation.Earlier, "2")];
        var error = Fails(Rpm("new", "1-1", old), Rpm("old", "1.9-1"));
        Assert.Equal("HULL5108", error.Code.Code);
        Assert.Contains("old < 2", error.Diagnostics[0].Message, StringComparison.Ordinal);
        Merge(Rpm("new2", "1-1", [new("kept", VersionRelation.Earlier, "2"), new("new2", VersionRelation.Any, "")]), Rpm("kept", "2-1"));
    }

    [Fact]
    public void Merge_LinksOfFilesystem_CarryWhatOthersShipThroughThem()
    {
        var result = Merge(
            Rpm("filesystem").Link("./bin", "usr/bin").Link("./lib64", "usr/lib").Link("./usr/lib64", "lib").Directory("./usr/lib").Directory("./run").Link("./var/run", "../run"),
            Rpm("x").File("./bin/sh", "shell").File("./lib64/ld.so", "loader").File("./usr/lib64/libx.so", "lib").File("./var/run/x/pid", "1"));
        Assert.Equal("shell", result.Tree["/usr/bin/sh"].Content!.ToText());
        Assert.Equal("loader", result.Tree["/usr/lib/ld.so"].Content!.ToText());
        Assert.Equal("lib", result.Tree["/usr/lib/libx.so"].Content!.ToText());
        Assert.Equal("1", result.Tree["/run/x/pid"].Content!.ToText());
        Assert.Equal(("usr/bin", "usr/lib", "lib", "usr/sbin"), (result.Tree["/bin"].LinkTarget, result.Tree["/lib64"].LinkTarget, result.Tree["/usr/lib64"].LinkTarget, result.Tree["/sbin"].LinkTarget));
        Assert.Equal(
            ["/run/x/pid /var/run/x/pid x", "/usr/bin/sh /bin/sh x", "/usr/lib/ld.so /lib64/ld.so x", "/usr/lib/libx.so /usr/lib64/libx.so x"],
            result.Relocated.Select(r => $"{r.Path} {r.Shipped} {r.Package}"));
    }

    [Fact]
    public void Merge_PathsThatMeetThroughLinks_AreOnePath()
    {
        var error = Fails(Rpm("filesystem").Link("./usr/lib64", "lib"), Rpm("a").File("./usr/lib64/x", "1"), Rpm("b").File("./usr/lib/x", "2"));
        Assert.Equal(("HULL5101", "/usr/lib/x"), (error.Code.Code, error.Diagnostics[0].Where!.Path));
    }

    [Fact]
    public void Merge_LinksInACircle_ReportHULL1005() =>
        Assert.Equal("HULL1005", Fails(Rpm("a").Link("./usr/a", "b").Link("./usr/b", "a"), Rpm("b").File("./usr/a/x", "")).Code.Code);

    [Fact]
    public void Merge_LinkThatLeavesTheRoot_StaysInside()
    {
        var result = Merge(Rpm("a").Link("./usr/up", "../../../../etc"), Rpm("b").File("./usr/up/x", "1"));
        Assert.Equal("1", result.Tree["/etc/x"].Content!.ToText());
    }

    [Fact]
    public void Merge_OwnerWithoutANumber_ReportsHULL5106()
    {
        var error = Fails(Rpm("a").File("./usr/f", "", user: "nobody-knows"));
        Assert.Equal("HULL5106", error.Code.Code);
        Assert.Contains("user 'nobody-knows'", error.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Conffiles_AreThoseTheHeaderMarks()
    {
        var result = Merge(Rpm("a", "1-1", null, new("/etc/a.conf", RpmFileFlags.Config | RpmFileFlags.NoReplace, 0), new("/etc/ghost", RpmFileFlags.Config | RpmFileFlags.Ghost, 0)).File("./etc/a.conf", "x").File("./etc/b", "y"));
        Assert.Equal(["/etc/a.conf"], result.Conffiles.Select(c => c.Path));
    }

    [Fact]
    public void Facts_JsonAndBack_AreTheSame()
    {
        var facts = new RpmFacts
        {
            Name = "n", Version = "1:2-3", Architecture = "noarch", SourceRpm = "s", License = "MIT", Vendor = "V", BuildSeconds = 5, InstalledSize = 6,
            Obsoletes = [new("o", VersionRelation.LaterOrEqual, "1")], AccountLines = ["u x 1"], Marked = [new("/a", RpmFileFlags.Doc, 2)],
            Scriptlets = [new() { Kind = "postin", Interpreter = ["<lua>", "x"], Body = "b\n\"", Conditions = [new("/p", VersionRelation.Any, "")], Flags = RpmScriptletFlags.Critical, Priority = 7 }],
        };
        var read = RpmFacts.Parse(facts.ToJson(), "n");
        Assert.Equal(Encoding.UTF8.GetString(facts.ToJson()), Encoding.UTF8.GetString(read.ToJson()));
        Assert.Equal((facts.Obsoletes[0], facts.Marked[0], "x", 7u), (read.Obsoletes[0], read.Marked[0], read.Scriptlets[0].Interpreter[1], read.Scriptlets[0].Priority));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"name\": null}")]
    public void Facts_OtherBytes_ReportHULL5105(string text) =>
        Assert.Equal("HULL5105", Assert.Throws<HullException>(() => RpmFacts.Parse(Encoding.UTF8.GetBytes(text), "n")).Code.Code);
}
