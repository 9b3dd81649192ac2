namespace Ironhull.Resolution.Solving;

/// <summary>Chooses the next literal to assume once every job holds.</summary>
internal interface IBrancher
{
    /// <summary>An unassigned literal, -1 when everything needed is decided, or -2 when clauses were added that have to be followed first.</summary>
    int Next();

    /// <summary>Assignments were taken back.</summary>
    void Restart();
}

/// <summary>
/// Conflict-driven clause learning: two watched literals, first-unique-implication-point learning, non-chronological
/// backjumping, assumptions. Clauses may be added while searching: <see cref="Expand"/> is called when a variable
/// first becomes true. Learned clauses remember what they were derived from, so that a refutation names original clauses.
/// A literal is 2·variable, plus one when negated.
/// </summary>
internal sealed class SatSolver
{
    private const int NoReason = -1;
    private readonly List<int[]> _clauses = [];
    private readonly List<int[]?> _antecedents = [];
    private readonly List<List<int>> _watches = [];
    private readonly List<sbyte> _values = [];
    private readonly List<int> _levels = [];
    private readonly List<int> _reasons = [];
    private readonly List<bool> _seen = [];
    private readonly List<bool> _expanded = [];
    private readonly List<int> _trail = [];
    private readonly List<int> _levelStarts = [];
    private readonly List<int> _units = [];
    private int _head;

    /// <summary>Called once for a variable that became true; adds the clauses that follow from it.</summary>
    public Action<int>? Expand { get; set; }

    /// <summary>Choices made.</summary>
    public int Decisions { get; private set; }

    /// <summary>Conflicts met.</summary>
    public int Conflicts { get; private set; }

    /// <summary>Numbers of the original clauses of the refutation, ascending, after <see cref="Solve"/> gave false.</summary>
    public IReadOnlyList<int> Core { get; private set; } = [];

    /// <summary>How many choices and assumptions are in force.</summary>
    public int Level => _levelStarts.Count;

    /// <summary>The literals that hold, in the order in which they came to.</summary>
    public IReadOnlyList<int> Trail => _trail;

    private int _pendingConflict = NoReason;

    public static int Positive(int variable) => variable * 2;

    public static int Negative(int variable) => (variable * 2) + 1;

    public int NewVariable()
    {
        _values.Add(0);
        _levels.Add(0);
        _reasons.Add(NoReason);
        _seen.Add(false);
        _expanded.Add(false);
        _watches.Add([]);
        _watches.Add([]);
        return _values.Count - 1;
    }

    /// <summary>1 true, -1 false, 0 unassigned.</summary>
    public int Value(int literal) => (literal & 1) == 0 ? _values[literal >> 1] : -_values[literal >> 1];

    /// <summary>After how many choices a variable was assigned.</summary>
    public int LevelOf(int variable) => _levels[variable];

    /// <summary>Adds what follows from a variable before it is known to be true.</summary>
    /// <returns>False when that was done before.</returns>
    public bool ExpandAhead(int variable)
    {
        if (_expanded[variable])
        {
            return false;
        }

        _expanded[variable] = true;
        Expand?.Invoke(variable);
        return true;
    }

    /// <summary>Takes back every choice after the first few.</summary>
    public void Revert(int level) => BackTo(level);

    /// <summary>Adds a clause and returns its number.</summary>
    /// <param name="literals">At least one literal; owned by the solver afterwards.</param>
    public int Add(int[] literals) => Add(literals, null);

    private int Add(int[] literals, int[]? antecedents)
    {
        var number = _clauses.Count;
        _clauses.Add(literals);
        _antecedents.Add(antecedents);
        if (literals.Length > 1)
        {
            // Watch what is not false, else what was falsified last, so that a backjump frees the watches first.
            MoveBestTo(literals, 0);
            MoveBestTo(literals, 1);
            _watches[literals[0]].Add(number);
            _watches[literals[1]].Add(number);
        }
        else
        {
            _units.Add(number);
        }

        if (literals.Length == 1 || Value(literals[1]) < 0)
        {
            Assert(number);
        }

        return number;
    }

