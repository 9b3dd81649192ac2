namespace Ironhull.Resolution.Solving;

/// <summary>Walks a solution from the requests and keeps what something asks for; everything kept has a reason.</summary>
internal sealed class ReasonClosure(
    IDecisions decisions, IReadOnlyList<Clause> requests, Func<Candidate, IReadOnlyList<Clause>> wishesOf,
    IReadOnlyDictionary<Clause, Candidate> picks, IReadOnlyList<(Clause Clause, Candidate Pick)> weakPicks)
{
    private readonly List<(Candidate Candidate, Clause Reason)> _kept = [];
    private readonly HashSet<Candidate> _isKept = [];
    private readonly List<Clause> _waiting = [];

    /// <summary>What is kept, the requests first.</summary>
    public IReadOnlyList<(Candidate Candidate, Clause Reason)> Compute()
    {
        foreach (var clause in requests)
        {
            _waiting.Add(clause);
        }

        var seen = 0;
        do
        {
            Satisfy(choose: false);
            for (; seen < _kept.Count; seen++)
            {
                _waiting.AddRange(wishesOf(_kept[seen].Candidate));
                Satisfy(choose: false);
            }
        }
        while (Satisfy(choose: true) || AddWeak());

        return _kept;
    }

    /// <summary>Goes through the clauses that wait; with <paramref name="choose"/>, until one is satisfied by a choice.</summary>
    private bool Satisfy(bool choose)
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            var clause = _waiting[i];
            if (!Applies(clause))
            {
                continue;
            }

            var candidates = clause.Alternatives.Where(decisions.IsInstalled).ToList();
            var known = candidates.Exists(_isKept.Contains);
            var picked = picks.TryGetValue(clause, out var pick) && decisions.IsInstalled(pick) ? pick : candidates.Count == 1 ? candidates[0] : null;
            if (!known && picked is null && candidates.Count > 0 && !choose)
            {
                continue;
            }

            _waiting.RemoveAt(i--);
            if (picked is not null || (!known && candidates.Count > 0))
            {
                Keep(picked ?? candidates[0], clause);
                if (choose)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Applies(Clause clause) =>
        (clause.Other is null || _isKept.Contains(clause.Other)) && clause.Conditions.All(_isKept.Contains);

    private bool AddWeak()
    {
        foreach (var (clause, pick) in weakPicks)
        {
            if (decisions.IsInstalled(pick) && !_isKept.Contains(pick) && (clause.Subject is null || _isKept.Contains(clause.Subject)))
            {
                Keep(pick, clause);
                return true;
            }
        }

        return false;
    }

    private void Keep(Candidate candidate, Clause reason)
    {
        if (_isKept.Add(candidate))
        {
            _kept.Add((candidate, reason));
        }
    }
}
