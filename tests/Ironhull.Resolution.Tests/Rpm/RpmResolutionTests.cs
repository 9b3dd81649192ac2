using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;
using Ironhull.Resolution.Rpm;
using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

public sealed class RpmResolutionTests
{
    // A universe looks every dependency up once and keeps the answer.
    [Fact]
    public void Resolve_ManyThreadsAtOneUniverse_EachGetsTheAnswerItGetsAlone()
    {
        var text = string.Join('\n', Enumerable.Range(0, 300).Select(i => $"p{i}; R: c{i * 7 % 300}, c{i * 11 % 300}; P: c{i}; F: /f{i}"));
        string[] alone = [.. Enumerable.Range(0, 60).Select(i => RpmLines.Names(Resolver.Resolve(RpmLines.Universe(text), RpmLines.Install($"p{i}", $"/f{i + 1}"))))];
        for (var round = 0; round < 5; round++)
        {
            var shared = RpmLines.Universe(text);
            var together = new string[alone.Length];
            Parallel.For(0, alone.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
                together[i] = RpmLines.Names(Resolver.Resolve(shared, RpmLines.Install($"p{i}", $"/f{i + 1}"))));
            Assert.Equal(alone, together);
        }
    }

    [Fact]
    public void Failure_Condition_IsToldInTheSentence()
    {
        var failure = Fail("app; R: (plugin if kernel)\nkernel\nplugin; R: perl\nperl", Install("app", "kernel") with { Exclude = ["perl"] });
        Assert.Equal(
            """
            The requested packages cannot be installed together:
              1. The request is to install 'app', which is app 1-1.
              2. The request is to install 'kernel', which is kernel 1-1.
              3. app 1-1 needs '(plugin if kernel)' (Requires); with kernel 1-1 installed only plugin 1-1 can satisfy that.
              4. plugin 1-1 needs 'perl' (Requires), which only perl 1-1 can satisfy.
              5. The request excludes perl.
            """, failure.Message);
        Assert.Equal(
            ["do not exclude perl", "do not request app", "do not request kernel", "waive the dependency of app on '(plugin if kernel)'", "waive the dependency of plugin on 'perl'"],
            failure.Fixes.Select(f => f.ToString()));
        Assert.All(failure.Fixes, f => Assert.IsType<Solution>(Resolver.Resolve(Universe("app; R: (plugin if kernel)\nkernel\nplugin; R: perl\nperl"), f.Request)));
    }

    [Fact]
    public void Failure_Unless_NamesWhatRulesItOut()
    {
        var failure = Fail("a; R: (x unless b)\nx\nb", Install("a", "b"));
        Assert.Contains("a 1-1 needs '(x unless b)' (Requires); with b 1-1 installed nothing can satisfy that.", failure.Sentences);
    }

    [Fact]
    public void Failure_RichConflict_NamesEveryPackageOfIt()
    {
        var failure = Fail("a; C: (b and c)\nb\nc", Install("a", "b", "c"));
        Assert.Contains("a 1-1 conflicts with b 1-1 ('(b and c)') while c 1-1 is installed.", failure.Sentences);
    }

    [Fact]
    public void Failure_Obsoletes_SaysWhoTakesWhosePlace() =>
        Assert.Contains("new 1-1 takes the place of old 1-1 ('old').", Fail("old\nnew; O: old", Install("old-1-1", "new")).Sentences);

    [Fact]
    public void Failure_MissingPath_SaysThatNobodyOwnsIt() =>
        Assert.Contains("no package in the repositories owns or provides /usr/bin/perl", Fail("a; R: /usr/bin/perl", Install("a")).Message, StringComparison.Ordinal);

    [Fact]
    public void Failure_MissingVersion_SaysWhatThereIs() =>
        Assert.Contains("the repositories have 'b' only from b 2-1 or b 1-1", Fail("a; R: b >= 3\nb 1\nb 2", Install("a")).Message, StringComparison.Ordinal);

    [Fact]
    public void Failure_MisspeltName_ListsEachFixOnce()
    {
        var failure = Fail("containerd\ncrun", Install("contianerd"));
        Assert.Equal(["request containerd in the place of contianerd", "do not request contianerd"], failure.Fixes.Select(f => f.ToString()));
    }

