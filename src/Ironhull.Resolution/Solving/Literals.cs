namespace Ironhull.Resolution.Solving;

/// <summary>Writes clauses as the solver's literals.</summary>
internal static class Literals
{
    /// <summary>The literals of a clause, each once; null when it always holds, because what it needs is what it starts from.</summary>
    /// <param name="clause">The clause.</param>
    /// <param name="guard">The literal that stands for the clause's job; negative when there is none.</param>
    /// <param name="variable">The variable of a candidate.</param>
    public static int[]? Of(Clause clause, int guard, Func<Candidate, int> variable)
    {
        var literals = new List<int>(clause.Alternatives.Count + clause.Conditions.Count + 2);
        if (guard >= 0)
        {
            literals.Add(guard);
        }

        if (clause.Subject is { } subject)
        {
            literals.Add(SatSolver.Negative(variable(subject)));
        }

        foreach (var condition in clause.Conditions)
        {
            AddOnce(literals, SatSolver.Negative(variable(condition)));
        }

        if (clause.Other is { } other)
        {
            AddOnce(literals, SatSolver.Negative(variable(other)));
        }

        var negative = literals.Count;
        foreach (var alternative in clause.Alternatives)
        {
            var literal = SatSolver.Positive(variable(alternative));
            if (literals.IndexOf(literal ^ 1, 0, negative) >= 0)
            {
                return null;
            }

            literals.Add(literal);
        }

        return [.. literals];
    }

    private static void AddOnce(List<int> literals, int literal)
    {
        if (!literals.Contains(literal))
        {
            literals.Add(literal);
        }
    }
}
