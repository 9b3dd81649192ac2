using Ironhull.Compose.Merge;
using Ironhull.Compose.Tests.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Merge;

public sealed class PackageMergerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private MergeResult Merge(params FakePackage[] packages) =>
        PackageMerger.Merge(FakePackage.Unpack(_folder, packages));

    private HullException Refused(params FakePackage[] packages) => Assert.Throws<HullException>(() => Merge(packages));

    private static FakePackage Package(string name, string version = "1", string replaces = "") => new() { Name = name, Version = version, Replaces = replaces };

    [Fact]
    public void Merge_FilesOfTwoPackages_AreInOneTreeWithTheirOrigins()
    {
        var tree = Merge(Package("a").Directory("./usr").File("./usr/a", "1"), Package("b").Directory("./usr").File("./usr/b", "2", 0x1ED)).Tree;
        Assert.Equal(("a", "b"), (tree["/usr/a"].Origin, tree["/usr/b"].Origin));
        Assert.Equal(("2", 0x1ED, 1_700_000_000L), (tree["/usr/b"].Content!.ToText(), tree["/usr/b"].Mode, tree["/usr/b"].ModifiedSeconds));
    }

    [Fact]
    public void Merge_HardLinks_ShareOneInode()
    {
        var tree = Merge(Package("a").File("./usr/bin/x", "1").HardLink("./usr/bin/a", "./usr/bin/x").HardLink("./usr/bin/z", "./usr/bin/a")).Tree;
        Assert.Same(tree["/usr/bin/x"], tree["/usr/bin/a"]);
        Assert.Same(tree["/usr/bin/x"], tree["/usr/bin/z"]);
    }

    [Fact]
    public void Merge_OldTopLevelFolders_MoveBelowUsrAndLinksAreMade()
    {
        var tree = Merge(Package("base-files").Link("./bin", "usr/bin").Link("./lib64", "usr/lib64"), Package("old").Directory("./lib").File("./lib/x.so", "1").File("./sbin/y", "2").File("./libexec", "3")).Tree;
        Assert.Equal("1", tree["/usr/lib/x.so"].Content!.ToText());
        Assert.Equal("/usr/sbin/y", tree.Resolve("/sbin/y"));
        Assert.True(tree.Contains("/libexec"));
        foreach (var name in new[] { "bin", "lib", "lib64", "sbin" })
        {
            Assert.Equal("usr/" + name, tree["/" + name].LinkTarget);
            Assert.Equal(InodeType.Directory, tree["/usr/" + name].Type);
        }
    }

    [Fact]
    public void Merge_SamePathThroughOldAndNewFolder_IsAConflict() =>
        Assert.Equal("HULL5101", Refused(Package("a").File("./lib/x", "1"), Package("b").File("./usr/lib/x", "2")).Code.Code);

    [Fact]
    public void Merge_SeveralConflicts_AreReportedTogetherWithBothOwners()
    {
        var error = Refused(
            Package("a", "1.5").File("./usr/x", "1").File("./usr/y", "1").Directory("./usr/z"),
            Package("b", "2.5").File("./usr/x", "2").Link("./usr/y", "x").File("./usr/z", ""));
        Assert.Equal(3, error.Diagnostics.Count);
        Assert.All(error.Diagnostics, d => Assert.Equal("HULL5101", d.Code.Code));
        Assert.All(error.Diagnostics, d => Assert.True(d.Message.Contains("a 1.5", StringComparison.Ordinal) && d.Message.Contains("b 2.5", StringComparison.Ordinal), d.Message));
        Assert.Equal(["/usr/x", "/usr/y", "/usr/z"], error.Diagnostics.Select(d => d.Where!.Path));
    }

    [Fact]
    public void Merge_FilesThatAreAlike_AreNoConflict()
    {
        var result = Merge(Package("a").File("./usr/x", "1"), Package("b").File("./usr/x", "1"));
        Assert.Equal(new OverwrittenPath("/usr/x", "a", "b", Identical: true), Assert.Single(result.Overwritten));
        Assert.Equal("a", result.Tree["/usr/x"].Origin);
    }

    [Fact]
    public void Merge_SameContentWithAnotherMode_IsAConflict() => Assert.Equal("HULL5101", Refused(Package("a").File("./usr/x", "1"), Package("b").File("./usr/x", "1", 0x1ED)).Code.Code);

    [Theory]
    [InlineData("a", true)]
    [InlineData("a (<< 2)", true)]
    [InlineData("other, a (= 1)", true)]
    [InlineData("a (<= 1)", true)]
    [InlineData("a (>= 1)", true)]
    [InlineData("a (<< 1)", false)]
    [InlineData("a (>> 1)", false)]
    [InlineData("c", false)]
    public void Merge_Replaces_AllowsOverwritingInTheNamedVersions(string replaces, bool allowed)
    {
        foreach (var order in new[] { 0, 1 })
        {
            var (a, b) = (Package("a").File("./usr/x", "old"), Package("b", "9", replaces).File("./usr/x", "new"));
            FakePackage[] packages = order == 0 ? [a, b] : [b, a];
            if (allowed)
            {
                var result = Merge(packages);
                Assert.Equal("new", result.Tree["/usr/x"].Content!.ToText());
                Assert.Equal(new OverwrittenPath("/usr/x", "b", "a", Identical: false), Assert.Single(result.Overwritten));
            }
            else
            {
                Assert.Equal("HULL5101", Refused(packages).Code.Code);
            }
        }
    }

    [Fact]
    public void Merge_PathThroughAnotherPackagesLink_IsAConflictOfBoth()
    {
        var error = Refused(Package("a").Link("./usr/share/x", "/etc"), Package("b").File("./usr/share/x/file", "1"));
        Assert.Equal("HULL5101", error.Code.Code);
        Assert.Contains("b 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("a 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_DirectoriesThatDiffer_TakeBaseFilesAndReportTheOther()
    {
        var result = Merge(Package("a").Directory("./var/tmp", 0x1ED), Package("base-files").Directory("./var/tmp", 0x3FF));
        Assert.Equal(0x3FF, result.Tree["/var/tmp"].Mode);
        var difference = Assert.Single(result.DirectoryDifferences);
        Assert.Equal(("/var/tmp", "base-files", "a"), (difference.Path, difference.Winner, difference.Other));
        Assert.Equal("1777 root:root, not 0755 root:root", difference.What);
    }

    [Fact]
    public void Merge_OwnersByName_GetTheNumbersOfBasePasswd()
    {
        var masters = Package("base-passwd").File("./usr/share/base-passwd/passwd.master", "root:*:0:0:root:/root:/bin/bash\nman:*:6:12:man::\n").File("./usr/share/base-passwd/group.master", "root:*:0:\nshadow:*:42:\n");
        var tree = Merge(
            masters,
            Package("a").File("./usr/x", "1", 0x5ED, uid: 1000, gid: 1000, user: "man", group: "shadow").File("./usr/y", "1", uid: 0, gid: 50, user: "", group: "staff-that-nobody-knows")).Tree;
        Assert.Equal((6u, 42u), (tree["/usr/x"].Uid, tree["/usr/x"].Gid));
        Assert.Equal((0u, 50u), (tree["/usr/y"].Uid, tree["/usr/y"].Gid));
    }

    [Fact]
    public void Merge_OwnerWithoutAFixedNumber_ReportsHULL5106()
    {
        var error = Refused(Package("a").File("./usr/x", "1", uid: 998, user: "_daemon").File("./usr/y", "1", gid: 997, group: "_daemon"));
        Assert.Equal(["HULL5106", "HULL5106"], error.Diagnostics.Select(d => d.Code.Code));
        Assert.Contains("user '_daemon' (998)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_Conffiles_CarryTheirPackageAndMd5()
    {
        var result = Merge(Package("a").File("./etc/a.conf", "hello").Member("conffiles", "/etc/a.conf\nremove-on-upgrade /etc/old\n/etc/not-there\n"));
        Assert.Equal(new Conffile("/etc/a.conf", "a", "5d41402abc4b2a76b9719d911017c592"), Assert.Single(result.Conffiles));
    }

    [Fact]
    public void Merge_TwoStores_GiveTheSameTree()
    {
        var packages = Enumerable.Range(0, 12).Select(i => Package($"p{i}").Directory("./usr/share").File($"./usr/share/f{i}", new string((char)('a' + i), i * 999)).HardLink($"./usr/share/h{i}", $"./usr/share/f{i}")).ToArray();
        using var other = new TemporaryFolder();
        var first = PackageMerger.Merge(FakePackage.Unpack(_folder, packages)).Tree;
        var second = PackageMerger.Merge([.. FakePackage.Unpack(other, [.. packages.Reverse()]).Reverse()]).Tree;
        Assert.Equal(first.Entries.Select(Describe), second.Entries.Select(Describe));

        static string Describe(KeyValuePair<string, Inode> e) => $"{e.Key} {e.Value.Type} {e.Value.Mode} {e.Value.Content?.Sha256} {e.Value.Origin}";
    }
}
