using System.Collections.Concurrent;
using CsCheck;
using Ironhull.Packages;
using Ironhull.Packages.Debian;
using Ironhull.Resolution.Debian;
using Xunit;
using static Ironhull.Resolution.Tests.SmallUniverse;

namespace Ironhull.Resolution.Tests;

/// <summary>Random universes small enough to try every subset of packages.</summary>
public sealed class RandomUniverseTests
{
    private const int MaxPackages = 8;

    private static readonly ConcurrentDictionary<string, IReadOnlyList<IReadOnlyList<Dependency>>> Parsed = new(StringComparer.Ordinal);

    private static readonly Gen<string> Term = Gen.Select(Gen.Int[0, MaxPackages], Gen.Int[0, 9], Gen.Int[1, 3]).Select((target, shape, version) => shape switch
    {
        0 => $"p{target} (>= {version})",
        1 => $"p{target} (<< {version + 1})",
        2 => $"v{target % 3}",
        3 => $"v{target % 3} (= {version})",
        4 => $"p{target}:any",
        _ => $"p{target}",
    });

    private static readonly Gen<string> Group = Term.Array[1, 3].Select(t => string.Join(" | ", t));

    private static readonly Gen<string> Depends = Group.Array[0, 2].Select(g => string.Join(", ", g));

    private static readonly Gen<string> Conflicts = Gen.Frequency((2, Gen.Const("")), (1, Term.Array[1, 2].Select(t => string.Join(", ", t))));

