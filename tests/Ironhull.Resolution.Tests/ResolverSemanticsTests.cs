using Ironhull.Diagnostics;
using Xunit;
using static Ironhull.Resolution.Tests.SmallUniverse;

namespace Ironhull.Resolution.Tests;

public sealed class ResolverSemanticsTests
{
    [Fact]
    public void Resolve_DependsAndPreDepends_InstallsBoth()
    {
        var universe = Of(Package("a", depends: "b", preDepends: "c"), Package("b"), Package("c"), Package("d"));
        Assert.Equal("a b c", Names(Resolver.Resolve(universe, Install("a"))));
    }

    [Fact]
    public void Resolve_Alternatives_TakesTheLeftmost() =>
        Assert.Equal("a c", Names(Resolver.Resolve(Of(Package("a", depends: "c | b"), Package("b"), Package("c")), Install("a"))));

    [Fact]
    public void Resolve_AlternativeAlreadyRequested_TakesThatOne() =>
        Assert.Equal("a b", Names(Resolver.Resolve(Of(Package("a", depends: "c | b"), Package("b"), Package("c")), Install("a", "b"))));

    [Fact]
    public void Resolve_LeftmostAlternativeBroken_TakesTheNext()
    {
        var universe = Of(Package("a", depends: "c | b"), Package("b"), Package("c", depends: "missing"));
        Assert.Equal("a b", Names(Resolver.Resolve(universe, Install("a"))));
    }

    [Fact]
    public void Resolve_LeftmostAlternativeBrokenDeep_TakesTheNext()
    {
        var universe = Of(
            Package("a", depends: "c | b"), Package("b"), Package("c", depends: "d"), Package("d", depends: "e | f"),
            Package("e", depends: "missing"), Package("f", conflicts: "a"));
        Assert.Equal("a b", Names(Resolver.Resolve(universe, Install("a"))));
    }

    [Fact]
    public void Resolve_VirtualPackage_PrefersTheRealPackageOfThatName()
    {
        var universe = Of(Package("a", depends: "m"), Package("b", provides: "m", archivePriority: "required"), Package("m"));
        Assert.Equal("a m", Names(Resolver.Resolve(universe, Install("a"))));
    }

    [Fact]
    public void Resolve_SeveralProviders_PrefersEssentialThenArchivePriorityThenTheLastName()
    {
        var optional = new[] { Package("z", provides: "m"), Package("y", provides: "m") };
        Assert.Equal("a z", Names(Resolver.Resolve(Of([Package("a", depends: "m"), .. optional]), Install("a"))));
        var important = Package("c", provides: "m", archivePriority: "important");
        Assert.Equal("a c", Names(Resolver.Resolve(Of([Package("a", depends: "m"), .. optional, important]), Install("a"))));
        var essential = Package("b", provides: "m", essential: true);
        Assert.Equal("a b", Names(Resolver.Resolve(
            Of([Package("a", depends: "m"), .. optional, important, essential]), Install("a") with { IncludeEssential = false })));
    }

