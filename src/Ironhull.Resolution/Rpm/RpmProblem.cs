using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;
using Ironhull.Resolution.Solving;

namespace Ironhull.Resolution.Rpm;

/// <summary>A request against RPM packages, as clauses.</summary>
internal sealed class RpmProblem : IRankedProblem
{
    private readonly RpmUniverse _universe;
    private readonly ResolutionRequest _request;
    private readonly RpmRelations _relations;
    private readonly RpmWaivers _waivers;
    private readonly RpmClauses _clauses;
    private readonly RpmPreference _preference;
    private readonly RpmWishes _wishes;
    private readonly Dictionary<Candidate, IReadOnlyList<Clause>> _clausesOf = [];
    private readonly HashSet<RpmCandidate> _excluded = [];
    private readonly List<string> _unknownExcludes = [];

    public RpmProblem(RpmUniverse universe, ResolutionRequest request)
    {
        _universe = universe;
        _request = request;
        _relations = universe.Relations;
        _clauses = universe.Clauses;
        _waivers = new RpmWaivers(request.Waivers);
        _preference = new RpmPreference(universe, _excluded.Contains);
        _wishes = new RpmWishes(_relations);
        Jobs = [.. request.Exclude.Distinct(StringComparer.Ordinal).Select(ExcludeJob), .. request.Install.Distinct(StringComparer.Ordinal).Select(InstallJob)];
    }

    public IReadOnlyList<Job> Jobs { get; }

    public IReadOnlyList<Clause> ClausesOf(Candidate candidate)
    {
        if (!_clausesOf.TryGetValue(candidate, out var clauses))
        {
            clauses = _clauses.Of((RpmCandidate)candidate);
            _clausesOf.Add(candidate, clauses = IsAsWritten(clauses) ? clauses : [.. clauses.Where(IsWanted)]);
        }

        return clauses;
    }

    public int PlaceOf(Candidate candidate) => ((RpmCandidate)candidate).Place;

    public IReadOnlyList<Candidate> Prefer(IReadOnlyList<Candidate> open, IDecisions decisions)
    {
        _wishes.Follow(decisions);
        return _preference.Order(_preference.Best([.. open.Cast<RpmCandidate>()]), _wishes);
    }

    public bool IsWished(Candidate candidate, IDecisions decisions)
    {
        _wishes.Follow(decisions);
        return _wishes.IsRecommended((RpmCandidate)candidate);
    }

    public IReadOnlyList<Wish> OpenWishes(IReadOnlyList<Clause> recommendations, IDecisions decisions)
    {
        if (!_request.IncludeRecommended)
        {
            return [];
        }

        _wishes.Follow(decisions);
        var supplements = _universe.Supplementing.Where(c => IsOpen(c) && !_excluded.Contains(c) && _wishes.Supplemented(c) is not null && !HasOtherVersion(c)).ToList();
        var open = supplements.Union(recommendations.SelectMany(c => c.Alternatives).Cast<RpmCandidate>().Where(IsOpen)).OrderBy(c => c.Place).ToList();
        if (open.Count == 0)
        {
            return [];
        }

        var best = open.Count == 1 ? open.ToHashSet() : _preference.Best(open).ToHashSet();
        return
        [
            .. supplements.Where(best.Contains).Select(c => new Wish(Supplement(c, decisions), [c])),
            .. recommendations.Select(c => new Wish(c, [.. c.Alternatives.Where(a => best.Contains((RpmCandidate)a))])).Where(w => w.Open.Count > 0),
        ];

        bool IsOpen(RpmCandidate candidate) => !decisions.IsInstalled(candidate) && !decisions.IsRuledOut(candidate);

        bool HasOtherVersion(RpmCandidate candidate) => _clauses.IsInstallOnly(candidate) && _universe.Versions(candidate.Name).Any(decisions.IsInstalled);
    }

    public IReadOnlyList<Diagnostic> Warnings(IReadOnlyList<Candidate> solution) =>
    [
        .. _waivers.Unused(solution).Select(w => ResolutionErrors.UnusedWaiver.With($"The waiver '{w}' matches no dependency of an installed package.")),
        .. _unknownExcludes.Select(n => ResolutionErrors.UnknownExclude.With($"The excluded package '{n}' is in none of the repositories.")),
    ];

    private bool IsAsWritten(IReadOnlyList<Clause> clauses) =>
        _waivers.IsEmpty && (_request.IncludeRecommended || clauses.All(c => c.Kind != ClauseKind.Recommends));

    private bool IsWanted(Clause clause) => clause.Kind switch
    {
        ClauseKind.Recommends => _request.IncludeRecommended,
        ClauseKind.Requires => !_waivers.Takes(clause.Subject!, clause.Text),
        _ => true,
    };

    /// <summary>What a package supplements, as a clause of the first installed package that it goes with.</summary>
    private Clause Supplement(RpmCandidate candidate, IDecisions decisions)
    {
        var held = _wishes.Supplemented(candidate)!.Value;
        var owner = candidate.ToString();
        var by = _relations.Form(owner).Named(_relations.Tree(held, owner)).First(decisions.IsInstalled);
        return new Clause { Kind = ClauseKind.Recommends, Subject = by, Field = "Supplements", Text = held.ToString(), Alternatives = [candidate] };
    }

    private Job ExcludeJob(string text)
    {
        var matches = RpmSpec.Resolve(_universe, text, packagesOnly: true).Matches.ToList();
        _excluded.UnionWith(matches);
        if (matches.Count == 0)
        {
            _unknownExcludes.Add(text);
        }

        return new Job(ClauseKind.Exclude, text, [.. matches.Select(c => new Clause { Kind = ClauseKind.Exclude, Text = text, Other = c })]);
    }

    private Job InstallJob(string text) => new(ClauseKind.Install, text, text.StartsWith('(') ? RichInstall(text) : PlainInstall(text));

    private List<Clause> PlainInstall(string text)
    {
        var spec = RpmSpec.Resolve(_universe, text);
        return spec.Groups.Count == 0
            ? [new Clause { Kind = ClauseKind.Install, Text = text, Note = _relations.Missing(spec.Versioned ?? new RpmDependency(text, VersionRelation.Any, "")) }]
            : [.. spec.Groups.Select(g => new Clause { Kind = ClauseKind.Install, Text = text, Alternatives = Wanted(g, spec.IsName) })];
    }

    private List<Clause> RichInstall(string text)
    {
        const string Owner = "the request";
        var dependency = new RpmDependency(text, VersionRelation.Any, "");
        return
        [
            .. _relations.Form(Owner).WhenTrue(_relations.Tree(dependency, Owner)).Select(d => new Clause
            {
                Kind = ClauseKind.Install,
                Text = text,
                Alternatives = d.Installed,
                Conditions = d.Absent,
                Note = d.Installed.Count == 0 ? _relations.Missing(dependency) : "",
            }),
        ];
    }

    /// <summary>The best of what a request names: dnf's <c>best</c> option, which fails rather than take an older version.</summary>
    private List<RpmCandidate> Wanted(IReadOnlyList<RpmCandidate> group, bool isName)
    {
        List<RpmCandidate> allowed = [.. group.Where(c => !_excluded.Contains(c))];
        if (allowed.Count == 0)
        {
            return _preference.Best(group);
        }

        var obsoleting = isName ? allowed.SelectMany(_universe.Obsoleting).Where(c => !_excluded.Contains(c)) : [];
        return _preference.Best([.. allowed.Union(obsoleting).OrderBy(c => c.Place)]);
    }
}
