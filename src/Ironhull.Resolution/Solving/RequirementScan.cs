namespace Ironhull.Resolution.Solving;

/// <summary>
/// Goes round the requirements of all candidates that are known: those of the last package first, of one package in the order of the
/// packages that satisfy them. A round ends when nothing was decided in it; requirements with several good candidates wait until then.
/// </summary>
internal sealed class RequirementScan(IRankedProblem problem)
{
    private readonly List<Requirement> _new = [];
    private List<Requirement> _all = [];
    private Requirement? _last;
    private Requirement? _postponed;
    private bool _choosing;
    private int _at;
    private int _left;
    private int _serial;

    /// <summary>The requirement to look at; null when the round is over.</summary>
    public Clause? Current
    {
        get
        {
            if (_left == 0 && _postponed is not null && !_choosing)
            {
                _choosing = true;
                _at = IndexOf(_postponed);
                _left = _all.Count;
            }

            return _left == 0 ? null : _all[_at].Clause;
        }
    }

    /// <summary>Takes in what a candidate needs.</summary>
    public void Add(Candidate candidate, IReadOnlyList<Clause> wishes)
    {
        foreach (var clause in wishes)
        {
            if (clause.Alternatives.Count > 0 && clause.Kind != ClauseKind.Recommends)
            {
                List<int> conditions = [problem.PlaceOf(candidate), .. clause.Conditions.Select(problem.PlaceOf), .. clause.Other is { } other ? (int[])[problem.PlaceOf(other)] : []];
                var last = conditions.Max();
                int[] others =
                [
                    .. conditions.Where(p => p != last).Select(p => -p).Order(),
                    .. clause.Alternatives.Select(problem.PlaceOf).Order(),
                ];
                _new.Add(new Requirement(clause, last, others, _serial++));
            }
        }
    }

    /// <summary>Starts from the first requirement.</summary>
    public void Rewind()
    {
        _last = null;
        _postponed = null;
        _choosing = false;
    }

    /// <summary>Starts a round after the last requirement that was looked at.</summary>
    public void Begin()
    {
        if (_new.Count > 0)
        {
            _new.Sort();
            _all = Merge(_all, _new);
            _new.Clear();
        }

        _left = _all.Count;
        _at = _last is null || _left == 0 ? 0 : (IndexOf(_last) + 1) % _left;
    }

    /// <summary>The current requirement needs nothing.</summary>
    public void Skip()
    {
        _left--;
        _last = _all[_at];
        _at = _at + 1 == _all.Count ? 0 : _at + 1;
    }

    /// <summary>Leaves the current requirement for later. False when later is now.</summary>
    public bool Postpone()
    {
        if (_choosing)
        {
            return false;
        }

        _postponed ??= _all[_at];
        Skip();
        return true;
    }

    /// <summary>The current requirement is decided.</summary>
    public void Settle() => Skip();

    private int IndexOf(Requirement requirement)
    {
        var index = _all.BinarySearch(requirement);
        return index < 0 ? ~index : index;
    }

    private static List<Requirement> Merge(List<Requirement> one, List<Requirement> other)
    {
        var merged = new List<Requirement>(one.Count + other.Count);
        var (i, j) = (0, 0);
        while (i < one.Count && j < other.Count)
        {
            merged.Add(one[i].CompareTo(other[j]) < 0 ? one[i++] : other[j++]);
        }

        merged.AddRange(one[i..]);
        merged.AddRange(other[j..]);
        return merged;
    }

    private sealed record Requirement(Clause Clause, int Last, int[] Others, int Serial) : IComparable<Requirement>
    {
        public int CompareTo(Requirement? other)
        {
            var order = other!.Last.CompareTo(Last);
            order = order != 0 ? order : Others.AsSpan().SequenceCompareTo(other.Others);
            return order != 0 ? order : Serial.CompareTo(other.Serial);
        }
    }
}
