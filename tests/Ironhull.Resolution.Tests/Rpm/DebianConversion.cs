using Ironhull.Packages;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>
/// Makes RPM packages of Debian's: alternatives become rich dependencies, Breaks become Conflicts, Replaces become Obsoletes where the
/// package conflicts with what it replaces. What Debian does not have is added to some packages, chosen by a hash of their names:
/// older versions, conditions, "with", "unless", paths in the primary data and in the file lists only, Supplements, renamed packages.
/// </summary>
internal sealed class DebianConversion
{
    private readonly Dictionary<string, DebianPackage> _byName;
    private readonly string[] _names;
    private readonly string[] _leaves;
    private readonly HashSet<string> _ranged = new(StringComparer.Ordinal);

    private DebianConversion(IReadOnlyList<DebianPackage> packages)
    {
        _byName = packages.DistinctBy(p => p.Name, StringComparer.Ordinal).ToDictionary(p => p.Name, StringComparer.Ordinal);
        _names = [.. _byName.Keys.Order(StringComparer.Ordinal)];
        _leaves = [.. _names.Where(n => IsLeaf(_byName[n]))];
        foreach (var group in packages.SelectMany(p => Groups(p.Conflicts).Concat(Groups(p.Breaks))).Where(g => g[0].Relation != VersionRelation.Any))
        {
            _ranged.Add(group[0].Name);
        }
    }

    /// <summary>The packages in the order in which createrepo_c would list them, and the paths that only file lists name.</summary>
    public static (IReadOnlyList<RpmPackage> Packages, IReadOnlyDictionary<RpmPackage, IReadOnlyList<string>> Lists) Convert(IReadOnlyList<DebianPackage> packages)
    {
        var conversion = new DebianConversion(packages);
        var converted = new List<RpmPackage>();
        var lists = new Dictionary<RpmPackage, IReadOnlyList<string>>(ReferenceEqualityComparer.Instance);
        foreach (var name in conversion._names)
        {
            foreach (var package in conversion.Convert(conversion._byName[name]))
            {
                converted.Add(package);
                if (HasData(name))
                {
                    lists[package] = [DataOf(name)];
                }
            }
        }

        converted.Sort((x, y) => string.CompareOrdinal(x.Location, y.Location));
        return (converted, lists);
    }

    /// <summary>A path that a package owns and its primary data name, or null.</summary>
    public static string? ProgramOf(string name) => Chance(name, "program", 10) ? $"/usr/bin/{name}" : null;

    /// <summary>A path that only the file lists name.</summary>
    public static string DataOf(string name) => $"/usr/share/{name}/data";

    /// <summary>True when a package owns <see cref="DataOf"/>.</summary>
    public static bool HasData(string name) => Chance(name, "data", 20);

    /// <summary>True when there is an older version of a package as well.</summary>
    public static bool HasOlder(string name) => Chance(name, "older", 30);

    /// <summary>True when a package was once called <paramref name="name"/> with "-legacy" at its end, and that package is still there.</summary>
    public static bool IsRenamed(string name) => Chance(name, "renamed", 100);

    private static bool Chance(string name, string what, ulong one) => AptOracleTests.Hash(what.Length, what + name) % one == 0;

    private IEnumerable<RpmPackage> Convert(DebianPackage source)
    {
        var version = VersionOf(source.Version);
        yield return Make(source, source.Name, version, newest: true);
        if (HasOlder(source.Name))
        {
            yield return Make(source, source.Name, version + "~older", newest: false);
        }

        if (IsRenamed(source.Name))
        {
            yield return Make(source, source.Name + "-legacy", version, newest: false);
        }
    }

    private RpmPackage Make(DebianPackage source, string name, string version, bool newest)
    {
        var location = $"{name}-{version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..]}.{(source.Architecture == "all" ? "noarch" : "x86_64")}.rpm";
        var requires = Groups(source.PreDepends).Concat(Groups(source.Depends)).Select(g => Requirement(source.Name, g)).Concat(Extra(source.Name));
        return new RpmPackage
        {
            Name = name,
            Version = version,
            Architecture = source.Architecture == "all" ? "noarch" : "x86_64",
            Provides = [new RpmDependency(name, VersionRelation.Equal, version), .. name == source.Name ? Groups(source.Provides).Select(g => Provided(g[0], version)) : []],
            Requires = [.. newest ? requires : requires.SkipLast(1)],
            Conflicts = [.. Groups(source.Conflicts).Concat(Groups(source.Breaks)).Select(g => Conflict(source.Name, g[0]))],
            Obsoletes = [.. name == source.Name ? Obsoletes(source, version, newest) : []],
            Recommends = [.. Groups(source.Recommends).Select(g => Requirement("", g))],
            Suggests = [.. Groups(source.Suggests).Select(g => Requirement("", g))],
            Supplements = [.. Supplements(source.Name)],
            Files = ProgramOf(source.Name) is { } program ? [program] : [],
            SourceRpm = $"{source.Source}-{VersionOf(source.SourceVersion)}.src.rpm",
            Location = location,
            Size = 1,
            Checksum = new RpmChecksum("sha256", source.Sha256.ToString()),
            RepositoryId = "trixie",
        };
    }

