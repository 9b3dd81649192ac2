using CsCheck;
using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class FileActionsTests
{
    private static FileTree Apply(FileTree tree, string files) =>
        FileActions.Apply(tree, RecipeReader.Parse("package: x\nfiles:\n" + files, "x.yaml").Files, AccountDatabase.RootOnly(), "recipe:x");

    [Fact]
    public void Apply_EveryKindOfAction_ChangesACopyOfTheTree()
    {
        var tree = Trees.Of(("/usr/share/t", "template\n"), ("/usr/bin/p", "x"), ("/a/1.txt", ""), ("/a/b/2.txt", ""), ("/a/3.md", ""), ("/etc/n", "passwd: files\n"));
        var result = Apply(tree, """
              - copy: /usr/share/t
                to: /etc/t
                mode: "0600"
              - write: /etc/w
                text: |
                  line
              - append: /etc/t
                text: more
              - replace: /etc/n
                find: "passwd: files"
                with: "passwd: files systemd"
              - link: /etc/l
                target: ../proc/x
              - directory: /etc/d
                mode: "0700"
              - attributes: /usr/bin/*
                mode: "2755"
                owner: root
                group: root
                capabilities: cap_net_raw+ep
                xattrs:
                  user.note: text
              - remove: /a/**/*.txt
              - truncate: /usr/share/t

            """);
        Assert.Equal("template\nmore", Trees.TextOf(result, "/etc/t"));
        Assert.Equal("600", Convert.ToString(result["/etc/t"].Mode, 8));
        Assert.Equal("line\n", Trees.TextOf(result, "/etc/w"));
        Assert.Equal("passwd: files systemd\n", Trees.TextOf(result, "/etc/n"));
        Assert.Equal("../proc/x", result["/etc/l"].LinkTarget);
        Assert.Equal("700", Convert.ToString(result["/etc/d"].Mode, 8));
        Assert.Equal("2755", Convert.ToString(result["/usr/bin/p"].Mode, 8));
        Assert.Equal(["security.capability", "user.note"], result["/usr/bin/p"].Xattrs.Select(x => x.Key));
        Assert.Equal("0100000200200000000000000000000000000000", Convert.ToHexStringLower(result["/usr/bin/p"].Xattrs[0].Value));
        Assert.False(result.Contains("/a/1.txt") || result.Contains("/a/b/2.txt"));
        Assert.True(result.Contains("/a/3.md"));
        Assert.Equal("", Trees.TextOf(result, "/usr/share/t"));
        Assert.Equal("recipe:x", result["/etc/w"].Origin);
        Assert.Equal("template\n", Trees.TextOf(tree, "/usr/share/t"));
    }

    [Fact]
    public void Apply_ActionsThatHitNothing_ReportsEachAsHULL5202WithItsPlace()
    {
        var error = Assert.Throws<HullException>(() => Apply(Trees.Of(("/f", "text")), """
              - copy: /no
                to: /b
              - append: /no
                text: x
              - replace: /f
                find: absent
              - attributes: /no*
                mode: "0755"
              - remove: /no
              - truncate: /no

            """));
        Assert.Equal(Enumerable.Repeat("HULL5202", 6), error.Diagnostics.Select(d => d.Code.Code));
        Assert.Equal([3, 5, 7, 9, 11, 12], error.Diagnostics.Select(d => d.Where!.Line));
    }

    [Fact]
    public void Apply_UnknownOwner_ReportsHULL5206() =>
        Assert.Equal("HULL5206", Assert.Throws<HullException>(() => Apply(new FileTree(), "  - directory: /d\n    owner: stranger\n")).Code.Code);

    [Fact]
    public void Parse_RecipeWithManyErrors_ReportsAllWithTheirPlaces()
    {
        var error = Assert.Throws<HullException>(() => RecipeReader.Parse("""
            package: x
            scrpts: []
            scripts:
              - script: postinstall
                sha256: 12
                why: because
            files:
              - copy: relative
                to: /x
              - mode: "0644"
              - write: /a
                link: /b
                text: t
                target: t
              - attributes: /x
                mode: "999"
            """, "images/x.yaml"));
        Assert.True(error.Diagnostics.Count >= 7, error.Message);
        Assert.All(error.Diagnostics, d => Assert.True(d.Where is { Path: "images/x.yaml", Line: > 0, Column: > 0 }));
    }

    [Theory]
    [InlineData("/a/*.txt", "/a/b.txt", true)]
    [InlineData("/a/*.txt", "/a/c/b.txt", false)]
    [InlineData("/a/**/b", "/a/b", true)]
    [InlineData("/a/**/b", "/a/x/y/b", true)]
    [InlineData("/a/**", "/a", true)]
    [InlineData("/a/?", "/a/bb", false)]
    [InlineData("/a*b*c/d", "/axxbyyc/d", true)]
    public void Matches_Pattern_FollowsTheRules(string pattern, string path, bool expected) =>
        Assert.Equal(expected, new PathPattern(pattern).Matches(path));

    [Fact]
    public void Encode_AnyCapabilityText_NeverThrowsAnythingElse() =>
        Gen.String[Gen.Char["cap_nerw,+=eipx"], 0, 30].Sample(text =>
        {
            try
            {
                Assert.Equal(20, FileCapabilities.Encode(text, null).Length);
            }
            catch (HullException)
            {
            }
        });

    [Fact]
    public void Parse_MutatedRecipe_NeverThrowsAnythingElse()
    {
        const string good = "package: x\nshells: [/bin/sh]\nfiles:\n  - copy: /a\n    to: /b\n    mode: \"0644\"\nalternatives:\n  - name: a\n    link: /b\n    target: /c\n";
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Char["-: \n[]{}\"0ax/"]).Sample((at, c) =>
        {
            try
            {
                RecipeReader.Parse(good[..at] + c + good[(at + 1)..], "x.yaml");
            }
            catch (HullException)
            {
            }
        });
    }
}
