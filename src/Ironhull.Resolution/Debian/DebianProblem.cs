using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Debian;

namespace Ironhull.Resolution.Debian;

/// <summary>A request against Debian packages, as clauses (Debian Policy 7; dpkg's rules for installing from empty).</summary>
internal sealed class DebianProblem : IProblem
{
    private readonly DebianUniverse _universe;
    private readonly ResolutionRequest _request;
    private readonly WaiverMatcher _waivers;
    private readonly Dictionary<string, List<DebianPackage>> _requestedVersions = new(StringComparer.Ordinal);
    private readonly Dictionary<DebianPackage, DebianCandidate> _candidates = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Dependency, IReadOnlyList<Candidate>> _satisfiers = [];

    public DebianProblem(DebianUniverse universe, ResolutionRequest request)
    {
        _universe = universe;
        _request = request;
        _waivers = new WaiverMatcher(request.Waivers);
        foreach (var text in request.Install)
        {
            var (name, version) = Split(text);
            if (version.Length == 0)
            {
                continue;
            }

            var match = universe.Versions(name).FirstOrDefault(p => universe.Holds(p.Version, VersionRelation.Equal, version));
            if (match is not null)
            {
                if (!_requestedVersions.TryGetValue(name, out var list))
                {
                    _requestedVersions.Add(name, list = []);
                }

                if (!list.Contains(match))
                {
                    list.Add(match);
                }
            }
        }

        Jobs = [.. ExcludeJobs(), .. request.Install.Distinct(StringComparer.Ordinal).Select(InstallJob), .. EssentialJobs()];
    }

    public IReadOnlyList<Job> Jobs { get; }

    public IReadOnlyList<Clause> ClausesOf(Candidate candidate)
    {
        var subject = (DebianCandidate)candidate;
        var package = subject.Package;
        var clauses = new List<Clause>();
        AddRequires(clauses, subject, ClauseKind.Requires, "Pre-Depends", package.PreDepends);
        AddRequires(clauses, subject, ClauseKind.Requires, "Depends", package.Depends);
        if (_request.IncludeRecommended)
        {
            AddRequires(clauses, subject, ClauseKind.Recommends, "Recommends", package.Recommends);
        }

        AddConflicts(clauses, subject, ClauseKind.Conflicts, "Conflicts", package.Conflicts);
        AddConflicts(clauses, subject, ClauseKind.Breaks, "Breaks", package.Breaks);
        foreach (var other in Considered(package.Name))
        {
            if (!ReferenceEquals(other, package))
            {
                clauses.Add(new Clause { Kind = ClauseKind.OneVersionPerName, Subject = subject, Other = ToCandidate(other), Text = package.Name });
            }
        }

        return clauses;
    }

    public IReadOnlyList<Diagnostic> Warnings(IReadOnlyList<Candidate> solution)
    {
        var warnings = new List<Diagnostic>();
        foreach (var waiver in _waivers.Unused(solution))
        {
            warnings.Add(ResolutionErrors.UnusedWaiver.With($"The waiver '{waiver}' matches no dependency of an installed package."));
        }

        foreach (var name in _request.Exclude.Distinct(StringComparer.Ordinal).Where(n => !_universe.Contains(n)))
        {
            warnings.Add(ResolutionErrors.UnknownExclude.With($"The excluded package '{name}' is in none of the repositories."));
        }

        return warnings;
    }

    private static (string Name, string Version) Split(string text)
    {
        var equals = text.IndexOf('=');
        var name = equals < 0 ? text : text[..equals];
        var version = equals < 0 ? "" : text[(equals + 1)..];
        if (name.Length == 0 || name.AsSpan().ContainsAny(" \t,|():/") || (equals >= 0 && version.Length == 0))
        {
            throw ResolutionErrors.MalformedRequest.Error($"'{text}' is neither a package name nor name=version.");
        }

        return (name, version);
    }

    private IEnumerable<Job> ExcludeJobs()
    {
        foreach (var name in _request.Exclude.Distinct(StringComparer.Ordinal))
        {
            yield return new Job(ClauseKind.Exclude, name,
                [.. Considered(name).Select(p => new Clause { Kind = ClauseKind.Exclude, Text = name, Other = ToCandidate(p) })]);
        }
    }

    private IEnumerable<Job> EssentialJobs()
    {
        if (!_request.IncludeEssential)
        {
            yield break;
        }

        foreach (var name in _universe.EssentialNames())
        {
            if (!_request.Exclude.Contains(name, StringComparer.Ordinal))
            {
                yield return new Job(ClauseKind.Essential, name,
                    [new Clause { Kind = ClauseKind.Essential, Text = name, Alternatives = [.. Considered(name).Select(ToCandidate)] }]);
            }
        }
    }

    private Job InstallJob(string text)
    {
        var (name, version) = Split(text);
        IReadOnlyList<Candidate> alternatives = [];
        var note = "";
        var versions = _universe.Versions(name);
        if (version.Length > 0)
        {
            alternatives = [.. Considered(name).Where(p => _universe.Holds(p.Version, VersionRelation.Equal, version)).Select(ToCandidate)];
            note = versions.Count == 0
                ? NotFound(name)
                : $"the repositories have {name} only as {string.Join(", ", versions.Select(p => p.Version).Distinct(StringComparer.Ordinal))}";
        }
        else if (versions.Count > 0)
        {
            alternatives = [.. Considered(name).Select(ToCandidate)];
        }
        else
        {
            // As apt does: a virtual name stands for its provider when there is only one.
            var providers = Satisfiers(new Dependency(name, "", VersionRelation.Any, ""));
            alternatives = providers.Count == 1 ? providers : [];
            note = providers.Count == 0 ? NotFound(name) : $"that is a virtual package; {CoreRenderer.List(providers)} provides it";
        }

        return new Job(ClauseKind.Install, text,
            [new Clause { Kind = ClauseKind.Install, Text = text, Alternatives = alternatives, Note = note }]);
    }

