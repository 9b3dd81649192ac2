using Ironhull.Diagnostics;
using Ironhull.Resolution.Solving;

namespace Ironhull.Resolution;

/// <summary>Turns a contradiction into sentences and verified fixes.</summary>
internal static class FailureAnalysis
{
    /// <summary>How many re-solves the search for fixes may use.</summary>
    private const int MaxAttempts = 250;

    /// <summary>How many fixes are reported.</summary>
    private const int MaxFixes = 8;

    public static Failure Analyse(IUniverse universe, ResolutionRequest request, IReadOnlyList<Clause> contradiction)
    {
        var core = CoreRenderer.Arrange(FixedSolver.Shrink(contradiction));

        // What is only recommended never makes a request fail, so the attempts do without it.
        var fixes = FindFixes(universe, request with { IncludeRecommended = false }, core)
            .Select(f => f with { Request = f.Request with { IncludeRecommended = request.IncludeRecommended } });
        return new Failure(core, [.. core.Select(CoreRenderer.Sentence)], [.. fixes]);
    }

    /// <summary>
    /// Breadth first over sets of changes: a request that still fails after some changes is mended by a change that
    /// breaks its own next contradiction. Sets are tried smallest first, so the first that work are minimal.
    /// </summary>
    private static List<Fix> FindFixes(IUniverse universe, ResolutionRequest request, IReadOnlyList<Clause> core)
    {
        var fixes = new List<Fix>();
        var attempts = 0;
        var level = new List<(IReadOnlyList<FixStep> Steps, ResolutionRequest Request, IReadOnlyList<Clause> Core)> { ([], request, core) };
        var tried = new HashSet<string>(StringComparer.Ordinal);
        while (fixes.Count == 0 && level.Count > 0)
        {
            var next = new List<(IReadOnlyList<FixStep>, ResolutionRequest, IReadOnlyList<Clause>)>();
            foreach (var (steps, changed, contradiction) in level)
            {
                foreach (var step in StepsAgainst(universe, changed, contradiction))
                {
                    IReadOnlyList<FixStep> all = [.. steps, step];
                    if (!tried.Add(string.Join('\n', all.Select(s => s.ToString()).Order(StringComparer.Ordinal))))
                    {
                        continue;
                    }

                    if (attempts++ >= MaxAttempts)
                    {
                        break;
                    }

                    var candidate = Apply(changed, step);
                    if (Attempt(universe, candidate) is not var (count, rest))
                    {
                        continue;
                    }

                    if (rest.Count == 0)
                    {
                        fixes.Add(new Fix(all, candidate, count));
                    }
                    else
                    {
                        next.Add((all, candidate, FixedSolver.Shrink(rest)));
                    }
                }
            }

            level = next;
        }

        if (fixes.Count == 0)
        {
            fixes.Add(RemoveUntilItWorks(universe, request, core));
        }

        return [.. fixes.Select(f => Reduce(universe, request, f))
            .OrderBy(f => f.Steps.Count)
            .ThenBy(f => f.Steps.Max(s => s.Kind))
            .ThenBy(f => f.ToString(), StringComparer.Ordinal)
            .DistinctBy(f => string.Join('\n', InOrder(f.Steps)), StringComparer.Ordinal) // Larger sets may come down to one, in another order.
            .Take(MaxFixes)];
    }

    /// <summary>The last resort: one change for every contradiction met, however many there are.</summary>
    private static Fix RemoveUntilItWorks(IUniverse universe, ResolutionRequest request, IReadOnlyList<Clause> core)
    {
        var steps = new List<FixStep>();
        var changed = request;
        while (true)
        {
            var step = StepsAgainst(universe, changed, core)
                .OrderBy(s => s.Kind is FixKind.RemoveRequest ? 0 : 1).First();
            steps.Add(step);
            changed = Apply(changed, step);
            var (count, rest) = Resolver.Try(universe, changed);
            if (rest.Count == 0)
            {
                return new Fix(steps, changed, count);
            }

            core = FixedSolver.Shrink(rest);
        }
    }

