namespace Ironhull.Resolution;

/// <summary>Finds names that a misspelt name may have meant.</summary>
internal static class Spelling
{
    private const int MaxSuggestions = 3;

    /// <summary>The names at the smallest edit distance, at most a third of the length away; ordered by distance, then name.</summary>
    public static IReadOnlyList<string> Nearest(string name, IReadOnlyList<string> sortedNames)
    {
        var limit = Math.Clamp(name.Length / 3, 1, 3);
        var found = new List<(int Distance, string Name)>();
        foreach (var other in sortedNames)
        {
            if (Math.Abs(other.Length - name.Length) <= limit && Distance(name, other, limit) is var distance && distance <= limit)
            {
                found.Add((distance, other));
            }
        }

        return [.. found.OrderBy(f => f.Distance).ThenBy(f => f.Name, StringComparer.Ordinal).Take(MaxSuggestions).Select(f => f.Name)];
    }

    /// <summary>Insertions, deletions, substitutions and exchanges of neighbours; limit + 1 when there are more than the limit.</summary>
    private static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int limit)
    {
        if (b.Length > 256)
        {
            return limit + 1;
        }

        Span<int> beforePrevious = stackalloc int[b.Length + 1];
        Span<int> previous = stackalloc int[b.Length + 1];
        Span<int> current = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            var best = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var value = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    value = Math.Min(value, beforePrevious[j - 2] + 1);
                }

                current[j] = value;
                best = Math.Min(best, value);
            }

            if (best > limit)
            {
                return limit + 1;
            }

            previous.CopyTo(beforePrevious);
            current.CopyTo(previous);
        }

        return previous[b.Length];
    }
}