    /// <summary>The first literal of a clause is the only one that can hold.</summary>
    private void Assert(int number)
    {
        var literal = _clauses[number][0];
        switch (Value(literal))
        {
            case 0:
                Enqueue(literal, number);
                break;
            case < 0 when _pendingConflict == NoReason:
                _pendingConflict = number;
                break;
        }
    }

    private void MoveBestTo(int[] literals, int position)
    {
        var best = position;
        for (var i = position + 1; i < literals.Length; i++)
        {
            if (Rank(literals[i]) > Rank(literals[best]))
            {
                best = i;
            }
        }

        (literals[position], literals[best]) = (literals[best], literals[position]);
    }

    private int Rank(int literal) => Value(literal) < 0 ? _levels[literal >> 1] : int.MaxValue;

    private void Enqueue(int literal, int reason)
    {
        var variable = literal >> 1;
        _values[variable] = (literal & 1) == 0 ? (sbyte)1 : (sbyte)-1;
        _levels[variable] = Level;
        _reasons[variable] = reason;
        _trail.Add(literal);
    }

    /// <summary>Searches for an assignment under the assumptions.</summary>
    public bool Solve(IReadOnlyList<int> assumptions, IBrancher brancher)
    {
        while (true)
        {
            var conflict = Propagate();
            if (conflict != NoReason)
            {
                Conflicts++;
                if (Level == 0)
                {
                    Core = Refutation(conflict, []);
                    return false;
                }

                Learn(conflict);
                brancher.Restart();
                continue;
            }

            int decision;
            if (Level < assumptions.Count)
            {
                decision = assumptions[Level];
                var value = Value(decision);
                if (value < 0)
                {
                    Core = Refutation(NoReason, [decision >> 1]);
                    return false;
                }

                if (value > 0)
                {
                    _levelStarts.Add(_trail.Count);
                    continue;
                }
            }
            else
            {
                decision = brancher.Next();
                if (decision == -2)
                {
                    continue;
                }

                if (decision < 0)
                {
                    return true;
                }

                Decisions++;
            }

            _levelStarts.Add(_trail.Count);
            Enqueue(decision, NoReason);
        }
    }

    private int Propagate()
    {
        while (_head < _trail.Count || _pendingConflict != NoReason)
        {
            if (_pendingConflict != NoReason)
            {
                return TakePending();
            }

            var literal = _trail[_head++];
            if ((literal & 1) == 0 && ExpandAhead(literal >> 1) && _pendingConflict != NoReason)
            {
                return TakePending();
            }

            var conflict = Visit(literal ^ 1);
            if (conflict != NoReason)
            {
                return conflict;
            }
        }

        return NoReason;
    }

    private int TakePending()
    {
        var conflict = _pendingConflict;
        _pendingConflict = NoReason;
        return conflict;
    }

    /// <summary>Looks at the clauses that watch a literal which has become false.</summary>
    private int Visit(int falsified)
    {
        var watching = _watches[falsified];
        var kept = 0;
        for (var i = 0; i < watching.Count; i++)
        {
            var number = watching[i];
            var literals = _clauses[number];
            if (literals[0] == falsified)
            {
                (literals[0], literals[1]) = (literals[1], literals[0]);
            }

            if (Value(literals[0]) > 0 || !Rewatch(literals, number))
            {
                watching[kept++] = number;
                switch (Value(literals[0]))
                {
                    case 0:
                        Enqueue(literals[0], number);
                        break;
                    case < 0:
                        while (++i < watching.Count)
                        {
                            watching[kept++] = watching[i];
                        }

                        watching.RemoveRange(kept, watching.Count - kept);
                        return number;
                }
            }
        }

        watching.RemoveRange(kept, watching.Count - kept);
        return NoReason;
    }

