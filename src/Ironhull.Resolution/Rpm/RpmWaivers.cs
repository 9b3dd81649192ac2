using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Ironhull.Resolution.Rpm;

/// <summary>Decides which dependencies are waived, and remembers for whom.</summary>
internal sealed partial class RpmWaivers
{
    private readonly List<(DependencyWaiver Waiver, string Name, string Text, HashSet<Candidate> TakenFrom)> _waivers = [];

    public RpmWaivers(IReadOnlyList<DependencyWaiver> waivers)
    {
        foreach (var waiver in waivers)
        {
            var text = Spaced(waiver.Dependency);
            _waivers.Add((waiver, RpmSpec.NameOf(text), text, []));
        }
    }

    /// <summary>True when there are none.</summary>
    public bool IsEmpty => _waivers.Count == 0;

    /// <summary>
    /// A waiver without a version takes the dependency at every version; a rich dependency is written as the package has it, with all its
    /// versions or with none.
    /// </summary>
    public bool Takes(Candidate subject, string dependency)
    {
        var taken = false;
        foreach (var (waiver, name, text, takenFrom) in _waivers)
        {
            if (FileSystemName.MatchesSimpleExpression(waiver.Package, subject.Name, ignoreCase: false)
                && (dependency.StartsWith('(') ? IsRich(text, Spaced(dependency)) : text == dependency || (text == name && RpmSpec.NameOf(dependency) == name)))
            {
                takenFrom.Add(subject);
                taken = true;
            }
        }

        return taken;
    }

    public IEnumerable<DependencyWaiver> Unused(IReadOnlyList<Candidate> solution) =>
        _waivers.Where(w => !solution.Any(w.TakenFrom.Contains)).Select(w => w.Waiver);

    private static bool IsRich(string waived, string dependency) => waived == dependency || waived == Versions().Replace(dependency, "");

    private static string Spaced(string text) =>
        string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Replace("( ", "(", StringComparison.Ordinal).Replace(" )", ")", StringComparison.Ordinal);

    [GeneratedRegex(" (?:<=?|>=?|=) [^ ()]+")]
    private static partial Regex Versions();
}
