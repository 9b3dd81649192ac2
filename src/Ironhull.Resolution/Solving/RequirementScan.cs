namespace Ironhull.Resolution.Solving;

/// <summary>
/// Goes round the requirements of all candidates that are known: those of the last package first, of one package in the order of the
/// packages that satisfy them. A round ends when nothing was decided in it; requirements with several good candidates wait until then.
/// </summary>
internal sealed class RequirementScan(IRankedProblem problem, Func<Candidate, int> variable)
{
    private readonly List<Requirement> _new = [];
    private readonly Dictionary<Candidate, List<Requirement>> _weak = [];
    private List<Requirement> _all = [];
    private Requirement? _last;
    private Requirement? _postponed;
    private bool _choosing;
    private int _at;
    private int _left;
    private int _serial;

    /// <summary>The requirement to look at; null when the round is over.</summary>
    public Requirement? Current
    {
        get
        {
            if (_left == 0 && _postponed is not null && !_choosing)
            {
                _choosing = true;
                _at = IndexOf(_postponed);
                _left = _all.Count;
            }

            return _left == 0 ? null : _all[_at];
        }
    }

    /// <summary>Takes in what a candidate needs.</summary>
    public void Add(Candidate candidate, IReadOnlyList<Clause> wishes)
    {
        foreach (var clause in wishes)
        {
            if (clause.Alternatives.Count > 0)
            {
                List<Candidate> conditions = [candidate, .. clause.Conditions, .. clause.Other is { } other ? (Candidate[])[other] : []];
                int[] places = [.. conditions.Select(problem.PlaceOf).OrderDescending()];
                int[] others = [.. places.Skip(1).Select(p => -p), .. clause.Alternatives.Select(problem.PlaceOf).Order()];
                var requirement = new Requirement(
                    clause, [.. conditions.Select(variable)], [.. clause.Alternatives.Select(variable)], places[0], others, _serial++);
                ListFor(clause.Kind, candidate).Add(requirement);
            }
        }
    }

    /// <summary>The weak dependencies of a candidate.</summary>
    public IReadOnlyList<Requirement> WeakOf(Candidate candidate) => _weak.TryGetValue(candidate, out var list) ? list : [];

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

    private List<Requirement> ListFor(ClauseKind kind, Candidate candidate)
    {
        if (kind != ClauseKind.Recommends)
        {
            return _new;
        }

        if (!_weak.TryGetValue(candidate, out var list))
        {
            _weak.Add(candidate, list = []);
        }

        return list;
    }

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

    /// <summary>A clause that somebody has to satisfy.</summary>
    /// <param name="Clause">The clause.</param>
    /// <param name="Conditions">Variables of what has to be installed for it to count.</param>
    /// <param name="Alternatives">Variables of its alternatives.</param>
    /// <param name="Last">The greatest place among the conditions.</param>
    /// <param name="Others">The places of the rest.</param>
    /// <param name="Serial">When it became known.</param>
    internal sealed record Requirement(
        Clause Clause, int[] Conditions, int[] Alternatives, int Last, int[] Others, int Serial) : IComparable<Requirement>
    {
        /// <summary>As long as decisions were taken back this often, it is known to be satisfied.</summary>
        public int SatisfiedSince { get; set; } = -1;

        public int CompareTo(Requirement? other)
        {
            var order = other!.Last.CompareTo(Last);
            order = order != 0 ? order : Others.AsSpan().SequenceCompareTo(other.Others);
            return order != 0 ? order : Serial.CompareTo(other.Serial);
        }
    }
}