    private bool Rewatch(int[] literals, int number)
    {
        for (var k = 2; k < literals.Length; k++)
        {
            if (Value(literals[k]) >= 0)
            {
                (literals[1], literals[k]) = (literals[k], literals[1]);
                _watches[literals[1]].Add(number);
                return true;
            }
        }

        return false;
    }

    private void Learn(int conflict)
    {
        var learned = new List<int> { 0 };
        var antecedents = new List<int>();
        var touched = new List<int>();
        var open = 0;
        var position = _trail.Count;
        var number = conflict;
        while (true)
        {
            antecedents.Add(number);
            foreach (var literal in _clauses[number])
            {
                var variable = literal >> 1;
                if (_seen[variable] || Value(literal) > 0)
                {
                    continue;
                }

                _seen[variable] = true;
                touched.Add(variable);
                if (_levels[variable] == Level)
                {
                    open++;
                }
                else if (_levels[variable] > 0)
                {
                    learned.Add(literal);
                }
                else
                {
                    AddFixedReasons(variable, antecedents, touched);
                }
            }

            do
            {
                position--;
            }
            while (!_seen[_trail[position] >> 1] || _levels[_trail[position] >> 1] != Level);

            open--;
            if (open == 0)
            {
                learned[0] = _trail[position] ^ 1;
                break;
            }

            number = _reasons[_trail[position] >> 1];
        }

        foreach (var variable in touched)
        {
            _seen[variable] = false;
        }

        var target = 0;
        for (var i = 1; i < learned.Count; i++)
        {
            target = Math.Max(target, _levels[learned[i] >> 1]);
        }

        BackTo(target);
        Add([.. learned], [.. antecedents]);
    }

    /// <summary>A literal that is false whatever is decided is left out of a learned clause; what made it so is remembered.</summary>
    private void AddFixedReasons(int start, List<int> antecedents, List<int> touched)
    {
        var stack = new Stack<int>([start]);
        while (stack.TryPop(out var variable))
        {
            var reason = _reasons[variable];
            if (reason == NoReason)
            {
                continue;
            }

            antecedents.Add(reason);
            foreach (var literal in _clauses[reason])
            {
                if (!_seen[literal >> 1])
                {
                    _seen[literal >> 1] = true;
                    touched.Add(literal >> 1);
                    stack.Push(literal >> 1);
                }
            }
        }
    }

    private void BackTo(int level)
    {
        var start = _levelStarts[level];
        for (var i = _trail.Count - 1; i >= start; i--)
        {
            var variable = _trail[i] >> 1;
            _values[variable] = 0;
            _reasons[variable] = NoReason;
        }

        _trail.RemoveRange(start, _trail.Count - start);
        _levelStarts.RemoveRange(level, _levelStarts.Count - level);
        _head = start;
        _pendingConflict = NoReason;

        // A clause of one literal holds whatever is decided, also where it was added after choices that are now taken back.
        foreach (var number in _units)
        {
            Assert(number);
        }
    }

    private List<int> Refutation(int conflict, IEnumerable<int> variables)
    {
        var used = new SortedSet<int>();
        var visited = new HashSet<int>();
        var open = new Stack<int>(variables);
        if (conflict != NoReason)
        {
            used.Add(conflict);
            Array.ForEach(_clauses[conflict], l => open.Push(l >> 1));
        }

        while (open.TryPop(out var variable))
        {
            if (visited.Add(variable) && _reasons[variable] is var reason and not NoReason)
            {
                used.Add(reason);
                Array.ForEach(_clauses[reason], l => open.Push(l >> 1));
            }
        }

        var originals = new SortedSet<int>();
        var derived = new Stack<int>(used);
        var expanded = new HashSet<int>();
        while (derived.TryPop(out var number))
        {
            if (!expanded.Add(number))
            {
                continue;
            }

            if (_antecedents[number] is { } antecedents)
            {
                Array.ForEach(antecedents, derived.Push);
            }
            else
            {
                originals.Add(number);
            }
        }

        return [.. originals];
    }
}
