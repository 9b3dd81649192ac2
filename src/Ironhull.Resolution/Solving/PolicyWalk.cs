namespace Ironhull.Resolution.Solving;

/// <summary>
/// The order of decisions. Everything requested counts as installed from the start; then the requirements of each
/// request are walked depth first, in the order of its fields. A requirement that an installed package satisfies
/// decides nothing; otherwise its first alternative that is not ruled out is installed. The packages walked are the
/// solution, so nothing is in it without a reason.
/// </summary>
internal sealed class PolicyWalk(Search search) : IPolicy
{
    private readonly List<(Candidate Candidate, Clause Reason)> _chosen = [];
    private readonly HashSet<Candidate> _installed = [];
    private readonly Stack<Frame> _stack = new();
    private readonly List<Clause> _jobs = [];
    private int _nextJob;
    private int _nextRoot;
    private int _roots;

    public IReadOnlyList<(Candidate Candidate, Clause Reason)> Chosen => _chosen;

    public void Prepare(IReadOnlyList<Job> jobs) =>
        _jobs.AddRange(jobs.Where(j => j.Kind != ClauseKind.Exclude).SelectMany(j => j.Clauses));

    public void Expanded(Candidate candidate, IReadOnlyList<Clause> wishes)
    {
    }

    public void Restart()
    {
        _chosen.Clear();
        _installed.Clear();
        _stack.Clear();
        _nextJob = 0;
        _nextRoot = 0;
        _roots = 0;
    }

    public int Next()
    {
        while (_nextJob < _jobs.Count)
        {
            var literal = Settle(_jobs[_nextJob++], push: false);
            _roots = _chosen.Count;
            if (literal >= 0)
            {
                return literal;
            }
        }

        while (true)
        {
            if (_stack.Count == 0)
            {
                if (_nextRoot == _roots)
                {
                    return -1;
                }

                _stack.Push(new Frame(_chosen[_nextRoot++].Candidate));
            }

            var frame = _stack.Peek();
            var wishes = search.WishesOf(frame.Candidate);
            if (frame.Next == wishes.Count)
            {
                _stack.Pop();
                continue;
            }

            var literal = Settle(wishes[frame.Next++], push: true);
            if (literal >= 0)
            {
                return literal;
            }
        }
    }

    /// <summary>Installs the best alternative of a clause unless one is installed. Gives the literal to decide, or -1.</summary>
    private int Settle(Clause clause, bool push)
    {
        foreach (var alternative in clause.Alternatives)
        {
            if (_installed.Contains(alternative))
            {
                return -1;
            }
        }

        foreach (var alternative in clause.Alternatives)
        {
            var value = search.Value(alternative);
            if (value < 0)
            {
                continue;
            }

            _installed.Add(alternative);
            _chosen.Add((alternative, clause));
            if (push)
            {
                _stack.Push(new Frame(alternative));
            }

            return value == 0 ? search.Literal(alternative) : -1;
        }

        return -1;
    }

    private sealed class Frame(Candidate candidate)
    {
        public Candidate Candidate { get; } = candidate;

        public int Next { get; set; }
    }
}
