using Ironhull.Diagnostics;

namespace Ironhull.Resolution;

/// <summary>Answers why a package is or is not in a solution.</summary>
public static class Explain
{
    /// <summary>
    /// The shortest chain of reasons from the request to a package: the first entry is requested or essential, the
    /// last is the package. Empty when the package is not in the solution.
    /// </summary>
    public static IReadOnlyList<SolutionPackage> Why(Solution solution, string name)
    {
        var installed = solution.Packages.Select(p => p.Candidate).ToHashSet();
        var reached = new Dictionary<Candidate, SolutionPackage>();
        var queue = new Queue<Candidate>();
        foreach (var clause in solution.Problem.Jobs.Where(j => j.Kind != ClauseKind.Exclude).SelectMany(j => j.Clauses))
        {
            Reach(clause);
        }

        while (queue.TryDequeue(out var candidate))
        {
            if (string.Equals(candidate.Name, name, StringComparison.Ordinal))
            {
                return Chain(reached, candidate);
            }

            foreach (var clause in solution.Problem.ClausesOf(candidate).Where(c => c.IsPositive && c.Conditions.All(installed.Contains)))
            {
                Reach(clause);
            }

            // What is there for a candidate's sake without that candidate asking for it: packages that supplement it.
            foreach (var package in solution.Packages.Where(p => p.Reason.By == candidate && reached.TryAdd(p.Candidate, p)))
            {
                queue.Enqueue(package.Candidate);
            }
        }

        return [];

        void Reach(Clause clause)
        {
            foreach (var alternative in clause.Alternatives)
            {
                if (installed.Contains(alternative) && reached.TryAdd(alternative, new SolutionPackage(alternative, Reason.Of(clause))))
                {
                    queue.Enqueue(alternative);
                }
            }
        }
    }

    /// <summary>Sentences on why a package is not in the result of a request; one sentence when it is.</summary>
    /// <exception cref="HullException">HULL3004: an entry of the request, or the name, cannot be read.</exception>
    public static IReadOnlyList<string> WhyNot(IUniverse universe, ResolutionRequest request, string name)
    {
        if (!universe.Contains(name))
        {
            var suggestions = universe.SuggestionsFor(name);
            return
            [
                $"No package in the repositories is named '{name}'.",
                .. suggestions.Count == 0 ? (string[])[] : [$"There is {string.Join(", ", suggestions)}."],
            ];
        }

        var result = Resolver.Resolve(universe, request);
        if (result is Failure unsatisfiable)
        {
            return ["The request itself has no solution, so nothing is installed:", .. unsatisfiable.Sentences];
        }

        var solution = (Solution)result;

        if (solution.Find(name) is { } present)
        {
            return [$"{present.Candidate} is installed: {present.Reason}."];
        }

        var sentences = new List<string>();
        var excluded = request.Exclude.Contains(name, StringComparer.Ordinal);
        var wanting = PassedOver(solution, name, excluded);
        if (excluded)
        {
            sentences.Add($"The request excludes {name}.");
        }
        else if (wanting.Count == 0)
        {
            sentences.Add($"Nobody asks for {name}: it is not requested, and no installed package depends on it.");
        }

        sentences.AddRange(wanting);
        var asked = request with
        {
            Install = [.. request.Install, name],
            Exclude = [.. request.Exclude.Where(e => !string.Equals(e, name, StringComparison.Ordinal))],
        };
        switch (Resolver.Resolve(universe, asked))
        {
            case Failure failure:
                sentences.Add("It could not be added to this request:");
                sentences.AddRange(failure.Sentences);
                break;
            case Solution other:
                var added = other.Packages.Count(p => solution.Find(p.Candidate.Name) is null);
                sentences.Add($"If it were {(excluded ? "requested instead" : "requested")}, it could be installed; that adds {added} package{(added == 1 ? "" : "s")}.");
                break;
        }

        return sentences;
    }

    /// <summary>Dependencies of installed packages that the package could have satisfied.</summary>
    private static List<string> PassedOver(Solution solution, string name, bool excluded)
    {
        var sentences = new List<string>();
        var installed = solution.Packages.Select(p => p.Candidate).ToHashSet();
        foreach (var package in solution.Packages)
        {
            foreach (var clause in solution.Problem.ClausesOf(package.Candidate))
            {
                if (!clause.Alternatives.Any(a => string.Equals(a.Name, name, StringComparison.Ordinal)))
                {
                    continue;
                }

                if (clause.Alternatives.FirstOrDefault(installed.Contains) is { } chosen)
                {
                    var why = excluded ? "is in its place" : "is installed and satisfies that";
                    sentences.Add($"{package.Candidate} needs '{clause.Text}' ({clause.Field}); {chosen} {why}.");
                }
            }
        }

        return sentences;
    }

    private static List<SolutionPackage> Chain(Dictionary<Candidate, SolutionPackage> reached, Candidate last)
    {
        var chain = new List<SolutionPackage>();
        for (var at = reached[last]; ; at = reached[at.Reason.By])
        {
            chain.Insert(0, at);
            if (at.Reason.By is null)
            {
                return chain;
            }
        }
    }
}
