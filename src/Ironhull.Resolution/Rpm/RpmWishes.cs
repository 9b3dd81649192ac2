using Ironhull.Packages.Rpm;
using Ironhull.Resolution.Solving;

namespace Ironhull.Resolution.Rpm;

/// <summary>Which packages the installed ones recommend or suggest, kept up to date as the choice goes on.</summary>
internal sealed class RpmWishes(RpmRelations relations)
{
    private readonly Side _recommended = new(relations, p => p.Recommends, p => p.Supplements);
    private readonly Side _suggested = new(relations, p => p.Suggests, p => p.Enhances);
    private IDecisions _decisions = null!;
    private int _takenBack = -1;
    private int _seen;

    /// <summary>Looks at what is installed by now.</summary>
    public void Follow(IDecisions decisions)
    {
        if (!ReferenceEquals(decisions, _decisions) || decisions.TakenBack != _takenBack)
        {
            (_decisions, _takenBack, _seen) = (decisions, decisions.TakenBack, 0);
            _recommended.Clear();
            _suggested.Clear();
        }

        var installed = decisions.Installed;
        for (; _seen < installed.Count; _seen++)
        {
            _recommended.Add((RpmCandidate)installed[_seen]);
            _suggested.Add((RpmCandidate)installed[_seen]);
        }
    }

    /// <summary>True when something installed recommends the package, or the package supplements it.</summary>
    public bool IsRecommended(RpmCandidate candidate) => _recommended.Wants(candidate, _decisions);

    /// <summary>True when something installed suggests the package, or the package enhances it.</summary>
    public bool IsSuggested(RpmCandidate candidate) => _suggested.Wants(candidate, _decisions);

    /// <summary>What the package supplements that is there because of an installed package; null when there is nothing like it.</summary>
    public RpmDependency? Supplemented(RpmCandidate candidate)
    {
        foreach (var dependency in candidate.Package.Supplements)
        {
            if (relations.Truth(dependency, candidate, _decisions.IsInstalled) == RichTruth.HoldsByPackage)
            {
                return dependency;
            }
        }

        return null;
    }

    /// <summary>One strength of weak dependencies: those of the installed packages, and the reverse ones of the others.</summary>
    private sealed class Side(RpmRelations relations, Func<RpmPackage, IReadOnlyList<RpmDependency>> forward, Func<RpmPackage, IReadOnlyList<RpmDependency>> reverse)
    {
        private readonly HashSet<RpmCandidate> _wanted = [];
        private readonly List<Disjunction> _conditional = [];

        public void Clear()
        {
            _wanted.Clear();
            _conditional.Clear();
        }

        public void Add(RpmCandidate installed)
        {
            foreach (var dependency in forward(installed.Package))
            {
                if (!dependency.IsRich)
                {
                    _wanted.UnionWith(relations.Satisfiers(dependency));
                    continue;
                }

                _conditional.AddRange(relations.Wished(dependency, installed));
            }
        }

        public bool Wants(RpmCandidate candidate, IDecisions decisions) => _wanted.Contains(candidate)
            || _conditional.Exists(d => d.Installed.Contains(candidate) && d.Absent.All(decisions.IsInstalled))
            || IsAnswered(candidate, decisions);

        private bool IsAnswered(RpmCandidate candidate, IDecisions decisions)
        {
            foreach (var dependency in reverse(candidate.Package))
            {
                if (relations.Truth(dependency, candidate, decisions.IsInstalled) != RichTruth.Fails)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