    private static readonly Gen<string> Provides = Gen.Frequency(
        (2, Gen.Const("")), (1, Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3]).Select((v, version) => version == 0 ? $"v{v}" : $"v{v} (= {version})")));

    private static readonly Gen<DebianPackage[]> Universes = Gen.Select(Depends, Depends, Conflicts, Provides, Gen.Int[1, 3], Gen.Int[0, 9])
        .Array[MaxPackages - 2, MaxPackages]
        .Select(rows => rows.Select((r, i) => Package(
            $"p{i}", $"{r.Item5}", depends: r.Item1, preDepends: r.Item6 < 3 ? r.Item2 : "", conflicts: r.Item6 % 2 == 0 ? r.Item3 : "", breaks: r.Item6 % 2 == 1 ? r.Item3 : "",
            provides: r.Item4, multiArch: r.Item6 > 6 ? "allowed" : "", essential: i == 0 && r.Item6 == 9)).ToArray());

    private static readonly Gen<(DebianPackage[] Packages, ResolutionRequest Request, int Shuffle)> Cases =
        Gen.Select(Universes, Gen.Int[0, MaxPackages - 1].Array[1, 2], Gen.Frequency((3, Gen.Const<int[]>([])), (1, Gen.Int[0, MaxPackages].Array[1, 2])), Gen.Bool, Gen.Int[0, 1_000_000])
            .Select((packages, install, exclude, essential, shuffle) => (packages, new ResolutionRequest
            {
                Install = [.. install.Select(i => $"p{i}")],
                Exclude = [.. exclude.Select(i => $"p{i}")],
                IncludeEssential = essential,
            }, shuffle));

    [Fact]
    public void Resolve_RandomUniverse_AgreesWithTryingEverySubset()
    {
        var (satisfiable, unsatisfiable) = (0, 0);
        Cases.Sample(c =>
        {
            var possible = AnySubset(c.Packages, c.Request);
            Interlocked.Increment(ref possible ? ref satisfiable : ref unsatisfiable);
            var result = Resolver.Resolve(Of(c.Packages), c.Request);
            Assert.Equal(possible, result is Solution);
            if (result is Solution solution)
            {
                var chosen = solution.Packages.Select(p => ((DebianCandidate)p.Candidate).Package).ToList();
                Assert.True(Holds(chosen, c.Packages, c.Request));
                AssertReasonsLeadToTheRequest(solution);
            }
        }, iter: 2_000);
        Assert.True(satisfiable > 200 && unsatisfiable > 200, $"{satisfiable} can be satisfied, {unsatisfiable} cannot");
    }

    [Fact]
    public void Resolve_RandomUniverse_DoesNotDependOnTheOrderOfPackages()
    {
        Cases.Sample(c =>
        {
            var shuffled = c.Packages.OrderBy(p => AptOracleTests.Hash(c.Shuffle, p.Name)).ToArray();
            Assert.Equal(Names(Resolver.Resolve(Of(c.Packages), c.Request)), Names(Resolver.Resolve(Of(shuffled), c.Request)));
        }, iter: 1_000);
    }

    [Fact]
    public void Resolve_RandomFailure_HasAMinimalCoreAndAFixThatWorksWithEveryStepNeeded()
    {
        var failures = 0;
        Cases.Sample(c =>
        {
            var universe = Of(c.Packages);
            if (Resolver.Resolve(universe, c.Request) is not Failure failure)
            {
                return;
            }

            Interlocked.Increment(ref failures);
            Assert.NotNull(Solving.FixedSolver.FindContradiction(failure.Core));
            for (var i = 0; i < failure.Core.Count; i++)
            {
                Assert.Null(Solving.FixedSolver.FindContradiction([.. failure.Core.Where((_, n) => n != i)]));
            }

            Assert.NotEmpty(failure.Fixes);
            Assert.Distinct(failure.Fixes.Select(f => string.Join('\n', f.Steps.Select(s => s.ToString()).Order(StringComparer.Ordinal))));
            Assert.All(failure.Fixes, f => Assert.IsType<Solution>(Resolver.Resolve(universe, f.Request)));
        }, iter: 1_000);
        Assert.True(failures > 100, $"only {failures} of the random requests failed");
    }

    private static void AssertReasonsLeadToTheRequest(Solution solution)
    {
        foreach (var package in solution.Packages)
        {
            var at = package;
            for (var steps = 0; at.Reason.By is { } by; steps++)
            {
                Assert.True(steps <= solution.Packages.Count);
                at = solution.Find(by.Name)!;
            }

            Assert.NotEmpty(Explain.Why(solution, package.Candidate.Name));
        }
    }

    private static IReadOnlyList<IReadOnlyList<Dependency>> Parse(string field) => Parsed.GetOrAdd(field, DependencyParser.Parse);

    private static bool AnySubset(DebianPackage[] packages, ResolutionRequest request)
    {
        for (var mask = 0; mask < 1 << packages.Length; mask++)
        {
            var subset = packages.Where((_, i) => (mask & (1 << i)) != 0).ToList();
            if (Holds(subset, packages, request))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rules of Debian Policy 7, read straight.</summary>
    private static bool Holds(List<DebianPackage> installed, DebianPackage[] all, ResolutionRequest request)
    {
        if (request.Install.Any(n => !installed.Exists(p => p.Name == n)) || request.Exclude.Any(n => installed.Exists(p => p.Name == n)))
        {
            return false;
        }

        if (request.IncludeEssential && all.Any(p => p.Essential && !request.Exclude.Contains(p.Name) && !installed.Contains(p)))
        {
            return false;
        }

        foreach (var package in installed)
        {
            foreach (var group in Parse(package.PreDepends).Concat(Parse(package.Depends)))
            {
                if (!group.Any(d => installed.Exists(p => Satisfies(p, d, negative: false))))
                {
                    return false;
                }
            }

            foreach (var group in Parse(package.Conflicts).Concat(Parse(package.Breaks)))
            {
                if (installed.Exists(p => p != package && Satisfies(p, group[0], negative: true)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool Satisfies(DebianPackage package, Dependency dependency, bool negative)
    {
        if (!negative && dependency.Qualifier == "any" && package.MultiArch != "allowed")
        {
            return false;
        }

        if (package.Name == dependency.Name && Compare(package.Version, dependency))
        {
            return true;
        }

        return Parse(package.Provides).Any(g => g[0].Name == dependency.Name
            && (dependency.Relation == VersionRelation.Any || (g[0].Version.Length > 0 && Compare(g[0].Version, dependency))));
    }

    private static bool Compare(string version, Dependency dependency) => dependency.Relation switch
    {
        VersionRelation.Earlier => int.Parse(version) < int.Parse(dependency.Version),
        VersionRelation.LaterOrEqual => int.Parse(version) >= int.Parse(dependency.Version),
        VersionRelation.Equal => version == dependency.Version,
        _ => true,
    };
}
