using Ironhull.Diagnostics;
using Ironhull.Resolution.Solving;

namespace Ironhull.Resolution;

/// <summary>
/// Finds the packages that satisfy a request, or says why there are none. A universe remembers what it was asked, so requests of several threads
/// against one universe are dealt with one after the other.
/// </summary>
public static class Resolver
{
    /// <summary>Resolves a request. The result depends on the packages and the request alone, not on their order in memory.</summary>
    /// <exception cref="HullException">HULL3004: an entry of the request cannot be read; HULL2001: a package's relationship field cannot.</exception>
    public static ResolutionResult Resolve(IUniverse universe, ResolutionRequest request)
    {
        lock (universe)
        {
            var problem = universe.Open(request);
            var search = new Search(problem);
            return search.Run()
                ? ToSolution(problem, search)
                : FailureAnalysis.Analyse(universe, request, search.Core);
        }
    }

    /// <summary>As <see cref="Resolve"/>, without explaining a failure: the count of packages, or the contradiction.</summary>
    internal static (int Count, IReadOnlyList<Clause> Core) Try(IUniverse universe, ResolutionRequest request)
    {
        var search = new Search(universe.Open(request));
        return search.Run() ? (search.Chosen.Count, []) : (0, search.Core);
    }

    private static Solution ToSolution(IProblem problem, Search search)
    {
        var packages = search.Chosen
            .Select(c => new SolutionPackage(c.Candidate, Reason.Of(c.Reason)))
            .OrderBy(p => p.Candidate.Name, StringComparer.Ordinal)
            .ThenBy(p => p.Candidate.Id, StringComparer.Ordinal)
            .ToList();
        return new Solution(packages, problem.Warnings([.. packages.Select(p => p.Candidate)]))
        {
            Problem = problem,
            Statistics = search.Statistics,
        };
    }
}
