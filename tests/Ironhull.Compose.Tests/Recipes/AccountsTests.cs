using CsCheck;
using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class AccountsTests
{
    private static readonly AccountsTable s_table = new(
        [new("messagebus", 101), new("systemd-network", 998), new("sshd", 102), new("solo", 103)],
        [new("render", 104), new("_ssh", 105)]);

    private static FileTree Masters(params (string Path, string Text)[] more) => Trees.Of(
        [
            ("/usr/share/base-passwd/passwd.master", "root:*:0:0:root:/root:/bin/bash\nnobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"),
            ("/usr/share/base-passwd/group.master", "root:*:0:\nshadow:*:42:\nnogroup:*:65534:\n"),
            .. more,
        ]);

    [Fact]
    public void Write_MastersSysusersAndRecipe_GivesLockedAccountFiles()
    {
        var tree = Masters(("/usr/lib/sysusers.d/a.conf", """
            # comment
            g render -
            u messagebus - "System Message Bus" /nonexistent
            u! systemd-network - "systemd Network Management"
            u sshd -:nogroup "sshd user" /run/sshd
            m messagebus render
            """));
        var recipe = RecipeReader.Parse("package: openssh-client\naccounts:\n  groups:\n    - name: _ssh\n", "r.yaml");

        var accounts = Accounts.Collect(tree, [recipe], s_table);
        var result = Accounts.Write(tree, accounts, []);

        Assert.Equal(
            """
            root:x:0:0:root:/root:/bin/bash
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            messagebus:x:101:101:System Message Bus:/nonexistent:/usr/sbin/nologin
            sshd:x:102:65534:sshd user:/run/sshd:/usr/sbin/nologin
            systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin

            """,
            Trees.TextOf(result, "/etc/passwd"));
        Assert.Equal(
            "root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n_ssh:x:105:\nrender:x:104:messagebus\nmessagebus:x:101:\nsystemd-network:x:998:\n",
            Trees.TextOf(result, "/etc/group"));
        Assert.StartsWith("root:!*:20089:0:99999:7:::\n", Trees.TextOf(result, "/etc/shadow"), StringComparison.Ordinal);
        Assert.Contains("systemd-network:!*:20089:0:99999:7::1:\n", Trees.TextOf(result, "/etc/shadow"), StringComparison.Ordinal);
        Assert.Contains("render:!*::messagebus\n", Trees.TextOf(result, "/etc/gshadow"), StringComparison.Ordinal);
        Assert.Equal(("640", 42u), (Convert.ToString(result["/etc/shadow"].Mode, 8), result["/etc/shadow"].Gid));
        Assert.Equal("", Trees.TextOf(result, "/etc/subuid"));
        Assert.False(tree.Contains("/etc/passwd"));
    }

    [Fact]
    public void Collect_FilesInAnotherOrder_GivesTheSameAccounts()
    {
        var one = Masters(("/usr/lib/sysusers.d/a.conf", "u messagebus -\n"), ("/usr/lib/sysusers.d/b.conf", "u solo -\n"));
        var other = Masters(("/usr/lib/sysusers.d/z.conf", "u messagebus -\n"), ("/usr/lib/sysusers.d/b.conf", "u solo -\n"));

        Assert.Equal(Passwd(one), Passwd(other));

        static string Passwd(FileTree tree) => Trees.TextOf(Accounts.Write(tree, Accounts.Collect(tree, [], s_table), []), "/etc/passwd");
    }

    [Fact]
    public void Collect_AccountsWithoutNumber_ReportsAllOfThemAsHULL5203()
    {
        var tree = Masters(("/usr/lib/sysusers.d/a.conf", "u one -\ng two -\n"));
        var error = Assert.Throws<HullException>(() => Accounts.Collect(tree, [], s_table));
        Assert.Equal(["HULL5203", "HULL5203"], error.Diagnostics.Select(d => d.Code.Code));
        Assert.Equal("/usr/lib/sysusers.d/a.conf:2:1", error.Diagnostics[0].Where!.ToString());
    }

    [Fact]
    public void Collect_SameNumberTwice_ReportsHULL5204()
    {
        var tree = Masters(("/usr/lib/sysusers.d/a.conf", "g one 42\n"));
        Assert.Equal("HULL5204", Assert.Throws<HullException>(() => Accounts.Collect(tree, [], s_table)).Code.Code);
    }

    [Fact]
    public void Collect_FileInEtc_HidesThePackagesFile()
    {
        var tree = Masters(("/usr/lib/sysusers.d/a.conf", "u unknown -\n"), ("/etc/sysusers.d/a.conf", "u solo -\n"));
        Assert.True(Accounts.Collect(tree, [], s_table).HasUser("solo"));
    }

    [Fact]
    public void Collect_WithoutMasters_ReportsHULL5202() =>
        Assert.Equal("HULL5202", Assert.Throws<HullException>(() => Accounts.Collect(new FileTree(), [], s_table)).Code.Code);

    [Fact]
    public void Write_Shells_ListsExistingShellsWithTheirRealPaths()
    {
        var tree = Masters(
            ("/bin", "-> usr/bin"), ("/usr/bin/sh", "x"), ("/usr/bin/bash", "x"),
            ("/usr/share/debianutils/shells", "# header\n/bin/sh\n"), ("/usr/share/debianutils/shells.d/bash", "/bin/bash\n/bin/zsh\n"));
        var result = Accounts.Write(tree, Accounts.Collect(tree, [], s_table), []);
        Assert.Equal("# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n", Trees.TextOf(result, "/etc/shells"));
    }

    [Theory]
    [InlineData("x name -")]
    [InlineData("u")]
    [InlineData("u na:me -")]
    [InlineData("u name 4294967295")]
    [InlineData("u name /usr/bin/x")]
    [InlineData("u name - \"open")]
    [InlineData("u name - \"a:b\"")]
    [InlineData("m name")]
    [InlineData("u name 1: c")]
    public void ParseSysusers_BadLine_ReportsHULL5205(string line) =>
        Assert.Equal("HULL5205", Assert.Throws<HullException>(() => SysusersFile.Parse(line, "x.conf")).Code.Code);

    [Fact]
    public void ParseSysusers_AnyText_NeverThrowsAnythingElse() =>
        Gen.String[Gen.Char["ugmr!-:%/\"'\\ \n#0129abc_"], 0, 60].Sample(text =>
        {
            try
            {
                SysusersFile.Parse(text, "x.conf");
            }
            catch (HullException)
            {
            }
        });

    [Fact]
    public void Collect_ComparedWithSystemdSysusers_GivesTheSameNamesAndFields()
    {
        // Oracle: systemd-sysusers --root on a tree where the declared numbers are written out.
        const string lines = "g render 104 -\nu messagebus 101 \"System Message Bus\" /nonexistent\nu sshd 102:65534 \"sshd user\" /run/sshd\nm messagebus render\n";
        var tree = Masters(("/usr/lib/sysusers.d/a.conf", lines));
        var ours = Accounts.Write(tree, Accounts.Collect(tree, [], AccountsTable.Empty), []);
        using var folder = new TemporaryFolder();
        Trees.WriteTo(tree, folder.Path);
        Directory.CreateDirectory(folder.Path + "/etc");
        File.WriteAllText(folder.Path + "/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
        File.WriteAllText(folder.Path + "/etc/group", "root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n");
        Trees.Run("systemd-sysusers", "--root=" + folder.Path);
        foreach (var file in (string[])["passwd", "group"])
        {
            Assert.Equal(Sorted(File.ReadAllText($"{folder.Path}/etc/{file}")), Sorted(Trees.TextOf(ours, "/etc/" + file)));
        }

        static IEnumerable<string> Sorted(string text) => text.Split('\n').Order(StringComparer.Ordinal);
    }
}
