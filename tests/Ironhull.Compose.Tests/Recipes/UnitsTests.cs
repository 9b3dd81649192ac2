using CsCheck;
using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class UnitsTests
{
    private const string S = "/usr/lib/systemd/system/";

    private static FileTree Sample() => Trees.Of(
        (S + "a.service", "[Unit]\nDescription=a\n[Install]\nWantedBy=multi-user.target\nAlias=alias-of-a.service\nAlso=a.socket\n"),
        (S + "a.socket", "[Install]\nWantedBy=sockets.target\n"),
        (S + "b.service", "[Install]\n# comment\nRequiredBy=one.target \\\n  two.target\nWantedBy=x.target\nWantedBy=\nWantedBy=y.target\n"),
        (S + "static.service", "[Service]\nExecStart=/bin/true\n"),
        (S + "getty@.service", "[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n"),
        (S + "inst@.service", "[Install]\nWantedBy=multi-user.target\n"),
        (S + "off.service", "[Install]\nWantedBy=multi-user.target\n"),
        (S + "other.service", "-> a.service"),
        (S + "dropped.service", "[Unit]\n"),
        (S + "dropped.service.d/10.conf", "[Install]\nUpheldBy=y.target\n"));

    private static UnitResult Apply(FileTree tree, string preset, params string[] masks) =>
        Units.Apply(tree, UnitPreset.Parse(preset, "p.preset"), masks);

    [Fact]
    public void Apply_DefaultDenyPreset_MakesTheInstallLinksBelowUsr()
    {
        var result = Apply(Sample(), "enable a.service\nenable b.service\nenable getty@.service\nenable inst@.service one two\nenable dropped.*\ndisable *\n");
        Assert.Equal(
            [
                (S + "alias-of-a.service", "a.service"),
                (S + "getty.target.wants/getty@tty1.service", "../getty@.service"),
                (S + "multi-user.target.wants/a.service", "../a.service"),
                (S + "multi-user.target.wants/inst@one.service", "../inst@.service"),
                (S + "multi-user.target.wants/inst@two.service", "../inst@.service"),
                (S + "one.target.requires/b.service", "../b.service"),
                (S + "sockets.target.wants/a.socket", "../a.socket"),
                (S + "two.target.requires/b.service", "../b.service"),
                (S + "y.target.upholds/dropped.service", "../dropped.service"),
                (S + "y.target.wants/b.service", "../b.service"),
            ],
            result.Links.Select(l => (l.Key, l.Value)));
        Assert.All(result.Links, l => Assert.Equal(l.Value, result.Tree[l.Key].LinkTarget));
        Assert.DoesNotContain("off.service", result.Enabled);
    }

    [Fact]
    public void Apply_SamePresetInSystemctl_MakesTheSameLinks()
    {
        // systemctl 252 does not know UpheldBy.
        const string preset = "enable a.service\nenable b.service\nenable getty@.service\nenable inst@.service one two\ndisable *\n";
        var ours = Apply(Sample(), preset);
        using var folder = new TemporaryFolder();
        var tree = Sample();
        tree.Set("/usr/lib/systemd/system-preset/00-test.preset", Inode.File(Content.FromText(preset)));
        Trees.WriteTo(tree, folder.Path);
        Trees.Run("systemctl", "--root=" + folder.Path, "preset-all");
        var etc = folder.Path + "/etc/systemd/system/";
        var theirs = Directory.GetFiles(etc, "*", SearchOption.AllDirectories)
            .Select(f => (Path: S + f[etc.Length..], Unit: Path.GetFileName(new FileInfo(f).LinkTarget!)))
            .Order();
        Assert.Equal(theirs, ours.Links.Select(l => (l.Key, Path.GetFileName(l.Value)!)).Order());
    }

    [Fact]
    public void Apply_Mask_ReplacesTheUnitAndLeavesItOff()
    {
        var result = Apply(Sample(), "enable o*\ndisable *\n", "off.service", "unknown.service");
        Assert.Equal("/dev/null", result.Tree[S + "off.service"].LinkTarget);
        Assert.Equal("/dev/null", result.Tree[S + "unknown.service"].LinkTarget);
        Assert.Empty(result.Links);
    }

    [Fact]
    public void Apply_NamedInstance_EnablesThatInstance() =>
        Assert.Equal(
            [S + "multi-user.target.wants/inst@x.service"],
            Apply(Sample(), "enable inst@x.service\ndisable *\n").Links.Select(l => l.Key));

    [Theory]
    [InlineData("enable missing.service")]
    [InlineData("enable static.service")]
    [InlineData("enable other.service")]
    [InlineData("enable inst@.service")]
    [InlineData("enable nonsense")]
    public void Apply_NamedUnitThatCannotBeEnabled_ReportsHULL5208(string rule) =>
        Assert.Equal("HULL5208", Assert.Throws<HullException>(() => Apply(Sample(), rule + "\ndisable *\n")).Code.Code);

    [Fact]
    public void Apply_AliasOfARealFile_ReportsHULL5208()
    {
        var tree = Sample();
        tree.Set(S + "alias-of-a.service", Inode.File(Content.Empty));
        Assert.Equal("HULL5208", Assert.Throws<HullException>(() => Apply(tree, "enable a.service\ndisable *\n")).Code.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("enable a.service")]
    [InlineData("permit a.service\ndisable *")]
    [InlineData("enable\ndisable *")]
    [InlineData("enable a.service b\ndisable *")]
    [InlineData("enable [ab].service\ndisable *")]
    public void ParsePreset_BadFile_ReportsHULL5208(string text) =>
        Assert.Equal("HULL5208", Assert.Throws<HullException>(() => UnitPreset.Parse(text, "p")).Code.Code);

    [Fact]
    public void Apply_AnyInstallSection_NeverThrowsAnythingElse() =>
        Gen.String[Gen.Char["WantedBy=Alsoi@%.service\n[Install] \\"], 0, 80].Sample(text =>
        {
            try
            {
                Apply(Trees.Of((S + "a.service", "[Install]\n" + text), (S + "b@.service", "[Install]\nWantedBy=" + text)), "enable *\ndisable *\n");
            }
            catch (HullException)
            {
            }
        });
}
