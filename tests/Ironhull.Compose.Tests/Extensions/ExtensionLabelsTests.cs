using Ironhull.Compose.Extensions;
using Ironhull.Compose.Selinux;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Extensions;

public class ExtensionLabelsTests
{
    private const string Policy =
        """
        /	-d	system_u:object_r:root_t:s0
        /usr/.*	system_u:object_r:usr_t:s0
        /usr	-d	system_u:object_r:usr_t:s0
        /usr/bin(/.*)?	system_u:object_r:bin_t:s0
        /usr/bin/engine	--	system_u:object_r:engine_exec_t:s0
        /usr/lib(/.*)?	system_u:object_r:lib_t:s0
        /etc(/.*)?	system_u:object_r:etc_t:s0
        /etc/secret	--	system_u:object_r:shadow_t:s0
        """;

    private static readonly FileContexts s_contexts = new([("file_contexts", Policy)]);

    [Fact]
    public void Finish_WhatWasSplitFromALabelledTree_LabelsEveryFolderAndWhatTheBuildAdded()
    {
        var root = new FileTree();
        root.Set("/usr/bin/engine", Inode.File(Content.FromText("engine"), origin: "engine"));
        root.Set("/usr/bin/base", Inode.File(Content.FromText("base"), origin: "base"));
        TreeLabels.Apply(root, s_contexts);
        var extension = ExtensionTree.Split(root, ["engine"], [], [], ExtensionKind.System).Extension;
        new ExtensionRelease { Id = "ironhull" }.Apply(extension, ExtensionKind.System, "runtime");

        var tree = WrittenAndRead(ExtensionImage.Finish(extension, s_contexts, 0));

        Assert.Equal("root_t", TypeOf(tree["/"]));
        Assert.Equal("usr_t", TypeOf(tree["/usr"]));
        Assert.Equal("bin_t", TypeOf(tree["/usr/bin"]));
        Assert.Equal("engine_exec_t", TypeOf(tree["/usr/bin/engine"]));
        Assert.Equal("lib_t", TypeOf(tree["/usr/lib/extension-release.d"]));
        Assert.Equal("lib_t", TypeOf(tree["/usr/lib/extension-release.d/extension-release.runtime"]));
        Assert.All(tree.Entries, e => Assert.NotNull(TreeLabels.Of(e.Value)));
    }

    [Fact]
    public void Finish_AConfigurationExtension_IsLabelledAsEtc()
    {
        var extension = new FileTree();
        extension.Set("/etc/secret", Inode.File(Content.FromText("x")));

        var tree = ExtensionImage.Finish(extension, s_contexts, 0);

        Assert.Equal("etc_t", TypeOf(tree["/etc"]));
        Assert.Equal("shadow_t", TypeOf(tree["/etc/secret"]));
    }

    [Fact]
    public void Finish_WithoutAPolicy_LeavesNoLabel()
    {
        var extension = new FileTree();
        extension.Set("/usr/bin/engine", Inode.File(Content.FromText("x")));

        Assert.All(ExtensionImage.Finish(extension, null, 0).Entries, e => Assert.Null(TreeLabels.Of(e.Value)));
    }

    private static string TypeOf(Inode inode) => TreeLabels.Of(inode)!.Split(':')[2];

    // As a node mounts it.
    private static FileTree WrittenAndRead(FileTree tree)
    {
        var data = new MemoryStream();
        ErofsWriter.Write(tree, data, new() { Uuid = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1b03"), BuildTimeSeconds = 0 });
        data.Position = 0;
        return ErofsImage.Open(data, "extension").ReadTree();
    }
}