    /// <summary>The count of packages, or the contradiction; null where a package that would come in cannot be read.</summary>
    private static (int Count, IReadOnlyList<Clause> Core)? Attempt(IUniverse universe, ResolutionRequest request)
    {
        try
        {
            return Resolver.Try(universe, request);
        }
        catch (HullException)
        {
            return null;
        }
    }

    private static IEnumerable<FixStep> InOrder(IEnumerable<FixStep> steps) =>
        steps.OrderBy(s => s.Kind).ThenBy(s => s.Subject, StringComparer.Ordinal).ThenBy(s => s.Detail, StringComparer.Ordinal);

    /// <summary>Leaves out every change without which the rest still works.</summary>
    private static Fix Reduce(IUniverse universe, ResolutionRequest request, Fix fix)
    {
        for (var i = fix.Steps.Count - 1; i >= 0 && fix.Steps.Count > 1; i--)
        {
            var fewer = fix.Steps.Where((_, n) => n != i).ToList();
            var changed = fewer.Aggregate(request, Apply);
            if (Attempt(universe, changed) is (var count, { Count: 0 }))
            {
                fix = new Fix(fewer, changed, count);
            }
        }

        return fix;
    }

    /// <summary>Every change to the request that takes a clause out of the contradiction.</summary>
    private static IEnumerable<FixStep> StepsAgainst(IUniverse universe, ResolutionRequest request, IReadOnlyList<Clause> core)
    {
        var steps = new List<FixStep>();
        foreach (var clause in core)
        {
            switch (clause.Kind)
            {
                case ClauseKind.Install:
                    var name = NameOf(clause.Text);
                    if (name.Length < clause.Text.Length && universe.Contains(name))
                    {
                        steps.Add(new FixStep(FixKind.PickAlternative, clause.Text, name));
                    }

                    foreach (var other in universe.SuggestionsFor(name))
                    {
                        if (!request.Install.Contains(other, StringComparer.Ordinal) && !request.Exclude.Contains(other, StringComparer.Ordinal))
                        {
                            steps.Add(new FixStep(FixKind.PickAlternative, clause.Text, other));
                        }
                    }

                    steps.Add(new FixStep(FixKind.RemoveRequest, clause.Text, ""));
                    break;
                case ClauseKind.Exclude:
                    steps.Add(new FixStep(FixKind.DropExclude, clause.Text, ""));
                    break;
                case ClauseKind.Requires:
                    steps.Add(new FixStep(FixKind.AddWaiver, clause.Subject!.Name, clause.Text));
                    break;
                case ClauseKind.Essential:
                    steps.Add(new FixStep(FixKind.ExcludeEssential, clause.Text, ""));
                    break;
            }
        }

        return InOrder(steps).Distinct();
    }

    /// <summary>A request without its version: "a=1" and "a >= 1" ask for a.</summary>
    private static string NameOf(string text)
    {
        var end = text.AsSpan().IndexOfAny(" <>=");
        return end < 0 || text[0] == '(' ? text : text[..end];
    }

    private static ResolutionRequest Apply(ResolutionRequest request, FixStep step) => step.Kind switch
    {
        FixKind.PickAlternative => request with
        {
            Install = [.. request.Install.Select(i => string.Equals(i, step.Subject, StringComparison.Ordinal) ? step.Detail : i)],
        },
        FixKind.DropExclude => request with { Exclude = Without(request.Exclude, step.Subject) },
        FixKind.RemoveRequest => request with { Install = Without(request.Install, step.Subject) },
        FixKind.ExcludeEssential => request with { Exclude = [.. request.Exclude, step.Subject] },
        _ => request with { Waivers = [.. request.Waivers, new DependencyWaiver(step.Subject, step.Detail)] },
    };

    private static List<string> Without(IReadOnlyList<string> list, string entry) =>
        [.. list.Where(e => !string.Equals(e, entry, StringComparison.Ordinal))];
}
