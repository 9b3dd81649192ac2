namespace Ironhull.Resolution.Solving;

/// <summary>Encodes a problem into the solver on demand and runs it with the policy of <see cref="PolicyWalk"/>.</summary>
internal sealed class Search
{
    private readonly IProblem _problem;
    private readonly SatSolver _solver = new();
    private readonly Dictionary<Candidate, int> _variables = [];
    private readonly List<Candidate?> _candidates = [];
    private readonly Dictionary<Candidate, List<Clause>> _wishes = [];
    private readonly List<Clause> _origins = [];
    private readonly List<int> _originNumbers = [];
    private readonly PolicyWalk _walk;

    public Search(IProblem problem)
    {
        _problem = problem;
        _walk = new PolicyWalk(this);
        _solver.Expand = Expand;
    }

    /// <summary>The chosen packages with the clause that brought each in, in the order of choice, after success.</summary>
    public IReadOnlyList<(Candidate Candidate, Clause Reason)> Chosen => _walk.Chosen;

    /// <summary>The original clauses of the refutation, after failure.</summary>
    public IReadOnlyList<Clause> Core { get; private set; } = [];

    public SearchStatistics Statistics => new(_variables.Count, _origins.Count, _solver.Decisions, _solver.Conflicts);

    public bool Run()
    {
        var assumptions = new List<int>();
        foreach (var job in _problem.Jobs)
        {
            var selector = _solver.NewVariable();
            _candidates.Add(null);
            foreach (var clause in job.Clauses)
            {
                Add(clause, SatSolver.Negative(selector));
            }

            assumptions.Add(SatSolver.Positive(selector));
        }

        _walk.Prepare(_problem.Jobs);
        if (_solver.Solve(assumptions, _walk))
        {
            return true;
        }

        var byNumber = new Dictionary<int, Clause>();
        for (var i = 0; i < _originNumbers.Count; i++)
        {
            byNumber[_originNumbers[i]] = _origins[i];
        }

        Core = [.. _solver.Core.Select(n => byNumber[n])];
        return false;
    }

    /// <summary>The positive clauses of an installed candidate, in order.</summary>
    public IReadOnlyList<Clause> WishesOf(Candidate candidate) => _wishes.TryGetValue(candidate, out var list) ? list : [];

    /// <summary>1 installed, -1 ruled out, 0 open.</summary>
    public int Value(Candidate candidate) => _solver.Value(SatSolver.Positive(Variable(candidate)));

    public int Literal(Candidate candidate) => SatSolver.Positive(Variable(candidate));

    private void Expand(int variable)
    {
        if (_candidates[variable] is not { } candidate)
        {
            return;
        }

        var wishes = new List<Clause>();
        _wishes[candidate] = wishes;
        foreach (var clause in _problem.ClausesOf(candidate))
        {
            if (!clause.IsNegative)
            {
                wishes.Add(clause);
            }

            if (clause.Kind != ClauseKind.Recommends)
            {
                Add(clause, SatSolver.Negative(variable));
            }
        }
    }

    private void Add(Clause clause, int guard)
    {
        int[] literals;
        if (clause.IsNegative)
        {
            literals = [guard, SatSolver.Negative(Variable(clause.Other!))];
        }
        else
        {
            literals = new int[clause.Alternatives.Count + 1];
            literals[0] = guard;
            for (var i = 0; i < clause.Alternatives.Count; i++)
            {
                literals[i + 1] = Literal(clause.Alternatives[i]);
                if (literals[i + 1] == (guard ^ 1))
                {
                    return; // A package that satisfies its own dependency.
                }
            }
        }

        _originNumbers.Add(_solver.Add(literals));
        _origins.Add(clause);
    }

    private int Variable(Candidate candidate)
    {
        if (!_variables.TryGetValue(candidate, out var variable))
        {
            variable = _solver.NewVariable();
            _variables.Add(candidate, variable);
            _candidates.Add(candidate);
        }

        return variable;
    }
}