    [Fact]
    public void Failure_RequestedVersionThatIsNotThere_OffersTheName() =>
        Assert.Equal("request a in the place of a=3", Fail("a 1\na 2", Install("a=3")).Fixes[0].ToString());

    [Theory]
    [InlineData("rpmlib(CompressedFileNames) <= 3.0.4-1", true)]
    [InlineData("rpmlib(PayloadIsZstd) <= 5.4.18-1", true)]
    [InlineData("rpmlib(PayloadIsZstd) <= 5.4.17-1", false)]
    [InlineData("rpmlib(FromTheFuture) <= 7.0-1", false)]
    public void Resolve_FeatureOfRpm_HasToBeKnown(string feature, bool known)
    {
        var result = Resolver.Resolve(Universe($"a; R: {feature}"), Install("a"));
        Assert.Equal(known, result is Solution);
        if (result is Failure failure)
        {
            Assert.Equal(ResolutionErrors.UnknownRpmFeature, failure.ToException().Code);
            Assert.Contains($"a 1-1 needs '{feature}' of the program that installs it", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Resolve_FeatureOfRpm_IsAReasonToTakeAnotherProvider() =>
        Assert.Equal("a cc", Names(Resolver.Resolve(Universe("a; R: v\nbb; P: v; R: rpmlib(FromTheFuture) <= 7\ncc; P: v"), Install("a"))));

    [Theory]
    [InlineData("(a and b or c)")]
    [InlineData("(a if )")]
    [InlineData("(a")]
    [InlineData("(a or b) c")]
    [InlineData("()")]
    [InlineData("(a else b)")]
    [InlineData("(a or (b if c))")]
    [InlineData("(a and (b unless c))")]
    [InlineData("((a and b) with c)")]
    [InlineData("(a without b without c)")]
    [InlineData("(a if b if c)")]
    [InlineData("(a >> 1 or b)")]
    public void Resolve_MalformedRichDependency_ReportsHULL3102(string dependency)
    {
        var error = Assert.Throws<HullException>(() => Resolver.Resolve(Universe("x; R: y\ny; R: " + dependency), Install("x")));
        Assert.Equal(ResolutionErrors.MalformedRichDependency, error.Code);
        Assert.Contains("y 1-1", error.Message, StringComparison.Ordinal);
        Assert.IsType<Failure>(Resolver.Resolve(Universe("x; R: y\ny; R: " + dependency), Install("x") with { Exclude = ["y"] }));
    }

    [Fact]
    public void Resolve_ArbitraryRichDependency_IsReadOrReportedWithACode()
    {
        string[] words = ["(", ")", " ", "a", "b", "libc.so.6(GLIBC_2.34)(64bit)", " and ", " or ", " if ", " else ", " unless ", " with ", " without ", " >= ", " < ", "=", "1:2-3", "/x"];
        var (read, refused) = (0, 0);
        Gen.Int[0, 17].Select(i => words[i]).Array[1, 14].Select(w => "(" + string.Concat(w) + ")").Sample(text =>
        {
            try
            {
                RichParser.Parse(new RpmDependency(text, VersionRelation.Any, ""), "a test");
                Interlocked.Increment(ref read);
            }
            catch (HullException e) when (e.Code == ResolutionErrors.MalformedRichDependency)
            {
                Interlocked.Increment(ref refused);
            }
        }, iter: 20_000);
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Resolve_DeeplyNestedRichDependency_ReportsHULL3102()
    {
        var dependency = new string('(', 10_000) + "a" + new string(')', 10_000);
        Assert.Equal(ResolutionErrors.MalformedRichDependency,
            Assert.Throws<HullException>(() => Resolver.Resolve(Universe("x; R: " + dependency), Install("x"))).Code);
    }

    [Fact]
    public void Resolve_RichDependencyOfManyCombinations_ReportsHULL3103()
    {
        var many = string.Join('\n', Enumerable.Range(0, 40).Select(i => $"p{i}"));
        var dependency = $"({string.Join(" or ", Enumerable.Range(0, 20).Select(i => $"(p{i} and p{i + 20})"))})";
        Assert.Equal(ResolutionErrors.RichDependencyTooLarge,
            Assert.Throws<HullException>(() => Resolver.Resolve(Universe($"x; R: {dependency}\n{many}"), Install("x"))).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a b")]
    [InlineData("a=")]
    [InlineData("=1")]
    [InlineData("a >> 1")]
    [InlineData("a | b")]
    public void Resolve_RequestThatCannotBeRead_ReportsHULL3004(string text) =>
        Assert.Equal(ResolutionErrors.MalformedRequest, Assert.Throws<HullException>(() => Resolver.Resolve(Universe("a"), Install(text))).Code);

    [Theory]
    [InlineData("app", "runtime", true)]
    [InlineData("a*", "runtime", true)]
    [InlineData("app", "runtime >= 2", true)]
    [InlineData("app", "runtime >= 1", false)]
    [InlineData("b*", "runtime", false)]
    [InlineData("app", "(x  if app )", false)]
    public void Resolve_Waiver_TakesTheDependencyAway(string package, string dependency, bool taken)
    {
        var request = Install("app") with { Waivers = [new DependencyWaiver(package, dependency), new DependencyWaiver("app", "( x if  app)")] };
        var result = Resolver.Resolve(Universe("app; R: runtime >= 2, (x if app)\nx"), request);
        Assert.Equal(taken, result is Solution);
    }

    [Fact]
    public void Resolve_UnusedWaiverAndUnknownExclude_AreReported()
    {
        var solution = Assert.IsType<Solution>(Resolver.Resolve(Universe("a"), Install("a") with { Exclude = ["perl*"], Waivers = [new DependencyWaiver("a", "b")] }));
        Assert.Equal([ResolutionErrors.UnusedWaiver, ResolutionErrors.UnknownExclude], solution.Warnings.Select(w => w.Code));
    }

    [Fact]
    public void Resolve_PathOutsideOfPrimary_AsksTheFileLists()
    {
        var packages = RpmLines.Packages("a; R: /usr/share/data\nb\nc");
        var lists = new FileLists(packages[1]);
        var universe = new RpmUniverse(packages, "x86_64", [lists]);
        Assert.Equal("a b", Names(Resolver.Resolve(universe, Install("a"))));
        Assert.Equal(["/usr/share/data"], lists.Asked);
    }

    [Fact]
    public void Resolve_PathInPrimary_DoesNotAskTheFileLists()
    {
        var packages = RpmLines.Packages("a; R: /usr/bin/env\nb; F: /usr/bin/env");
        var lists = new FileLists(packages[0]);
        Assert.Equal("a b", Names(Resolver.Resolve(new RpmUniverse(packages, "x86_64", [lists]), Install("a"))));
        Assert.Empty(lists.Asked);
    }

    [Fact]
    public void Resolve_OtherArchitectures_AreLeftOut() =>
        Assert.Contains("no package in the repositories is named 'b'", Fail("a; R: b\nb 1 i686", Install("a")).Message, StringComparison.Ordinal);

    [Fact]
    public void Why_Supplement_LeadsBackToTheRequest()
    {
        var solution = Assert.IsType<Solution>(Resolver.Resolve(Universe("a; R: b\nb\nlang; S: (b and a)"), Install("a") with { IncludeRecommended = true }));
        Assert.Equal(["a", "b", "lang"], Explain.Why(solution, "lang").Select(p => p.Candidate.Name));
        Assert.Equal("supplements '(b and a)'", solution.Find("lang")!.Reason.ToString());
    }

    [Fact]
    public void WhyNot_ProviderPassedOver_SaysWhoSatisfiesInstead() => Assert.Equal(
        [
            "Nobody asks for cc: it is not requested, and no installed package depends on it.",
        ],
        Explain.WhyNot(Universe("a; R: bb\nbb\ncc"), Install("a"), "cc").Take(1));

    private static Failure Fail(string packages, ResolutionRequest request) => Assert.IsType<Failure>(Resolver.Resolve(Universe(packages), request));

    private sealed class FileLists(RpmPackage owner) : IRpmFileLists
    {
        public List<string> Asked { get; } = [];

        public IReadOnlyList<RpmPackage> OwnersOf(string path)
        {
            Asked.Add(path);
            return [owner];
        }
    }
}
