namespace Ironhull.Resolution.Solving;

/// <summary>
/// The order of decisions of dnf and its solver, found out by asking them. First the requests in their order; then the requirements of
/// everything installed, in turn, those with a real choice last; then, where they are wanted, weak dependencies, after each of which
/// the requirements are looked at again. At the end a choice whose other candidates came in later anyway is made anew in favour of
/// one of those, and what nothing installed asks for is left out.
/// </summary>
internal sealed class RankedWalk(Search search, IRankedProblem problem, SatSolver solver) : IPolicy, IDecisions
{
    /// <summary>Nothing to decide; the solver's own answer is another one.</summary>
    private const int Done = -1;

    /// <summary>Clauses were added: the solver has to follow them first.</summary>
    private const int Again = -2;

    private readonly List<Clause> _requests = [];
    private readonly List<Candidate> _installed = [];
    private readonly List<Branch> _branches = [];
    private readonly Dictionary<Clause, Candidate> _picks = [];
    private readonly List<(Clause Clause, Candidate Pick)> _weakPicks = [];
    private readonly Queue<Wish> _wishes = new();
    private readonly RequirementScan _scan = new(problem, search.VariableOf);
    private IReadOnlyList<(Candidate, Clause)>? _chosen;
    private int _trailSeen;
    private int _scanLevel;

    public IReadOnlyList<(Candidate Candidate, Clause Reason)> Chosen =>
        _chosen ??= new ReasonClosure(this, _requests, search.WishesOf, _picks, _weakPicks).Compute();

    public IReadOnlyList<Candidate> Installed
    {
        get
        {
            var trail = solver.Trail;
            for (; _trailSeen < trail.Count; _trailSeen++)
            {
                if ((trail[_trailSeen] & 1) == 0 && search.CandidateOf(trail[_trailSeen]) is { } candidate)
                {
                    _installed.Add(candidate);
                }
            }

            return _installed;
        }
    }

    public int TakenBack { get; private set; }

    public bool IsInstalled(Candidate candidate) => search.Known(candidate) > 0;

    public bool IsRuledOut(Candidate candidate) => search.Known(candidate) < 0;

    public void Prepare(IReadOnlyList<Job> jobs) =>
        _requests.AddRange(jobs.Where(j => j.Kind != ClauseKind.Exclude).SelectMany(j => j.Clauses));

    public void Expanded(Candidate candidate, IReadOnlyList<Clause> wishes) => _scan.Add(candidate, wishes);

    public void Restart()
    {
        TakenBack++;
        _installed.Clear();
        _trailSeen = 0;
        _wishes.Clear();
    }

    public int Next()
    {
        _branches.RemoveAll(b => b.Level >= solver.Level);
        if (solver.Level < _scanLevel)
        {
            StartOver();
        }

        while (true)
        {
            var literal = NextWish();
            literal = literal != Done ? literal : NextRequest();
            literal = literal != Done ? literal : NextRequirement();
            if (literal != Done)
            {
                return literal;
            }

            var recommended = Installed.SelectMany(_scan.WeakOf).Where(IsOpen).Select(r => r.Clause).ToList();
            foreach (var wish in problem.OpenWishes(recommended, this))
            {
                _wishes.Enqueue(wish);
            }

            if (_wishes.Count == 0)
            {
                return Minimise();
            }
        }
    }

    private void StartOver()
    {
        _scan.Rewind();
        _scanLevel = 0;
    }

    private int NextRequest()
    {
        foreach (var clause in _requests)
        {
            if (OpenIn(clause) is { Count: > 0 } open)
            {
                return LookAt(open) ? Again : Decide(clause, Prefer(open));
            }
        }

        return Done;
    }

    private int NextRequirement()
    {
        _scanLevel = _scanLevel == 0 ? solver.Level : _scanLevel;
        _scan.Begin();
        while (_scan.Current is { } requirement)
        {
            if (!IsOpen(requirement))
            {
                _scan.Skip();
                continue;
            }

            var clause = requirement.Clause;
            List<Candidate> open = [.. clause.Alternatives.Where(a => search.Known(a) == 0)];

            if (LookAt(open))
            {
                return Again;
            }

            var preferred = Prefer(open);
            if (preferred.Count > 1 && _scan.Postpone())
            {
                continue;
            }

            _scan.Settle();
            return Decide(clause, preferred);
        }

        return Done;
    }

