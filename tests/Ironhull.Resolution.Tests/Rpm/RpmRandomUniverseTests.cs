using CsCheck;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;
using Ironhull.Resolution.Rpm;
using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Random universes with rich dependencies, small enough to try every subset of packages.</summary>
public sealed class RpmRandomUniverseTests
{
    private const int Names = 7;

    private static readonly Gen<(string Packages, string Request)> Cases = Gen.Int[0, 1_000_000].Select(seed => new RandomPackages(seed).Draw(Names, weak: seed % 3 == 0));

    [Fact]
    public void Resolve_RandomUniverse_AgreesWithTryingEverySubset()
    {
        var (satisfiable, unsatisfiable) = (0, 0);
        Cases.Sample(c =>
        {
            var packages = RpmLines.Packages(c.Packages);
            var request = DnfSemanticsTests.Request(c.Request);
            var possible = AnySubset(packages, request);
            Interlocked.Increment(ref possible ? ref satisfiable : ref unsatisfiable);
            var result = Resolver.Resolve(new RpmUniverse(packages, "x86_64"), request);
            Assert.Equal(possible, result is Solution);
            if (result is Solution solution)
            {
                Assert.True(Holds([.. solution.Packages.Select(p => ((RpmCandidate)p.Candidate).Package)], packages, request));
                Assert.All(solution.Packages, p => Assert.NotEmpty(Explain.Why(solution, p.Candidate.Name)));
            }
        }, iter: 1_500, seed: "0000KOIPcNg4");
        Assert.True(satisfiable > 200 && unsatisfiable > 200, $"{satisfiable} can be satisfied, {unsatisfiable} cannot");
    }

    [Fact]
    public void Resolve_RandomUniverse_DoesNotDependOnTheOrderOfPackages()
    {
        Gen.Select(Cases, Gen.Int[0, 1_000_000]).Sample((c, shuffle) =>
        {
            var packages = RpmLines.Packages(c.Packages);
            var request = DnfSemanticsTests.Request(c.Request);
            var shuffled = packages.OrderBy(p => AptOracleTests.Hash(shuffle, p.ToString())).ToArray();
            Assert.Equal(
                Names_(Resolver.Resolve(new RpmUniverse(packages, "x86_64"), request)), Names_(Resolver.Resolve(new RpmUniverse(shuffled, "x86_64"), request)));
        }, iter: 700, seed: "0000KOIPcNg4");

        static string Names_(ResolutionResult result) => RpmLines.Names(result);
    }

    [Fact]
    public void Resolve_RandomFailure_HasAMinimalCoreAndAFixThatWorksWithEveryStepNeeded()
    {
        var failures = 0;
        Cases.Sample(c =>
        {
            var universe = Universe(c.Packages);
            if (Resolver.Resolve(universe, DnfSemanticsTests.Request(c.Request)) is not Failure failure)
            {
                return;
            }

            Interlocked.Increment(ref failures);
            Assert.NotNull(Solving.FixedSolver.FindContradiction(failure.Core));
            for (var i = 0; i < failure.Core.Count; i++)
            {
                Assert.Null(Solving.FixedSolver.FindContradiction([.. failure.Core.Where((_, n) => n != i)]));
            }

            Assert.DoesNotContain("Essential", failure.Message + failure.Remedy, StringComparison.Ordinal);
            Assert.NotEmpty(failure.Fixes);
            Assert.Distinct(failure.Fixes.Select(f => f.ToString()));
            Assert.All(failure.Fixes, f => Assert.IsType<Solution>(Resolver.Resolve(universe, f.Request)));
        }, iter: 700, seed: "0000KOIPcNg4");
        Assert.True(failures > 100, $"only {failures} of the random requests failed");
    }

