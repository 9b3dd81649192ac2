namespace Ironhull.Compose.Yaml;

/// <summary>Finds the word that was probably meant.</summary>
public static class Spelling
{
    /// <summary>The candidate with the smallest edit distance (insert, delete, replace, swap neighbours), when it is near enough.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="candidates">What may be written.</param>
    /// <returns>The nearest candidate, or null when none is near.</returns>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        var limit = Math.Max(1, Math.Min(word.Length, 64) / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = string.Equals(word, candidate, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(word, candidate, limit);
            if (distance < limit)
            {
                limit = distance;
                best = candidate;
            }
        }

        return best;
    }

    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) >= limit)
        {
            return limit;
        }

        // Optimal string alignment over three rolling rows.
        var before = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(previous[j] + 1, row[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, previous, row) = (previous, row, before);
        }

        return previous[b.Length];
    }
}
