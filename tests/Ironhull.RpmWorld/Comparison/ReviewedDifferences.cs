using System.IO.Enumeration;

namespace Ironhull.RpmWorld.Comparison;

/// <summary>
/// Differences that a person has read. A line is <c>path | what | why</c>; "*" stands for any text in the first two; empty lines and
/// lines that begin with "#" say nothing.
/// </summary>
internal sealed class ReviewedDifferences
{
    private readonly List<Line> _lines;

    private ReviewedDifferences(List<Line> lines) => _lines = lines;

    /// <summary>Reads a list.</summary>
    public static ReviewedDifferences Read(string path) => new(
    [
        .. File.ReadAllLines(path).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(" | ") is [var pattern, var what, var why] && why.Length > 0
            ? new Line(pattern.Trim(), what.Trim(), why.Trim())
            : throw new InvalidDataException($"{path}: '{l}' is not 'path | what | why'.")),
    ]);

    /// <summary>Compares two trees.</summary>
    /// <param name="expected">The tree that is known.</param>
    /// <param name="actual">The tree to judge.</param>
    /// <param name="withTimes">Whether times of files and links count.</param>
    /// <param name="report">Told every difference: the reviewed ones with their reason.</param>
    /// <returns>How many differences nobody reviewed, and reviews that cover nothing.</returns>
    public int Judge(SortedDictionary<string, ListedPath> expected, SortedDictionary<string, ListedPath> actual, bool withTimes, TextWriter report)
    {
        var used = new HashSet<Line>();
        var (bad, reviewed) = (0, 0);
        foreach (var (path, what) in Differences(expected, actual, withTimes))
        {
            if (_lines.Find(l => Matches(l.Path, path) && Matches(l.What, what)) is { } line)
            {
                used.Add(line);
                reviewed++;
                report.WriteLine($"reviewed: {path}: {what} ({line.Why})");
            }
            else
            {
                bad++;
                report.WriteLine($"DIFFERENT: {path}: {what}");
            }
        }

        foreach (var line in _lines.Where(l => !used.Contains(l)))
        {
            bad++;
            report.WriteLine($"NOTHING DIFFERS: the review of '{line.Path}' ({line.What}) covers nothing");
        }

        report.WriteLine($"{expected.Count} and {actual.Count} paths: {reviewed} differences reviewed, {bad} to look at");
        return bad;
    }

    private static IEnumerable<(string Path, string What)> Differences(SortedDictionary<string, ListedPath> expected, SortedDictionary<string, ListedPath> actual, bool withTimes)
    {
        foreach (var path in expected.Keys.Union(actual.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var what = (expected.GetValueOrDefault(path), actual.GetValueOrDefault(path)) switch
            {
                (null, { } b) => $"only in the second, a {b.Kind}",
                ({ } a, null) => $"only in the first, a {a.Kind}",
                ({ } a, { } b) => a.Difference(b, withTimes),
                _ => "",
            };
            if (what.Length > 0)
            {
                yield return (path, what);
            }
        }
    }

    private static bool Matches(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), text, ignoreCase: false);

    private sealed record Line(string Path, string What, string Why);
}
