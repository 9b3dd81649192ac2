namespace Ironhull.Machines.Acceptance;

/// <summary>Compares a program's list of settings with the values that are wanted.</summary>
internal static class Settings
{
    /// <summary>The settings that are absent or have another value, as "name: expected …, found …".</summary>
    /// <param name="expected">The wanted values, one a line: a name, a blank or " = ", a value.</param>
    /// <param name="found">A program's output in the same form; lines of other settings do not matter.</param>
    public static IReadOnlyList<string> Differences(string expected, string found)
    {
        var values = Parse(found);
        return [.. Parse(expected).Where(e => values.GetValueOrDefault(e.Key) != e.Value)
            .Select(e => $"{e.Key}: expected '{e.Value}', found {(values.TryGetValue(e.Key, out var value) ? $"'{value}'" : "nothing")}")];
    }

    /// <summary>The names of a list of settings.</summary>
    public static IReadOnlyList<string> Names(string settings) => [.. Parse(settings).Keys];

    private static Dictionary<string, string> Parse(string text)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Check.Lines(text))
        {
            var end = line.IndexOfAny([' ', '\t', '=']);
            var name = end < 0 ? line : line[..end];
            settings[name] = end < 0 ? "" : line[end..].TrimStart(' ', '\t', '=').Replace('\t', ' ');
        }

        return settings;
    }
}
