using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class PamTests
{
    private const string Template = """
        # head
        # here are the per-package modules (the "Primary" block)
        $x_primary
        # here's the fallback if no module succeeds
        auth	requisite			pam_deny.so
        # and here are more per-package modules (the "Additional" block)
        $x_additional
        # end of pam-auth-update config

        """;

    private const string Unix = "Name: Unix authentication\nDefault: yes\nPriority: 256\nAuth-Type: Primary\nAuth:\n\t[success=end default=ignore]\tpam_unix.so nullok try_first_pass\nAuth-Initial:\n\t[success=end default=ignore]\tpam_unix.so nullok\n";
    private const string Other = "Name: Other\nDefault: yes\nPriority: 300\nAuth-Type: Primary\nAuth:\n\t[success=end default=ignore]\tpam_other.so   a  b\n\t[success=end default=ignore]\tpam_second.so\n";
    private const string Extra = "Name: Extra\nDefault: yes\nPriority: 0\nAuth-Type: Additional\nAuth:\n\t[success=end]\tpam_extra.so\n\toptional\tpam_last.so\n";
    private const string Off = "Name: Off\nDefault: no\nPriority: 900\nAuth-Type: Primary\nAuth:\n\trequired pam_off.so\n";

    [Fact]
    public void Apply_HostsTemplatesAndProfiles_GivesWhatPamAuthUpdateMade()
    {
        // Oracle: the host's own /etc/pam.d/common-*, made by pam-auth-update when its packages were installed.
        var tree = new FileTree();
        foreach (var file in Directory.GetFiles("/usr/share/pam").Concat(Directory.GetFiles("/usr/share/pam-configs")))
        {
            tree.Set(file, Inode.File(Content.FromBytes(File.ReadAllBytes(file))));
        }

        var result = Pam.Apply(tree);
        foreach (var stack in (string[])["auth", "account", "password", "session", "session-noninteractive"])
        {
            Assert.Equal(File.ReadAllText("/etc/pam.d/common-" + stack), Trees.TextOf(result, "/etc/pam.d/common-" + stack));
        }
    }

    [Fact]
    public void Apply_SeveralProfiles_OrdersByPriorityAndCountsTheJumps()
    {
        var stacks = (string[])["auth", "account", "password", "session", "session-noninteractive"];
        var tree = Trees.Of(
            [
                .. stacks.Select(s => ("/usr/share/pam/common-" + s, Template)),
                ("/usr/share/pam-configs/unix", Unix), ("/usr/share/pam-configs/other", Other), ("/usr/share/pam-configs/extra", Extra), ("/usr/share/pam-configs/off", Off),
            ]);
        var result = Pam.Apply(tree);
        Assert.Equal(
            "# head\n# here are the per-package modules (the \"Primary\" block)\n" +
            "auth\t[success=3 default=ignore]\tpam_other.so a b\nauth\t[success=2 default=ignore]\tpam_second.so \nauth\t[success=1 default=ignore]\tpam_unix.so nullok try_first_pass\n" +
            "# here's the fallback if no module succeeds\nauth\trequisite\t\t\tpam_deny.so\n# and here are more per-package modules (the \"Additional\" block)\n" +
            "auth\t[success=1]\tpam_extra.so \nauth\toptional\tpam_last.so \n# end of pam-auth-update config\n",
            Trees.TextOf(result, "/etc/pam.d/common-auth"));
        Assert.Contains("account\t[default=1]\t\t\tpam_permit.so\n", Trees.TextOf(result, "/etc/pam.d/common-account"), StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_ConflictingProfiles_ReportsHULL5209()
    {
        var tree = Trees.Of(("/usr/share/pam/common-auth", Template), ("/usr/share/pam-configs/unix", Unix), ("/usr/share/pam-configs/other", Other + "Conflicts: unix\n"));
        Assert.Equal("HULL5209", Assert.Throws<HullException>(() => Pam.Apply(tree)).Code.Code);
    }

    [Theory]
    [InlineData("\tline without field\n")]
    [InlineData("Priority: high\n")]
    public void Parse_BadProfile_ReportsHULL5209(string text) =>
        Assert.Equal("HULL5209", Assert.Throws<HullException>(() => PamProfile.Parse(text, "x", "x")).Code.Code);

    [Fact]
    public void Apply_TreeWithoutPam_StaysAsItIs() => Assert.Equal(1, Pam.Apply(new FileTree()).Count);
}