    /// <summary>The next weak dependency; requirements are looked at again once all of them were tried.</summary>
    private int NextWish()
    {
        while (_wishes.TryPeek(out var wish))
        {
            List<Candidate> open = wish.Clause.Alternatives.Any(IsInstalled) ? [] : [.. wish.Open.Where(c => search.Known(c) == 0)];
            if (open.Count > 0 && LookAt(open))
            {
                return Again;
            }

            _wishes.Dequeue();
            if (open.Count > 0)
            {
                var preferred = Prefer(open);
                _weakPicks.Add((wish.Clause, preferred[0]));
                StartOver();
                return Decide(wish.Clause, preferred);
            }
        }

        return Done;
    }

    /// <summary>True when a requirement counts, nothing satisfies it, and something could.</summary>
    private bool IsOpen(RequirementScan.Requirement requirement)
    {
        if (requirement.SatisfiedSince == TakenBack)
        {
            return false;
        }

        foreach (var variable in requirement.Conditions)
        {
            if (solver.Value(SatSolver.Positive(variable)) <= 0)
            {
                return false;
            }
        }

        var open = false;
        foreach (var variable in requirement.Alternatives)
        {
            var value = solver.Value(SatSolver.Positive(variable));
            if (value > 0)
            {
                requirement.SatisfiedSince = TakenBack;
                return false;
            }

            open |= value == 0;
        }

        return open;
    }

    /// <summary>The candidates that could satisfy a clause whose conditions hold and that nothing satisfies; null when there is nothing to do.</summary>
    private List<Candidate>? OpenIn(Clause clause)
    {
        if ((clause.Subject is { } subject && !IsInstalled(subject)) || (clause.Other is { } other && !IsInstalled(other)) || !clause.Conditions.All(IsInstalled))
        {
            return null;
        }

        List<Candidate>? open = null;
        foreach (var alternative in clause.Alternatives)
        {
            switch (search.Known(alternative))
            {
                case > 0:
                    return null;
                case 0:
                    (open ??= []).Add(alternative);
                    break;
            }
        }

        return open;
    }

    /// <summary>What a candidate claims may rule it out before it is tried.</summary>
    private bool LookAt(List<Candidate> candidates)
    {
        var added = false;
        foreach (var candidate in candidates)
        {
            added |= search.LookAt(candidate);
        }

        return added;
    }

    private IReadOnlyList<Candidate> Prefer(List<Candidate> open) => open.Count == 1 ? open : problem.Prefer(open, this);

    private int Decide(Clause clause, IReadOnlyList<Candidate> preferred)
    {
        if (preferred.Count > 1)
        {
            _branches.Add(new Branch(solver.Level, clause, preferred));
        }

        _picks[clause] = preferred[0];
        return search.Literal(preferred[0]);
    }

    /// <summary>
    /// Makes the first choice anew for which a candidate not tried yet came in later, or, failing that, one that is recommended while
    /// the one chosen is not.
    /// </summary>
    private int Minimise()
    {
        (Branch Branch, int Index)? found = null;
        for (var i = _branches.Count - 1; i >= 0; i--)
        {
            var index = Better(_branches[i]);
            found = index >= 0 ? (_branches[i], index) : found;
        }

        if (found is not var (branch, pick))
        {
            return Done;
        }

        branch.Tried[pick] = true;
        _branches.RemoveRange(_branches.IndexOf(branch) + 1, _branches.Count - _branches.IndexOf(branch) - 1);
        solver.Revert(branch.Level);
        Restart();
        StartOver();
        _picks[branch.Clause] = branch.Candidates[pick];
        return search.Literal(branch.Candidates[pick]);
    }

    private int Better(Branch branch)
    {
        var recommended = -1;
        for (var i = 0; i < branch.Candidates.Count; i++)
        {
            if (branch.Tried[i])
            {
                continue;
            }

            if (IsInstalled(branch.Candidates[i]) && search.LevelOf(branch.Candidates[i]) > branch.Level)
            {
                return i;
            }

            recommended = recommended < 0 && problem.IsWished(branch.Candidates[i], this) ? i : recommended;
        }

        var current = branch.Candidates.Where((c, i) => branch.Tried[i] && IsInstalled(c) && search.LevelOf(c) == branch.Level + 1);
        return recommended >= 0 && current.Any(c => !problem.IsWished(c, this)) ? recommended : -1;
    }

    /// <summary>A choice that was made.</summary>
    /// <param name="Level">How many decisions were in force before it.</param>
    /// <param name="Clause">What had to be satisfied.</param>
    /// <param name="Candidates">What there was to choose from.</param>
    private sealed record Branch(int Level, Clause Clause, IReadOnlyList<Candidate> Candidates)
    {
        public bool[] Tried { get; } = [.. Candidates.Select((_, i) => i == 0)];
    }
}
