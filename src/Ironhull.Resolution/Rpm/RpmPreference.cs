using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>
/// Which of several packages dnf takes, found out by asking it. Only the repositories of the highest priority count; of each name only
/// the latest version; no package that another one of them takes the place of; where some are recommended by what is installed, or
/// supplement it, only those. Of what is left, packages that are the latest of their name go before older ones, later versions
/// of what they provide in common before earlier ones, suggested packages before others; then the name decides.
/// </summary>
internal sealed class RpmPreference(RpmUniverse universe, Func<RpmCandidate, bool> isExcluded)
{
    private readonly Dictionary<RpmCandidate, bool> _outdated = [];

    /// <summary>The best of each name, by name; what nothing that is installed has a say in.</summary>
    public List<RpmCandidate> Best(IReadOnlyList<RpmCandidate> candidates)
    {
        var priority = candidates.Max(c => c.Package.RepositoryPriority);
        var best = new SortedDictionary<string, RpmCandidate>(StringComparer.Ordinal);
        foreach (var candidate in candidates.Where(c => c.Package.RepositoryPriority == priority))
        {
            if (!best.TryGetValue(candidate.Name, out var known) || RpmVersion.Compare(candidate.Version, known.Version) > 0)
            {
                best[candidate.Name] = candidate;
            }
        }

        return best.Count > 1 ? WithoutObsoleted(best) : [.. best.Values];
    }

    /// <summary>The best, ordered by everything else.</summary>
    public List<RpmCandidate> Order(List<RpmCandidate> best, RpmWishes wishes)
    {
        if (best.Count > 1 && best.Where(wishes.IsRecommended).ToList() is { Count: > 0 } recommended)
        {
            best = recommended;
        }

        return best.Count < 2 ? best :
        [
            .. SortByCommonProvides([.. best.OrderBy(IsOutdated)]).OrderBy(c => wishes.IsSuggested(c) ? 0 : 1),
        ];
    }

    /// <summary>Leaves out a package whose place another one takes, itself or through others, unless it takes that one's place too.</summary>
    private static List<RpmCandidate> WithoutObsoleted(SortedDictionary<string, RpmCandidate> best)
    {
        var replaces = new Dictionary<RpmCandidate, List<RpmCandidate>>();
        foreach (var candidate in best.Values.Where(c => c.Package.Obsoletes.Count > 0))
        {
            var replaced = candidate.Package.Obsoletes.Select(o => best.GetValueOrDefault(o.Name)).OfType<RpmCandidate>()
                .Where(o => RpmUniverse.Obsoletes(candidate, o)).Distinct().ToList();
            if (replaced.Count > 0)
            {
                replaces.Add(candidate, replaced);
            }
        }

        var reached = replaces.Keys.ToDictionary(c => c, Reach);
        return [.. best.Values.Where(c => !reached.Any(r => r.Key != c && r.Value.Contains(c) && !(reached.TryGetValue(c, out var back) && back.Contains(r.Key))))];

        HashSet<RpmCandidate> Reach(RpmCandidate start)
        {
            var found = new HashSet<RpmCandidate>();
            var open = new Stack<RpmCandidate>([start]);
            while (open.TryPop(out var at))
            {
                foreach (var next in replaces.GetValueOrDefault(at, []).Where(found.Add))
                {
                    open.Push(next);
                }
            }

            return found;
        }
    }

    /// <summary>True when the repositories have a later version of the package, or the same name at a higher priority.</summary>
    private bool IsOutdated(RpmCandidate candidate)
    {
        if (!_outdated.TryGetValue(candidate, out var outdated))
        {
            outdated = universe.Versions(candidate.Name).Any(o => o != candidate && o.Architecture == candidate.Architecture && !isExcluded(o)
                && (o.Package.RepositoryPriority != candidate.Package.RepositoryPriority
                    ? o.Package.RepositoryPriority > candidate.Package.RepositoryPriority
                    : RpmVersion.Compare(o.Version, candidate.Version) > 0));
            _outdated.Add(candidate, outdated);
        }

        return outdated;
    }

    /// <summary>Orders packages by how many steps they are behind others in the versions of what they provide in common.</summary>
    private static List<RpmCandidate> SortByCommonProvides(List<RpmCandidate> candidates)
    {
        var behind = new int[candidates.Count];
        var provided = candidates.SelectMany((c, i) => c.Package.Provides.Where(Counts).Select(p => (Index: i, Provides: p)))
            .GroupBy(p => p.Provides.Name, StringComparer.Ordinal);
        foreach (var group in provided)
        {
            var steps = 0;
            (int Index, RpmDependency Provides)? previous = null;
            foreach (var entry in group.Order(Comparer<(int Index, RpmDependency Provides)>.Create((x, y) => CompareVersions(x.Provides, y.Provides))))
            {
                if (previous is { } better && better.Index != entry.Index && CompareVersions(better.Provides, entry.Provides) < 0)
                {
                    steps++;
                }

                behind[entry.Index] += steps;
                previous = entry;
            }
        }

        return [.. candidates.Select((c, i) => (Candidate: c, Behind: behind[i])).OrderBy(p => p.Behind).Select(p => p.Candidate)];
    }

    /// <summary>Versions that look like digests have no order.</summary>
    private static bool Counts(RpmDependency provides) => provides.Relation switch
    {
        VersionRelation.Earlier or VersionRelation.EarlierOrEqual => true,
        VersionRelation.Equal => provides.Version.Length < 4 || provides.Version.AsSpan().ContainsAnyExcept("0123456789abcdef"),
        _ => false,
    };

    /// <summary>Negative when the first is later; "earlier than 2" comes after "2".</summary>
    private static int CompareVersions(RpmDependency x, RpmDependency y)
    {
        var order = -RpmVersion.Compare(x.Version, y.Version);
        return order != 0 ? order : (x.Relation == VersionRelation.Earlier).CompareTo(y.Relation == VersionRelation.Earlier);
    }
}
