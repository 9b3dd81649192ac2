using Ironhull.Diagnostics;
using Xunit;
using static Ironhull.Resolution.Tests.SmallUniverse;

namespace Ironhull.Resolution.Tests;

public sealed class FailureTests
{
    [Fact]
    public void Failure_ExcludedDependency_RendersTheArgumentAndEveryVerifiedFix()
    {
        var universe = Of(Package("app", depends: "runtime (>= 1)"), Package("runtime", depends: "perl-base"), Package("perl-base", "5"), Package("other"));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install("other", "app") with { Exclude = ["perl-base"] }));
        Assert.Equal(
            """
            The requested packages cannot be installed together:
              1. The request is to install 'app', which is app 1.
              2. app 1 needs 'runtime (>= 1)' (Depends), which only runtime 1 can satisfy.
              3. runtime 1 needs 'perl-base' (Depends), which only perl-base 5 can satisfy.
              4. The request excludes perl-base.
            """, failure.Message);
        Assert.Equal(
            ["do not exclude perl-base", "do not request app", "waive the dependency of app on 'runtime (>= 1)'", "waive the dependency of runtime on 'perl-base'"],
            failure.Fixes.Select(f => f.ToString()));
        foreach (var fix in failure.Fixes)
        {
            Assert.Equal(fix.PackageCount, Assert.IsType<Solution>(Resolver.Resolve(universe, fix.Request)).Packages.Count);
        }
    }

    [Fact]
    public void Failure_UnknownName_SuggestsTheNearestNames()
    {
        var failure = Assert.IsType<Failure>(Resolver.Resolve(Of(Package("containerd"), Package("crun")), Install("contianerd")));
        Assert.Equal("The request is to install 'contianerd', but no package in the repositories is named 'contianerd' or provides it.", Assert.Single(failure.Sentences));
        Assert.Equal(["request containerd in the place of contianerd", "do not request contianerd"], failure.Fixes.Select(f => f.ToString()));
    }

    [Fact]
    public void Failure_UnknownVersion_ListsTheVersionsThereAre()
    {
        var failure = Assert.IsType<Failure>(Resolver.Resolve(Of(Package("a", "1"), Package("a", "2")), Install("a=3")));
        Assert.Contains("only as 2, 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal("request a in the place of a=3", failure.Fixes[0].ToString());
    }

    [Fact]
    public void Failure_RequestedAndExcluded_NamesBoth()
    {
        var failure = Assert.IsType<Failure>(Resolver.Resolve(Of(Package("a")), Install("a") with { Exclude = ["a"] }));
        Assert.Equal(["The request is to install 'a', which is a 1.", "The request excludes a."], failure.Sentences);
    }

    [Fact]
    public void Failure_EssentialPackageThatCannotBe_IsMendedByExcludingIt()
    {
        var failure = Assert.IsType<Failure>(Resolver.Resolve(Of(Package("a"), Package("e", essential: true, depends: "missing")), Install("a")));
        Assert.Contains("e 1 is marked Essential", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["waive the dependency of e on 'missing'", "exclude the Essential package e"], failure.Fixes.Select(f => f.ToString()));
    }

    [Fact]
    public void Failure_SeveralIndependentFaults_GivesFixesOfSeveralSteps()
    {
        var universe = Of(Package("a", depends: "missing-one"), Package("b", depends: "missing-two"), Package("c"));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install("a", "b", "c")));
        Assert.Equal(2, failure.Sentences.Count);
        Assert.All(failure.Fixes, f => Assert.Equal(2, f.Steps.Count));
        Assert.Contains(failure.Fixes, f => f.ToString() == "do not request a, and do not request b");
        Assert.All(failure.Fixes, f => Assert.IsType<Solution>(Resolver.Resolve(universe, f.Request)));
    }

    [Fact]
    public void Failure_ManyIndependentFaults_StillGivesAFixThatWorks()
    {
        var names = Enumerable.Range(0, 12).Select(i => $"unknown-package-{i:00}-x").ToArray();
        var universe = Of(Package("c"));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install([.. names, "c"])));
        var fix = Assert.Single(failure.Fixes);
        Assert.Equal(12, fix.Steps.Count);
        Assert.Equal("c", Names(Resolver.Resolve(universe, fix.Request)));
    }

    [Fact]
    public void Failure_ToException_CarriesHULL3001WithMessageAndFixes()
    {
        var failure = Assert.IsType<Failure>(Resolver.Resolve(Of(Package("a", depends: "b")), Install("a")));
        var error = failure.ToException();
        Assert.Equal(ResolutionErrors.Unsatisfiable, error.Code);
        Assert.Contains("1. The request is to install 'a'", error.Message, StringComparison.Ordinal);
        Assert.Contains("- do not request a", error.Message, StringComparison.Ordinal);
        Assert.Equal(ResolutionErrors.Unsatisfiable, Assert.Throws<HullException>(() => failure.OrThrow()).Code);
    }

    [Fact]
    public void Failure_NeedsEveryClauseOfItsCore()
    {
        // Two clients of one virtual service, each of which accepts one implementation only.
        var universe = Of(
            Package("chrony", provides: "time-daemon", conflicts: "time-daemon"), Package("timesyncd", provides: "time-daemon", conflicts: "time-daemon"),
            Package("x", depends: "y | z"), Package("y", depends: "chrony"), Package("z", depends: "chrony"), Package("noise", depends: "x"));
        var failure = Assert.IsType<Failure>(Resolver.Resolve(universe, Install("noise", "timesyncd", "x")));
        Assert.NotNull(Solving.FixedSolver.FindContradiction(failure.Core));
        for (var i = 0; i < failure.Core.Count; i++)
        {
            Assert.Null(Solving.FixedSolver.FindContradiction([.. failure.Core.Where((_, n) => n != i)]));
        }
    }
}
