using System.IO.Enumeration;
using Ironhull.Packages;
using Ironhull.Packages.Debian;

namespace Ironhull.Resolution.Debian;

/// <summary>Decides which dependencies are waived, and remembers for whom.</summary>
internal sealed class WaiverMatcher
{
    private readonly List<(DependencyWaiver Waiver, IReadOnlyList<Dependency> Alternatives)> _waivers = [];
    private readonly List<HashSet<Candidate>> _takenFrom = [];

    /// <exception cref="Diagnostics.HullException">HULL2001: a waiver's dependency cannot be read.</exception>
    public WaiverMatcher(IReadOnlyList<DependencyWaiver> waivers)
    {
        foreach (var waiver in waivers)
        {
            var groups = DependencyParser.Parse(waiver.Dependency);
            _waivers.Add((waiver, groups.Count == 1 ? groups[0] : throw Diagnostics.ResolutionErrors.MalformedRequest.Error(
                $"The waiver '{waiver}' names {groups.Count} dependencies; it must name one, with its alternatives.",
                remedy: "Write one waiver for each dependency.")));
            _takenFrom.Add([]);
        }
    }

    public bool Takes(Candidate subject, IReadOnlyList<Dependency> group)
    {
        var taken = false;
        for (var i = 0; i < _waivers.Count; i++)
        {
            var (waiver, alternatives) = _waivers[i];
            if (FileSystemName.MatchesSimpleExpression(waiver.Package, subject.Name, ignoreCase: false) && SameAlternatives(alternatives, group))
            {
                _takenFrom[i].Add(subject);
                taken = true;
            }
        }

        return taken;
    }

    public IEnumerable<DependencyWaiver> Unused(IReadOnlyList<Candidate> solution)
    {
        for (var i = 0; i < _waivers.Count; i++)
        {
            if (!solution.Any(_takenFrom[i].Contains))
            {
                yield return _waivers[i].Waiver;
            }
        }
    }

    private static bool SameAlternatives(IReadOnlyList<Dependency> waived, IReadOnlyList<Dependency> group)
    {
        if (waived.Count != group.Count)
        {
            return false;
        }

        for (var i = 0; i < group.Count; i++)
        {
            var (w, g) = (waived[i], group[i]);
            if (w.Name != g.Name
                || (w.Qualifier.Length > 0 && w.Qualifier != g.Qualifier)
                || (w.Relation != VersionRelation.Any && (w.Relation != g.Relation || w.Version != g.Version)))
            {
                return false;
            }
        }

        return true;
    }
}