    [Fact]
    public void Resolve_VersionedDependency_IsNotSatisfiedByAnUnversionedProvides()
    {
        var universe = Of(Package("a", depends: "m (>= 1)"), Package("b", provides: "m"));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install("a")));
        Assert.Contains("only provided without a fitting version", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">= 2", true)]
    [InlineData("= 2", true)]
    [InlineData("<= 2", true)]
    [InlineData(">> 2", false)]
    [InlineData("<< 2", false)]
    [InlineData(">= 2.1", false)]
    public void Resolve_VersionedProvides_SatisfiesByItsVersion(string relation, bool satisfied)
    {
        var universe = Of(Package("a", depends: $"m ({relation})"), Package("b", version: "9", provides: "m (= 2)"));
        Assert.Equal(satisfied, Resolver.Resolve(universe, Install("a")) is Solution);
    }

    [Fact]
    public void Resolve_ConflictWithOwnVirtualPackage_ExemptsItself() =>
        Assert.Equal("a", Names(Resolver.Resolve(Of(Package("a", provides: "mta", conflicts: "mta")), Install("a"))));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resolve_ConflictOrBreaks_KeepsTheOtherOut(bool breaks)
    {
        var universe = Of(
            Package("a", conflicts: breaks ? "" : "b", breaks: breaks ? "b" : ""), Package("b", provides: "x"), Package("c", provides: "x"), Package("d", depends: "x"));
        Assert.Equal("a c d", Names(Resolver.Resolve(universe, Install("a", "d"))));
        Assert.IsType<Failure>(Resolver.Resolve(universe, Install("a", "b")));
    }

    [Fact]
    public void Resolve_ConflictWithVirtualPackage_KeepsEveryProviderOut()
    {
        var universe = Of(Package("a", provides: "mta", conflicts: "mta"), Package("b", provides: "mta", conflicts: "mta"));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install("a", "b")));
        Assert.Equal(3, failure.Sentences.Count);
        Assert.Contains("which b provides", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["do not request a", "do not request b"], failure.Fixes.Select(f => f.ToString()));
    }

    [Theory]
    [InlineData("b (<< 2)", true)]
    [InlineData("b (<< 1)", false)]
    [InlineData("v (<< 2)", false)]
    [InlineData("v", true)]
    [InlineData("w (= 3)", true)]
    public void Resolve_VersionedConflict_MatchesByVersion(string conflicts, bool conflict)
    {
        var universe = Of(Package("a", conflicts: conflicts), Package("b", provides: "v, w (= 3)"));
        Assert.Equal(conflict, Resolver.Resolve(universe, Install("a", "b")) is Failure);
    }

    [Theory]
    [InlineData("b:any", "allowed", true)]
    [InlineData("b:any", "foreign", false)]
    [InlineData("b:any", "", false)]
    [InlineData("b:native", "", true)]
    [InlineData("b:amd64", "same", true)]
    [InlineData("b:arm64", "same", false)]
    public void Resolve_ArchitectureQualifier_IsHonoured(string depends, string multiArch, bool satisfied)
    {
        var universe = Of(Package("a", depends: depends), Package("b", multiArch: multiArch));
        Assert.Equal(satisfied, Resolver.Resolve(universe, Install("a")) is Solution);
    }

    [Fact]
    public void Resolve_OtherArchitecture_IsLeftOutAndAllIsTakenIn()
    {
        var universe = Of(Package("a", depends: "b"), Package("b", version: "2", architecture: "arm64"), Package("b", architecture: "all"));
        Assert.Equal("a b", Names(Resolver.Resolve(universe, Install("a"))));
    }

    [Fact]
    public void Resolve_Candidate_IsHighestPriorityThenHighestVersion()
    {
        var universe = Of(Package("a", "1"), Package("a", "2"), Package("a", "3", priority: 100, repository: "backports"));
        Assert.Equal("a=2", Names(Resolver.Resolve(universe, Install("a"))));
        Assert.Equal("a=3", Names(Resolver.Resolve(universe, Install("a=3"))));
        Assert.Equal("a", Names(Resolver.Resolve(universe, Install("a=1"))));
    }

    [Fact]
    public void Resolve_OnlyTheCandidateVersionIsConsidered()
    {
        var universe = Of(Package("a", "1"), Package("a", "2"), Package("b", depends: "a (<< 2)"));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install("b")));
        Assert.Contains("the candidate is a 2", failure.Message, StringComparison.Ordinal);
        Assert.Equal("a b", Names(Resolver.Resolve(universe, Install("b", "a=1"))));
    }

    [Fact]
    public void Resolve_TwoVersionsOfOneName_FailsWithOneVersionPerName()
    {
        var failure = Assert.IsType<Failure>(Resolver.Resolve(Of(Package("a", "1"), Package("a", "2")), Install("a=1", "a=2")));
        Assert.Contains(failure.Core, c => c.Kind == ClauseKind.OneVersionPerName);
    }

    [Fact]
    public void Resolve_Essential_IsImplicitUnlessExcludedOrNotAskedFor()
    {
        var universe = Of(Package("a"), Package("e", essential: true), Package("f", essential: true, depends: "g"), Package("g"), Package("p", isProtected: true));
        Assert.Equal("a e f g", Names(Resolver.Resolve(universe, Install("a"))));
        Assert.Equal("a e", Names(Resolver.Resolve(universe, Install("a") with { Exclude = ["f"] })));
        Assert.Equal("a", Names(Resolver.Resolve(universe, Install("a") with { IncludeEssential = false })));
    }

    [Fact]
    public void Resolve_Recommends_OnlyWhenAskedAndNeverAReasonToFail()
    {
        var universe = Of(Package("a", recommends: "b, c, missing"), Package("b"), Package("c", conflicts: "a"));
        Assert.Equal("a", Names(Resolver.Resolve(universe, Install("a"))));
        Assert.Equal("a b", Names(Resolver.Resolve(universe, Install("a") with { IncludeRecommended = true })));
    }

    [Fact]
    public void Resolve_DependencyCycle_InstallsTheCycle() =>
        Assert.Equal("a b", Names(Resolver.Resolve(Of(Package("a", depends: "b"), Package("b", preDepends: "a")), Install("a"))));

    [Fact]
    public void Resolve_PackageThatProvidesItsOwnDependency_IsSatisfied() =>
        Assert.Equal("a", Names(Resolver.Resolve(Of(Package("a", depends: "v", provides: "v")), Install("a"))));

    [Fact]
    public void Resolve_VirtualRequest_StandsForItsOnlyProvider()
    {
        var universe = Of(Package("a", provides: "v, w"), Package("b", provides: "w"));
        Assert.Equal("a", Names(Resolver.Resolve(universe, Install("v"))));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install("w")));
        Assert.Contains("virtual package; b 1 or a 1 provides it", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["request a in the place of w", "request b in the place of w", "do not request w"], failure.Fixes.Select(f => f.ToString()));
    }

    [Fact]
    public void Resolve_Waiver_TakesTheDependencyAway()
    {
        var universe = Of(Package("linux-image-6", depends: "kmod, initramfs-tools (>= 0.120) | linux-initramfs-tool"), Package("kmod"), Package("initramfs-tools", "0.140"));
        Assert.Equal("initramfs-tools=0.140 kmod linux-image-6", Names(Resolver.Resolve(universe, Install("linux-image-6"))));
        var request = Install("linux-image-6") with { Waivers = [new DependencyWaiver("linux-image-*", "initramfs-tools | linux-initramfs-tool")] };
        var solution = Assert.IsType<Solution>(Resolver.Resolve(universe, request));
        Assert.Equal("kmod linux-image-6", Names(solution));
        Assert.Empty(solution.Warnings);
    }

    [Theory]
    [InlineData("linux-image-*", "initramfs-tools")]
    [InlineData("linux-image-*", "linux-initramfs-tool | initramfs-tools")]
    [InlineData("linux-image", "initramfs-tools | linux-initramfs-tool")]
    [InlineData("linux-image-*", "initramfs-tools (>= 0.121) | linux-initramfs-tool")]
    public void Resolve_WaiverThatMatchesNothing_IsReported(string package, string dependency)
    {
        var universe = Of(Package("linux-image-6", depends: "initramfs-tools (>= 0.120) | linux-initramfs-tool"), Package("initramfs-tools", "0.140"));
        var solution = Assert.IsType<Solution>(Resolver.Resolve(universe, Install("linux-image-6") with { Waivers = [new DependencyWaiver(package, dependency)] }));
        Assert.Equal(ResolutionErrors.UnusedWaiver, Assert.Single(solution.Warnings).Code);
    }

    [Fact]
    public void Resolve_ExcludeOfAnUnknownName_IsReported()
    {
        var solution = Assert.IsType<Solution>(Resolver.Resolve(Of(Package("a")), Install("a") with { Exclude = ["nothing"] }));
        Assert.Equal(ResolutionErrors.UnknownExclude, Assert.Single(solution.Warnings).Code);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a=")]
    [InlineData("=1")]
    [InlineData("")]
    [InlineData("a/stable")]
    public void Resolve_RequestThatIsNoName_ReportsHULL3004(string text) =>
        Assert.Equal(ResolutionErrors.MalformedRequest, Assert.Throws<HullException>(() => Resolver.Resolve(Of(Package("a")), Install(text))).Code);

    [Fact]
    public void Resolve_Solution_GivesEveryPackageItsReason()
    {
        var universe = Of(Package("a", depends: "b (>= 1)"), Package("b", preDepends: "v"), Package("c", provides: "v"), Package("e", essential: true));
        var solution = Assert.IsType<Solution>(Resolver.Resolve(universe, Install("a")));
        Assert.Equal(
            ["a: requested as 'a'", "b: a Depends: b (>= 1)", "c: b Pre-Depends: v", "e: essential"],
            solution.Packages.Select(p => $"{p.Candidate.Name}: {p.Reason}"));
    }
}
