namespace Ironhull.Resolution.Solving;

/// <summary>
/// Encodes a problem into the solver on demand and runs it with the policy of its packaging system: <see cref="PolicyWalk"/>, or
/// <see cref="RankedWalk"/> for a problem that ranks its candidates.
/// </summary>
internal sealed class Search
{
    private readonly IProblem _problem;
    private readonly SatSolver _solver = new();
    private readonly Dictionary<Candidate, int> _variables = [];
    private readonly List<Candidate?> _candidates = [];
    private readonly Dictionary<Candidate, List<Clause>> _wishes = [];
    private readonly List<Clause> _origins = [];
    private readonly List<int> _originNumbers = [];
    private readonly IPolicy _policy;

    public Search(IProblem problem)
    {
        _problem = problem;
        _policy = problem is IRankedProblem ranked ? new RankedWalk(this, ranked, _solver) : new PolicyWalk(this);
        _solver.Expand = Expand;
    }

    /// <summary>The chosen packages with the clause that brought each in, in the order of choice, after success.</summary>
    public IReadOnlyList<(Candidate Candidate, Clause Reason)> Chosen => _policy.Chosen;

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

        _policy.Prepare(_problem.Jobs);
        if (_solver.Solve(assumptions, _policy))
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

    /// <summary>As <see cref="Value"/>; 0 too for what no clause has named.</summary>
    public int Known(Candidate candidate) => _variables.TryGetValue(candidate, out var variable) ? _solver.Value(SatSolver.Positive(variable)) : 0;

    /// <summary>1 installed, -1 ruled out, 0 open.</summary>
    public int Value(Candidate candidate) => _solver.Value(SatSolver.Positive(VariableOf(candidate)));

    public int Literal(Candidate candidate) => SatSolver.Positive(VariableOf(candidate));

    /// <summary>What a literal of the solver stands for; null where that is a job.</summary>
    public Candidate? CandidateOf(int literal) => _candidates[literal >> 1];

    /// <summary>After how many choices it was settled whether a candidate is installed.</summary>
    public int LevelOf(Candidate candidate) => _solver.LevelOf(VariableOf(candidate));

    /// <summary>Adds what a candidate claims although it is not chosen. False when that was done before.</summary>
    public bool LookAt(Candidate candidate) => _solver.ExpandAhead(VariableOf(candidate));

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
            if (clause.IsPositive)
            {
                wishes.Add(clause);
            }

            if (clause.Kind != ClauseKind.Recommends)
            {
                Add(clause, -1);
            }
        }

        _policy.Expanded(candidate, wishes);
    }

    private void Add(Clause clause, int guard)
    {
        if (Literals.Of(clause, guard, VariableOf) is { } literals)
        {
            _originNumbers.Add(_solver.Add(literals));
            _origins.Add(clause);
        }
    }

    /// <summary>The solver's variable of a candidate.</summary>
    public int VariableOf(Candidate candidate)
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
