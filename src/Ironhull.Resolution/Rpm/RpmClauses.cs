using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>What installing a package claims, as clauses; nothing of it depends on a request.</summary>
internal sealed class RpmClauses(RpmUniverse universe, RpmRelations relations)
{
    private readonly Dictionary<RpmCandidate, IReadOnlyList<Clause>> _known = [];
    private HashSet<RpmCandidate>? _installOnly;

    /// <summary>Every clause of a package: its requirements, its recommendations, then what it keeps out.</summary>
    /// <exception cref="Diagnostics.HullException">HULL3102, HULL3103: a rich dependency of the package.</exception>
    public IReadOnlyList<Clause> Of(RpmCandidate subject)
    {
        if (_known.TryGetValue(subject, out var known))
        {
            return known;
        }

        var clauses = new List<Clause>();
        AddWanted(clauses, subject, ClauseKind.Requires, "Requires", subject.Package.Requires);
        AddWanted(clauses, subject, ClauseKind.Recommends, "Recommends", subject.Package.Recommends);
        AddConflicts(clauses, subject);
        AddObsoletes(clauses, subject);
        AddOtherVersions(clauses, subject);
        _known.Add(subject, clauses);
        return clauses;
    }

    /// <summary>True when several versions of the package's name may be installed.</summary>
    public bool IsInstallOnly(RpmCandidate candidate) => (_installOnly ??=
        [.. universe.InstallOnly.SelectMany(n => universe.Satisfying(new RpmDependency(n, VersionRelation.Any, "")))]).Contains(candidate);

    private void AddWanted(List<Clause> clauses, RpmCandidate subject, ClauseKind kind, string field, IReadOnlyList<RpmDependency> dependencies)
    {
        // "pre" asks for an order, not for another package.
        foreach (var dependency in dependencies.Select(d => d with { IsPre = false }).Distinct())
        {
            if (RpmLib.Concerns(dependency))
            {
                if (kind == ClauseKind.Requires && !RpmLib.Has(dependency))
                {
                    clauses.Add(new Clause { Kind = ClauseKind.Unsupported, Subject = subject, Field = field, Text = dependency.ToString() });
                }
            }
            else if (dependency.IsRich)
            {
                AddRich(clauses, subject, kind, field, dependency);
            }
            else
            {
                AddPlain(clauses, subject, kind, field, dependency);
            }
        }
    }

    private void AddPlain(List<Clause> clauses, RpmCandidate subject, ClauseKind kind, string field, RpmDependency dependency)
    {
        var satisfiers = relations.Satisfiers(dependency);
        if (!satisfiers.Contains(subject))
        {
            clauses.Add(new Clause
            {
                Kind = kind,
                Subject = subject,
                Field = field,
                Text = dependency.ToString(),
                Alternatives = satisfiers,
                Note = satisfiers.Count == 0 ? relations.Missing(dependency) : "",
            });
        }
    }

    private void AddRich(List<Clause> clauses, RpmCandidate subject, ClauseKind kind, string field, RpmDependency dependency)
    {
        var owner = subject.ToString();
        var disjunctions = kind == ClauseKind.Recommends
            ? relations.Wished(dependency, subject) : relations.Form(owner).WhenTrue(relations.Tree(dependency, owner));
        foreach (var (installed, absent) in disjunctions)
        {
            if (!installed.Contains(subject))
            {
                clauses.Add(new Clause
                {
                    Kind = kind,
                    Subject = subject,
                    Field = field,
                    Text = dependency.Name,
                    Conditions = [.. absent.Where(c => c != subject)],
                    Alternatives = installed,
                    Note = installed.Count == 0 && absent.Count == 0 ? relations.Missing(dependency) : "",
                });
            }
        }
    }

    private void AddConflicts(List<Clause> clauses, RpmCandidate subject)
    {
        foreach (var dependency in subject.Package.Conflicts)
        {
            if (dependency.IsRich)
            {
                AddRichConflict(clauses, subject, dependency);
                continue;
            }

            // A package may conflict with what it provides itself.
            foreach (var other in relations.Satisfiers(dependency).Where(o => o != subject))
            {
                clauses.Add(Negative(ClauseKind.Conflicts, subject, other, "Conflicts", dependency,
                    other.Name == dependency.Name ? "" : $"which {other.Name} {(dependency.IsPath ? "owns" : "provides")}"));
            }
        }
    }

    private void AddRichConflict(List<Clause> clauses, RpmCandidate subject, RpmDependency dependency)
    {
        var owner = subject.ToString();
        foreach (var (installed, absent) in relations.Form(owner).WhenFalse(relations.Tree(dependency, owner)))
        {
            // What the package alone brings about does not count, as for a conflict that is not rich.
            RpmCandidate[] others = [.. absent.Where(c => c != subject)];
            var byItself = absent.Count > 0 && others.Length + installed.Count == 0;
            if (!installed.Contains(subject) && !byItself)
            {
                clauses.Add(new Clause
                {
                    Kind = ClauseKind.Conflicts,
                    Subject = subject,
                    Field = "Conflicts",
                    Text = dependency.Name,
                    Other = others.FirstOrDefault(),
                    Conditions = [.. others.Skip(1)],
                    Alternatives = installed,
                });
            }
        }
    }

    private void AddObsoletes(List<Clause> clauses, RpmCandidate subject)
    {
        foreach (var dependency in subject.Package.Obsoletes)
        {
            foreach (var other in universe.Named(dependency).Where(o => o != subject))
            {
                clauses.Add(Negative(ClauseKind.Obsoletes, subject, other, "Obsoletes", dependency, ""));
            }
        }
    }

    private void AddOtherVersions(List<Clause> clauses, RpmCandidate subject)
    {
        var several = IsInstallOnly(subject);
        foreach (var other in universe.Versions(subject.Name))
        {
            if (other != subject && (!several || (other.Version == subject.Version && other.Architecture == subject.Architecture)))
            {
                clauses.Add(new Clause { Kind = ClauseKind.OneVersionPerName, Subject = subject, Other = other, Text = subject.Name });
            }
        }
    }

    private static Clause Negative(ClauseKind kind, RpmCandidate subject, RpmCandidate other, string field, RpmDependency dependency, string note) =>
        new() { Kind = kind, Subject = subject, Other = other, Field = field, Text = dependency.ToString(), Note = note };
}
