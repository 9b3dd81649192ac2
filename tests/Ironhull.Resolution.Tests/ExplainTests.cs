using Xunit;
using static Ironhull.Resolution.Tests.SmallUniverse;

namespace Ironhull.Resolution.Tests;

public sealed class ExplainTests
{
    private static readonly Debian.DebianUniverse Universe = Of(
        Package("app", depends: "lib-a, lib-b, awk"), Package("lib-a", depends: "lib-c"), Package("lib-c", depends: "base"), Package("lib-b", depends: "base"), Package("base"),
        Package("mawk", provides: "awk", archivePriority: "required"), Package("gawk", provides: "awk"), Package("lonely"), Package("enemy", conflicts: "base"));

    [Fact]
    public void Why_GivesTheShortestChainFromARequest()
    {
        var solution = Assert.IsType<Solution>(Resolver.Resolve(Universe, Install("app")));
        // The walk found base by lib-a and lib-c; the shortest way is by lib-b.
        Assert.Equal("lib-c", solution.Find("base")!.Reason.By!.Name);
        Assert.Equal(
            ["app: requested as 'app'", "lib-b: app Depends: lib-b", "base: lib-b Depends: base"],
            Explain.Why(solution, "base").Select(s => $"{s.Candidate.Name}: {s.Reason}"));
        Assert.Empty(Explain.Why(solution, "lonely"));
    }

    [Fact]
    public void WhyNot_NobodyAsked_SaysSoAndThatItCould() =>
        Assert.Equal(
            ["Nobody asks for lonely: it is not requested, and no installed package depends on it.", "If it were requested, it could be installed; that adds 1 package."],
            Explain.WhyNot(Universe, Install("app"), "lonely"));

    [Fact]
    public void WhyNot_AnotherAlternativeChosen_NamesIt() =>
        Assert.Equal("app 1 needs 'awk' (Depends); mawk 1 is installed and satisfies that.", Explain.WhyNot(Universe, Install("app"), "gawk")[0]);

    [Fact]
    public void WhyNot_Conflict_GivesTheArgument()
    {
        var sentences = Explain.WhyNot(Universe, Install("app"), "enemy");
        Assert.Contains("It could not be added to this request:", sentences);
        Assert.Contains("enemy 1 conflicts with base 1 ('base').", sentences);
    }

    [Fact]
    public void WhyNot_Excluded_NamesTheExclusionAndTheStandIn() =>
        Assert.Equal(
            ["The request excludes mawk.", "app 1 needs 'awk' (Depends); gawk 1 is in its place.", "If it were requested instead, it could be installed; that adds 1 package."],
            Explain.WhyNot(Universe, Install("app") with { Exclude = ["mawk"] }, "mawk"));

    [Fact]
    public void WhyNot_Installed_SaysWhy() =>
        Assert.Equal(["base 1 is installed: lib-c Depends: base."], Explain.WhyNot(Universe, Install("app"), "base"));

    [Fact]
    public void WhyNot_Unknown_SuggestsNames() =>
        Assert.Equal(["No package in the repositories is named 'lonly'.", "There is lonely."], Explain.WhyNot(Universe, Install("app"), "lonly"));

    [Fact]
    public void WhyNot_RequestWithoutSolution_GivesItsArgument() =>
        Assert.Contains("enemy 1 conflicts with base 1 ('base').", Explain.WhyNot(Universe, Install("app", "enemy"), "lonely"));
}