    private static string NotFound(string name) => $"no package in the repositories is named '{name}' or provides it";

    private void AddRequires(List<Clause> clauses, DebianCandidate subject, ClauseKind kind, string field, string value)
    {
        foreach (var group in DependencyParser.Parse(value))
        {
            if (_waivers.Takes(subject, group))
            {
                continue;
            }

            var alternatives = group.Count == 1
                ? Satisfiers(group[0])
                : [.. group.SelectMany(Satisfiers).Distinct()];
            clauses.Add(new Clause
            {
                Kind = kind,
                Subject = subject,
                Field = field,
                Text = string.Join(" | ", group),
                Alternatives = alternatives,
                Note = alternatives.Count == 0 ? Missing(group) : "",
            });
        }
    }

    private void AddConflicts(List<Clause> clauses, DebianCandidate subject, ClauseKind kind, string field, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        foreach (var group in DependencyParser.Parse(value))
        {
            var target = group[0];
            foreach (var package in Considered(target.Name))
            {
                if (_universe.Holds(package.Version, target.Relation, target.Version))
                {
                    Add(package, "");
                }
            }

            foreach (var provided in _universe.Providers(target.Name))
            {
                if (Matches(provided, target) && IsConsidered(provided.Package) && provided.Package.Name != target.Name)
                {
                    Add(provided.Package, $"which {provided.Package.Name} provides");
                }
            }

            void Add(DebianPackage other, string note)
            {
                // A package may conflict with a virtual package that it provides itself (Policy 7.5).
                if (other.Name != subject.Name)
                {
                    clauses.Add(new Clause { Kind = kind, Subject = subject, Other = ToCandidate(other), Field = field, Text = target.ToString(), Note = note });
                }
            }
        }
    }

    /// <summary>The considered packages that satisfy one alternative, best first.</summary>
    private IReadOnlyList<Candidate> Satisfiers(Dependency dependency)
    {
        if (_satisfiers.TryGetValue(dependency, out var known))
        {
            return known;
        }

        var found = new List<DebianPackage>();
        foreach (var package in Considered(dependency.Name))
        {
            if (ArchitectureFits(package, dependency.Qualifier, "") && _universe.Holds(package.Version, dependency.Relation, dependency.Version))
            {
                found.Add(package);
            }
        }

        foreach (var provided in _universe.Providers(dependency.Name))
        {
            if (ArchitectureFits(provided.Package, dependency.Qualifier, provided.Qualifier) && Matches(provided, dependency)
                && IsConsidered(provided.Package) && !found.Contains(provided.Package))
            {
                found.Add(provided.Package);
            }
        }

        if (found.Count > 1)
        {
            found.Sort(new ProviderOrder(dependency.Name, _universe));
        }

        IReadOnlyList<Candidate> result = [.. found.Select(ToCandidate)];
        _satisfiers.Add(dependency, result);
        return result;
    }

    /// <summary>An unversioned Provides satisfies only what asks for no version (Policy 7.5).</summary>
    private bool Matches(DebianUniverse.Provided provided, Dependency dependency) =>
        dependency.Relation == VersionRelation.Any
        || (provided.Version.Length > 0 && _universe.Holds(provided.Version, dependency.Relation, dependency.Version));

    /// <summary><c>:any</c> asks for Multi-Arch: allowed; other qualifiers name an architecture.</summary>
    private bool ArchitectureFits(DebianPackage package, string qualifier, string providedQualifier) => qualifier switch
    {
        "" or "native" => true,
        "any" => package.MultiArch == "allowed" || providedQualifier == "any",
        _ => qualifier == _universe.Architecture,
    };

    private string Missing(IReadOnlyList<Dependency> group)
    {
        var parts = new List<string>();
        foreach (var dependency in group)
        {
            var versions = _universe.Versions(dependency.Name);
            if (versions.Count > 0)
            {
                parts.Add(dependency.Qualifier == "any" && versions[0].MultiArch != "allowed"
                    ? $"{versions[0].Name} {versions[0].Version} is not marked Multi-Arch: allowed"
                    : $"the candidate is {versions[0].Name} {versions[0].Version}");
            }
            else
            {
                parts.Add(_universe.Providers(dependency.Name).Count == 0
                    ? NotFound(dependency.Name)
                    : $"'{dependency.Name}' is only provided without a fitting version");
            }
        }

        return string.Join("; ", parts);
    }

    private IReadOnlyList<DebianPackage> Considered(string name)
    {
        if (_requestedVersions.TryGetValue(name, out var requested))
        {
            return requested;
        }

        var versions = _universe.Versions(name);
        return versions.Count <= 1 ? versions : [versions[0]];
    }

    private bool IsConsidered(DebianPackage package) =>
        _requestedVersions.TryGetValue(package.Name, out var requested)
            ? requested.Contains(package)
            : ReferenceEquals(_universe.Versions(package.Name)[0], package);

    private DebianCandidate ToCandidate(DebianPackage package)
    {
        if (!_candidates.TryGetValue(package, out var candidate))
        {
            _candidates.Add(package, candidate = new DebianCandidate(package));
        }

        return candidate;
    }
}