    private static bool AnySubset(List<RpmPackage> packages, ResolutionRequest request)
    {
        // A request means the latest version of a name, or what takes its place.
        for (var mask = 0; mask < 1 << packages.Count; mask++)
        {
            var subset = packages.Where((_, i) => (mask & (1 << i)) != 0).ToList();
            if (Holds(subset, packages, request))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rules of rpm, read straight; for what a request names, those of dnf's <c>best</c>.</summary>
    private static bool Holds(List<RpmPackage> installed, List<RpmPackage> all, ResolutionRequest request)
    {
        if (request.Exclude.Any(n => installed.Exists(p => p.Name == n)) || !request.Install.All(n => IsAnswered(n, installed, all, request)))
        {
            return false;
        }

        foreach (var package in installed)
        {
            var met = package.Requires.All(r => Holds(RichParser.Parse(r, ""), installed));
            var clashes = package.Conflicts.Any(c => Clash(RichParser.Parse(c, ""), installed, all, package) == Clashes.WithOthers)
                || package.Obsoletes.Any(o => installed.Exists(p => p != package && p.Name == o.Name && Overlaps(p, o)))
                || installed.Exists(p => p != package && p.Name == package.Name);
            if (!met || clashes)
            {
                return false;
            }
        }

        return true;
    }

    private enum Clashes
    {
        No,
        WithItself,
        WithOthers,
    }

    /// <summary>Whether a conflict is there, and whether the package that states it is all that it takes; then it does not count.</summary>
    private static Clashes Clash(RichNode node, List<RpmPackage> installed, List<RpmPackage> all, RpmPackage self)
    {
        switch (node)
        {
            case RichNode.Operation { Operator: RichOperator.And } and:
                return Both([.. and.Operands.Select(o => Clash(o, installed, all, self))]);
            case RichNode.Operation { Operator: RichOperator.Or } or:
                return or.Operands.Max(o => Clash(o, installed, all, self));
            case RichNode.Operation { Operator: RichOperator.If, Operands: [var first, var second] }:
                return Holds(second, installed) ? Clash(first, installed, all, self) : Clashes.WithOthers;
            case RichNode.Operation { Operator: RichOperator.If, Operands: [var first, var second, var third] }:
                return Holds(second, installed)
                    ? Both([Clash(first, installed, all, self), Clash(second, installed, all, self)]) : Both([Clash(third, installed, all, self), Without(second)]);
            case RichNode.Operation { Operator: RichOperator.Unless, Operands: [var first, var second] }:
                return Holds(second, installed) ? Clashes.No : Both([Clash(first, installed, all, self), Without(second)]);
            default:
                return installed.Exists(p => p != self && Satisfies(node, p)) ? Clashes.WithOthers : Satisfies(node, self) ? Clashes.WithItself : Clashes.No;
        }

        // What no package could be says nothing of others.
        Clashes Without(RichNode absent) => all.Exists(p => Satisfies(absent, p)) ? Clashes.WithOthers : Clashes.WithItself;
    }

    private static Clashes Both(IReadOnlyList<Clashes> parts) =>
        parts.Contains(Clashes.No) ? Clashes.No : parts.All(p => p == Clashes.WithItself) ? Clashes.WithItself : Clashes.WithOthers;

    private static bool IsAnswered(string name, List<RpmPackage> installed, List<RpmPackage> all, ResolutionRequest request)
    {
        if (request.Exclude.Contains(name))
        {
            return false;
        }

        var wanted = all.Where(p => p.Name == name).ToList();
        var candidates = wanted.Concat(all.Where(p => p.Name != name && !request.Exclude.Contains(p.Name)
            && p.Obsoletes.Any(o => wanted.Exists(w => w.Name == o.Name && Overlaps(w, o))))).ToList();
        var latest = candidates.Where(c => !candidates.Exists(o => o.Name == c.Name && RpmVersion.Compare(o.Version, c.Version) > 0)).ToList();
        return latest.Exists(c => installed.Contains(c) && !latest.Exists(o => Replaces(o, c, latest) && !Replaces(c, o, latest)));
    }

    private static bool Replaces(RpmPackage by, RpmPackage other, List<RpmPackage> among)
    {
        var reached = new HashSet<RpmPackage> { by };
        while (among.Find(p => !reached.Contains(p) && reached.Any(r => r.Name != p.Name && r.Obsoletes.Any(o => o.Name == p.Name && Overlaps(p, o)))) is { } next)
        {
            reached.Add(next);
        }

        return by != other && reached.Contains(other);
    }

    private static bool Overlaps(RpmPackage package, RpmDependency dependency) =>
        RpmVersionRange.Overlaps(VersionRelation.Equal, package.Version, dependency.Relation, dependency.Version);

    private static bool Holds(RichNode node, List<RpmPackage> installed) => node switch
    {
        RichNode.Operation { Operator: RichOperator.And } and => and.Operands.All(o => Holds(o, installed)),
        RichNode.Operation { Operator: RichOperator.Or } or => or.Operands.Any(o => Holds(o, installed)),
        RichNode.Operation { Operator: RichOperator.If } conditional => Holds(conditional.Operands[1], installed)
            ? Holds(conditional.Operands[0], installed) : conditional.Operands.Count < 3 || Holds(conditional.Operands[2], installed),
        RichNode.Operation { Operator: RichOperator.Unless } conditional => !Holds(conditional.Operands[1], installed) && Holds(conditional.Operands[0], installed),
        _ => installed.Exists(p => Satisfies(node, p)),
    };

    private static bool Satisfies(RichNode node, RpmPackage package) => node switch
    {
        RichNode.Leaf { Dependency: var d } => package.Provides.Any(p => p.Name == d.Name && RpmVersionRange.Overlaps(p.Relation, p.Version, d.Relation, d.Version)),
        RichNode.Operation { Operator: RichOperator.With } with => with.Operands.All(o => Satisfies(o, package)),
        RichNode.Operation { Operator: RichOperator.Without } without => Satisfies(without.Operands[0], package) && !Satisfies(without.Operands[1], package),
        RichNode.Operation or => or.Operands.Any(o => Satisfies(o, package)),
        _ => false,
    };
}
