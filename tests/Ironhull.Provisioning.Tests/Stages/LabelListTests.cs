using Ironhull.Provisioning.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Stages;

public sealed class LabelListTests
{
    [Fact]
    public void Write_PathsOfTwoFolders_ListsEachFolderOnce()
    {
        using var folder = new TempFolder();
        LabelList.Write(new NodePaths(folder.Root), ["/home/core/.ssh/keys", "/home/core", "/etc/a b"]);
        Assert.Equal(
            "z \"/etc\" - - - - -\nz \"/etc/a b\" - - - - -\nz \"/home\" - - - - -\nz \"/home/core\" - - - - -\nz \"/home/core/.ssh\" - - - - -\nz \"/home/core/.ssh/keys\" - - - - -\n",
            File.ReadAllText(folder["run/tmpfiles.d/ironhull-provisioned.conf"]));
    }

    /// <summary>They have the labels of those whose place they took; who lists labels may not touch them.</summary>
    [Fact]
    public void Write_ShadowFiles_AreLeft()
    {
        using var folder = new TempFolder();
        LabelList.Write(new NodePaths(folder.Root), ["/etc/passwd", "/etc/shadow", "/etc/gshadow"]);
        Assert.Equal("z \"/etc\" - - - - -\nz \"/etc/passwd\" - - - - -\n", File.ReadAllText(folder["run/tmpfiles.d/ironhull-provisioned.conf"]));
    }

    [Theory]
    [InlineData("/a%b", "\"/a%%b\"")]
    [InlineData("/a*[x]?", "\"/a\\\\*\\\\[x\\\\]\\\\?\"")]
    [InlineData("/a\\b", "\"/a\\\\\\\\b\"")]
    [InlineData("/a\"\n", "\"/a\\\"\\n\"")]
    public void Escape_WhatTmpfilesReadsOtherwise_IsEscaped(string path, string word) => Assert.Equal(word, LabelList.Escape(path));
}