    private static IReadOnlyList<IReadOnlyList<Dependency>> Groups(string field) => DependencyParser.Parse(field);

    /// <summary>Debian's version with what RPM does not allow in one replaced; a native version gets the release 0.</summary>
    private static string VersionOf(string version)
    {
        var dash = version.LastIndexOf('-');
        return dash < 0 ? version + "-0" : $"{version[..dash].Replace('-', '.')}-{version[(dash + 1)..]}";
    }

    /// <summary>A version in a dependency: without a release where Debian gives none, so that every release is meant.</summary>
    private static string RangeOf(string version) => version.Contains('-', StringComparison.Ordinal) ? VersionOf(version) : version;

    private static RpmDependency Plain(Dependency dependency) => dependency.Relation == VersionRelation.Any
        ? new RpmDependency(dependency.Name, VersionRelation.Any, "")
        : new RpmDependency(
            dependency.Name,
            dependency.Relation == VersionRelation.Later && !dependency.Version.Contains('-', StringComparison.Ordinal) ? VersionRelation.LaterOrEqual : dependency.Relation,
            RangeOf(dependency.Version));

    /// <summary>
    /// In Debian a versioned conflict spares what is provided without a version, in RPM it does not: where there are such conflicts,
    /// the package provides its own version, as RPM's packagers have it.
    /// </summary>
    private RpmDependency Provided(Dependency dependency, string version) => dependency.Relation == VersionRelation.Any && _ranged.Contains(dependency.Name)
        ? new RpmDependency(dependency.Name, VersionRelation.Equal, version) : Plain(dependency);

    private static RpmDependency Rich(string text) => new(text, VersionRelation.Any, "");

    private static RpmDependency Requirement(string owner, IReadOnlyList<Dependency> group)
    {
        if (group.Count > 1)
        {
            return Rich($"({string.Join(" or ", group.Select(Plain))})");
        }

        var plain = Plain(group[0]);
        if (owner.Length > 0 && plain.Relation == VersionRelation.Any && ProgramOf(plain.Name) is { } program && Chance(owner + plain.Name, "by path", 4))
        {
            return Rich(program);
        }

        if (owner.Length > 0 && plain.Relation == VersionRelation.Any && HasData(plain.Name) && Chance(owner + plain.Name, "by data", 4))
        {
            return Rich(DataOf(plain.Name));
        }

        return plain.Relation == VersionRelation.LaterOrEqual && Chance(owner + plain.Name, "with", 20) ? Rich($"({plain} with {plain.Name} < 99:99)") : plain;
    }

    private static RpmDependency Conflict(string owner, Dependency dependency)
    {
        var plain = Plain(dependency);
        return Chance(owner + plain.Name, "unless", 50) ? Rich($"({plain} unless {owner}-doc)") : plain;
    }

    /// <summary>Requirements that hold under a condition, on packages drawn from the whole archive.</summary>
    private IEnumerable<RpmDependency> Extra(string name)
    {
        if (IsLeaf(_byName[name]))
        {
            yield break;
        }

        if (Chance(name, "if", 25))
        {
            yield return Rich($"({Pick(name, 1)} if {Pick(name, 2)})");
        }

        if (Chance(name, "if common", 50))
        {
            yield return Rich($"({Pick(name, 3)} if libc6)");
        }

        if (Chance(name, "if else", 60))
        {
            yield return Rich($"({Pick(name, 4)} if {Pick(name, 5)} else {Pick(name, 6)})");
        }

        if (Chance(name, "and or", 60))
        {
            yield return Rich($"(({Pick(name, 7)} and {Pick(name, 8)}) or {Pick(name, 9)})");
        }

        if (Chance(name, "without", 60))
        {
            yield return Rich($"((perl or python3 or {Pick(name, 10)}) without python3)");
        }
    }

    private IEnumerable<RpmDependency> Supplements(string name)
    {
        if (Chance(name, "supplements", 80))
        {
            yield return Rich($"({Pick(name, 11)} and libc6)");
        }

        if (Chance(name, "supplements one", 120))
        {
            yield return new RpmDependency(Pick(name, 12), VersionRelation.Any, "");
        }
    }

    /// <summary>A package that needs nothing, so that it hardly ever cannot be installed.</summary>
    private string Pick(string name, int salt) => _leaves[AptOracleTests.Hash(salt, name) % (ulong)_leaves.Length];

    private static bool IsLeaf(DebianPackage package) =>
        package.Depends.Length + package.PreDepends.Length + package.Conflicts.Length + package.Breaks.Length + package.Recommends.Length == 0;

    private static IEnumerable<RpmDependency> Obsoletes(DebianPackage source, string version, bool newest)
    {
        var conflicts = Groups(source.Conflicts).Concat(Groups(source.Breaks)).Select(g => g[0]).ToHashSet();
        foreach (var replaced in Groups(source.Replaces).Select(g => g[0]).Where(conflicts.Contains))
        {
            yield return Plain(replaced);
        }

        if (newest && IsRenamed(source.Name))
        {
            yield return new RpmDependency(source.Name + "-legacy", VersionRelation.EarlierOrEqual, version);
        }
    }
}
