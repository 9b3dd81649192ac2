namespace Ironhull.Machines.Acceptance;

/// <summary>Compares what two machines say of themselves: lines of a fact's name and its value.</summary>
internal static class Identities
{
    /// <summary>Fails the test if any fact is missing, empty or the same on both.</summary>
    /// <returns>The names of the facts that differ.</returns>
    public static string Compare(string first, string second)
    {
        var (left, right) = (Parse(first), Parse(second));
        Check.That(left.Count > 0 && left.Keys.Order(StringComparer.Ordinal).SequenceEqual(right.Keys.Order(StringComparer.Ordinal)), $"the machines name different facts:\n{first}\n{second}");
        Check.None([.. left.Where(f => f.Value.Length == 0).Select(f => f.Key)], "facts without a value");
        Check.None([.. left.Where(f => right[f.Key] == f.Value).Select(f => $"{f.Key} {f.Value}")], "the same on both machines");
        return $"{string.Join(", ", left.Keys)} differ";
    }

    private static Dictionary<string, string> Parse(string text)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Check.Lines(text))
        {
            var parts = line.Split(' ', 2);
            facts[parts[0]] = parts.Length > 1 ? parts[1].Trim() : "";
        }

        return facts;
    }
}
