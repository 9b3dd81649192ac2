using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class AlternativesTests
{
    private static Alternative Candidate(string name, string link, string target, int priority, params AlternativeFollower[] followers) =>
        new(name, link, target, priority, followers, "recipe:x", new Location("x.yaml", 1, 1));

    [Fact]
    public void Apply_SeveralCandidates_LinksTheHighestPriorityDirectly()
    {
        var tree = Trees.Of(("/usr/sbin/iptables-nft", "n"), ("/usr/sbin/iptables-legacy", "l"), ("/usr/sbin/iptables-nft-save", "s"));
        var result = Alternatives.Apply(tree,
        [
            Candidate("iptables", "/usr/sbin/iptables", "/usr/sbin/iptables-legacy", 10),
            Candidate("iptables", "/usr/sbin/iptables", "/usr/sbin/iptables-nft", 20,
                new("/usr/sbin/iptables-save", "/usr/sbin/iptables-nft-save"), new("/usr/sbin/none", "/usr/sbin/missing")),
        ]);
        Assert.Equal("iptables-nft", result["/usr/sbin/iptables"].LinkTarget);
        Assert.Equal("iptables-nft-save", result["/usr/sbin/iptables-save"].LinkTarget);
        Assert.False(result.Contains("/usr/sbin/none"));
        Assert.False(result.Contains("/etc/alternatives"));
    }

    [Fact]
    public void Apply_PathsThroughMergedUsr_LinksAtTheRealPlace()
    {
        var tree = Trees.Of(("/bin", "-> usr/bin"), ("/usr/bin/more", "m"));
        var result = Alternatives.Apply(tree, [Candidate("pager", "/bin/pager", "/bin/more", 50)]);
        Assert.Equal("more", result["/usr/bin/pager"].LinkTarget);
    }

    [Fact]
    public void Apply_MissingTargetAndTakenLink_ReportsBothAsHULL5207()
    {
        var tree = Trees.Of(("/usr/bin/awk", "real"), ("/usr/bin/gawk", "g"));
        var error = Assert.Throws<HullException>(() => Alternatives.Apply(tree,
        [
            Candidate("awk", "/usr/bin/awk", "/usr/bin/gawk", 1), Candidate("vi", "/usr/bin/vi", "/usr/bin/vim", 1),
        ]));
        Assert.Equal(["HULL5207", "HULL5207"], error.Diagnostics.Select(d => d.Code.Code));
    }

    [Theory]
    [InlineData("/usr/bin/awk", "/usr/bin/gawk", "gawk")]
    [InlineData("/usr/sbin/rmt", "/usr/bin/rmt-tar", "../bin/rmt-tar")]
    [InlineData("/a", "/usr/b", "usr/b")]
    public void RelativeLink_TwoPaths_GivesTheShortWay(string link, string target, string expected) =>
        Assert.Equal(expected, Alternatives.RelativeLink(link, target));
}
