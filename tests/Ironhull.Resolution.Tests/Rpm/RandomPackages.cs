namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Small universes drawn with a fixed seed, in the language of <see cref="RpmLines"/>.</summary>
internal sealed class RandomPackages(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Packages p0 to p<paramref name="names"/>-1, some in two versions, and a request for some of them.</summary>
    /// <param name="names">How many names.</param>
    /// <param name="weak">Whether they have weak dependencies.</param>
    public (string Packages, string Request) Draw(int names, bool weak)
    {
        var lines = new List<string>();
        for (var i = 0; i < names; i++)
        {
            lines.Add(Line($"p{i} 1", names, weak));
            if (_random.Next(5) == 0)
            {
                lines.Add(Line($"p{i} 2", names, weak));
            }
        }

        var install = Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => $"p{_random.Next(names)}").Distinct();
        var exclude = _random.Next(5) == 0 ? (string[])[$"!p{_random.Next(names)}"] : [];
        return (string.Join('\n', lines), string.Join(", ", [.. install, .. exclude, .. weak ? (string[])["+weak"] : []]));
    }

    private string Line(string head, int names, bool weak)
    {
        var line = head;
        Add("R", 2, () => _random.Next(3) == 0 ? Rich(names, 0) : Term(names));
        Add("P", 2, () => _random.Next(3) == 0 ? $"v{_random.Next(4)}" : $"v{_random.Next(4)} = {1 + _random.Next(3)}");
        if (_random.Next(4) == 0)
        {
            Add("C", 1, () => _random.Next(4) == 0 ? Rich(names, 0) : Term(names));
        }

        if (_random.Next(6) == 0)
        {
            Add("O", 1, () => Plain(names));
        }

        if (weak)
        {
            Add("W", 1, () => _random.Next(4) == 0 ? Rich(names, 0) : Term(names));
            Add("S", 1, () => _random.Next(4) == 0 ? Rich(names, 0) : Term(names));
            Add("G", 1, () => Term(names));
            Add("E", 1, () => Term(names));
        }

        return line;

        void Add(string field, int most, Func<string> entry)
        {
            var count = _random.Next(most + 1);
            if (count > 0)
            {
                line += $"; {field}: {string.Join(", ", Enumerable.Range(0, count).Select(_ => entry()))}";
            }
        }
    }

    private string Term(int names) => _random.Next(3) == 0 ? Capability() : Plain(names);

    private string Plain(int names) => _random.Next(4) == 0 ? $"p{_random.Next(names + 1)} {Sign()} {1 + _random.Next(2)}" : $"p{_random.Next(names)}";

    private string Capability() => _random.Next(2) == 0 ? $"v{_random.Next(4)}" : $"v{_random.Next(4)} {Sign()} {1 + _random.Next(3)}";

    private string Sign() => new[] { "<", "<=", "=", ">=", ">" }[_random.Next(5)];

    private string Rich(int names, int depth)
    {
        var a = Operand(names, depth);
        var b = Operand(names, depth);
        return _random.Next(8) switch
        {
            0 => $"({a} and {b})",
            1 or 2 => $"({Term(names)} or {b.Replace(" if ", " and ", StringComparison.Ordinal)})",
            3 => $"({Term(names)} if {Term(names)})",
            4 => $"({Term(names)} if {Term(names)} else {Term(names)})",
            5 => $"({Term(names)} unless {Term(names)})",
            6 => $"({Capability()} with {Capability()})",
            _ => $"({Capability()} without {Capability()})",
        };
    }

    private string Operand(int names, int depth) => depth == 0 && _random.Next(3) == 0
        ? Rich(names, 1) switch { var r when r.Contains(" unless ", StringComparison.Ordinal) || r.Contains(" if ", StringComparison.Ordinal) => Term(names), var r => r }
        : Term(names);
}
