namespace Ironhull.Resolution.Solving;

/// <summary>Decides small fixed clause sets, with every job taken as asked.</summary>
internal static class FixedSolver
{
    /// <summary>Null when the clauses can hold together; else the positions of clauses that contradict each other.</summary>
    public static IReadOnlyList<int>? FindContradiction(IReadOnlyList<Clause> clauses)
    {
        var solver = new SatSolver();
        var variables = new Dictionary<Candidate, int>();
        var numbers = new Dictionary<int, int>();
        for (var i = 0; i < clauses.Count; i++)
        {
            switch (Literals.Of(clauses[i], -1, Variable))
            {
                case null:
                    break;
                case []:
                    return [i];
                case { } literals:
                    numbers[solver.Add(literals)] = i;
                    break;
            }
        }

        return solver.Solve([], new FirstOpen(solver, variables.Count)) ? null : [.. solver.Core.Select(n => numbers[n])];

        int Variable(Candidate candidate)
        {
            if (!variables.TryGetValue(candidate, out var variable))
            {
                variables.Add(candidate, variable = solver.NewVariable());
            }

            return variable;
        }
    }

    /// <summary>Removes clauses until every remaining one is needed for the contradiction.</summary>
    public static List<Clause> Shrink(IReadOnlyList<Clause> contradiction)
    {
        var clauses = contradiction.ToList();
        // From the end: what lies deepest in the closure goes first, what the user wrote stays longest.
        for (var i = clauses.Count - 1; i >= 0; i = Math.Min(i, clauses.Count) - 1)
        {
            var without = clauses.ToList();
            without.RemoveAt(i);
            if (FindContradiction(without) is { } smaller)
            {
                clauses = [.. smaller.Select(n => without[n])];
            }
        }

        return clauses;
    }

    private sealed class FirstOpen(SatSolver solver, int count) : IBrancher
    {
        public int Next()
        {
            for (var i = 0; i < count; i++)
            {
                if (solver.Value(SatSolver.Negative(i)) == 0)
                {
                    return SatSolver.Negative(i);
                }
            }

            return -1;
        }

        public void Restart()
        {
        }
    }
}
