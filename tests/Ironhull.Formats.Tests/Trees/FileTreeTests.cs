using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Trees;

public sealed class FileTreeTests
{
    [Fact]
    public void Set_MissingParents_MakesThemAsDirectories()
    {
        var tree = new FileTree();
        tree.Set("/usr/bin/env", Inode.File(Content.FromText("x")));
        Assert.Equal(["/", "/usr", "/usr/bin", "/usr/bin/env"], tree.Entries.Select(e => e.Key));
    }

    [Theory]
    [InlineData("usr")]
    [InlineData("/usr/")]
    [InlineData("/usr/../etc")]
    [InlineData("/usr/./x")]
    [InlineData("//usr")]
    [InlineData("")]
    public void Set_PathNotNormal_ReportsHULL1005(string path)
    {
        var error = Assert.Throws<HullException>(() => new FileTree().Set(path, Inode.Directory()));
        Assert.Equal("HULL1005", error.Code.Code);
    }

    [Fact]
    public void Set_BelowAFile_ReportsHULL1005()
    {
        var tree = new FileTree();
        tree.Set("/a", Inode.File(Content.Empty));
        Assert.Equal("HULL1005", Assert.Throws<HullException>(() => tree.Set("/a/b", Inode.Directory())).Code.Code);
    }

    [Fact]
    public void Subtree_NamesThatShareAPrefix_AreNotBelow()
    {
        var tree = new FileTree();
        tree.Set("/usr-x", Inode.Directory());
        tree.Set("/usr/a/b", Inode.Directory());
        tree.Set("/usr0", Inode.Directory());
        Assert.Equal(["/usr", "/usr/a", "/usr/a/b"], tree.Subtree("/usr").Select(e => e.Key));
        Assert.Equal(["/usr", "/usr-x", "/usr0"], tree.Children("/").Select(e => e.Key));
        Assert.Equal(3, tree.Remove("/usr"));
        Assert.Equal(["/", "/usr-x", "/usr0"], tree.Entries.Select(e => e.Key));
    }

    [Fact]
    public void Update_OneOfTwoHardLinks_ChangesBoth()
    {
        var tree = new FileTree();
        var inode = Inode.File(Content.FromText("x"));
        tree.Set("/a", inode);
        tree.Set("/b", inode);
        tree.Update("/a", i => i.With(mode: 0x1FF));
        Assert.Same(tree["/a"], tree["/b"]);
        tree.Transform((_, i) => i.With(modifiedSeconds: 7));
        Assert.Same(tree["/a"], tree["/b"]);
        Assert.Equal((0x1FF, 7L), (tree["/b"].Mode, tree["/b"].ModifiedSeconds));
    }

    [Fact]
    public void Resolve_LinksInTheMiddleAndAboveTheRoot_StayInTheTree()
    {
        var tree = new FileTree();
        tree.Set("/usr/lib/x", Inode.File(Content.Empty));
        tree.Set("/lib", Inode.SymbolicLink("../../usr/lib"));
        tree.Set("/loop", Inode.SymbolicLink("loop"));
        Assert.Equal("/usr/lib/x", tree.Resolve("/lib/./x"));
        Assert.Null(tree.Resolve("/lib/y"));
        Assert.Null(tree.Resolve("/loop"));
    }
}
