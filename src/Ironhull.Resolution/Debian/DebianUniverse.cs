using System.Runtime.InteropServices;
using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Debian;

namespace Ironhull.Resolution.Debian;

/// <summary>Compares two Debian versions: negative, zero or positive.</summary>
public delegate int VersionComparison(string left, string right);

/// <summary>
/// The packages of some Debian repositories for one architecture. Of each name only one version is considered, the
/// candidate: highest repository priority, then highest version. Another version is considered where it is requested.
/// </summary>
public sealed class DebianUniverse : IUniverse
{
    private const string ArchitectureAll = "all";

    /// <summary>How many providers are suggested for a virtual name.</summary>
    private const int MaxProviders = 8;

    private readonly Dictionary<string, List<DebianPackage>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Provided>> _providers = new(StringComparer.Ordinal);

    // Virtual name → DebianPackage, or List<DebianPackage> where several provide it: of some 65,000 names few are ever asked for.
    private readonly Dictionary<string, object?>.AlternateLookup<ReadOnlySpan<char>> _providing =
        new Dictionary<string, object?>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly HashSet<string> _sorted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _suggestions = new(StringComparer.Ordinal);
    private readonly VersionComparison _compare;
    private List<string>? _names;
    private List<string>? _essential;

    /// <summary>Indexes packages by name and by what they provide.</summary>
    /// <param name="packages">Packages of every repository; those of other architectures and of negative priority are left out.</param>
    /// <param name="architecture">The architecture installed, for example "amd64".</param>
    /// <param name="compare">The order of versions; <see cref="DebianVersion.Compare"/> when left out.</param>
    public DebianUniverse(IEnumerable<DebianPackage> packages, string architecture, VersionComparison? compare = null)
    {
        Architecture = architecture;
        _compare = compare ?? ((left, right) => DebianVersion.Compare(left, right));
        foreach (var package in packages)
        {
            if (package.RepositoryPriority < 0 || (package.Architecture != architecture && package.Architecture != ArchitectureAll))
            {
                continue;
            }

            if (!_byName.TryGetValue(package.Name, out var versions))
            {
                _byName.Add(package.Name, versions = new List<DebianPackage>(1));
            }

            versions.Add(package);
            if (package.Provides.Length > 0)
            {
                AddProvides(package);
            }
        }
    }

    /// <summary>The architecture installed.</summary>
    public string Architecture { get; }

    /// <inheritdoc/>
    public IProblem Open(ResolutionRequest request) => new DebianProblem(this, request);

    /// <inheritdoc/>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Every version of a name, the candidate first.</summary>
    public IReadOnlyList<DebianPackage> Versions(string name)
    {
        if (!_byName.TryGetValue(name, out var versions))
        {
            return [];
        }

        if (versions.Count > 1 && _sorted.Add(name))
        {
            versions.Sort(ComparePackages);
        }

        return versions;
    }

    /// <summary>Everything that says it provides a name, with the version it provides it at, whatever order the packages came in.</summary>
    /// <exception cref="HullException">HULL2001: a <c>Provides</c> field cannot be read.</exception>
    internal IReadOnlyList<Provided> Providers(string name)
    {
        if (!_providers.TryGetValue(name, out var list))
        {
            list = [];
            switch (_providing.Dictionary.GetValueOrDefault(name))
            {
                case DebianPackage one:
                    ReadProvides(one, name, list);
                    break;
                case List<DebianPackage> several:
                    several.ForEach(p => ReadProvides(p, name, list));
                    break;
            }

            list.Sort(CompareProvided);
            _providers.Add(name, list);
        }

        return list;
    }

    /// <summary>The names of Essential candidates, ordered.</summary>
    internal IReadOnlyList<string> EssentialNames() => _essential ??=
    [
        .. _byName.Where(e => e.Value.Exists(p => p.Essential)).Select(e => e.Key)
            .Where(n => Versions(n)[0].Essential).Order(StringComparer.Ordinal),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> SuggestionsFor(string name)
    {
        if (_byName.ContainsKey(name))
        {
            return [];
        }

        if (!_suggestions.TryGetValue(name, out var suggestions))
        {
            suggestions = [.. Providers(name).Select(p => p.Package.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxProviders)];
            if (suggestions.Count == 0)
            {
                suggestions = Spelling.Nearest(name, _names ??= [.. _byName.Keys.Order(StringComparer.Ordinal)]);
            }

            _suggestions.Add(name, suggestions);
        }

        return suggestions;
    }

    /// <summary>True when a version stands in a relation to another.</summary>
    internal bool Holds(string version, VersionRelation relation, string other) =>
        relation == VersionRelation.Any || relation.Holds(_compare(version, other));

    /// <summary>Notes which names a package provides; the versions are read when somebody asks for the name.</summary>
    private void AddProvides(DebianPackage package)
    {
        var field = package.Provides.AsSpan();
        foreach (var range in field.Split(','))
        {
            var entry = field[range].Trim();
            var end = entry.IndexOfAny(" \t\n(:");
            var name = end < 0 ? entry : entry[..end];
            if (name.IsEmpty)
            {
                continue;
            }

            ref var providing = ref CollectionsMarshal.GetValueRefOrAddDefault(_providing, name, out _);
            if (providing is null)
            {
                providing = package;
            }
            else if (providing is List<DebianPackage> several)
            {
                several.Add(package);
            }
            else
            {
                providing = new List<DebianPackage> { (DebianPackage)providing, package };
            }
        }
    }

    private static void ReadProvides(DebianPackage package, string name, List<Provided> found)
    {
        foreach (var group in DependencyParser.Parse(package.Provides))
        {
            var provided = group[0];
            if (provided.Name == name && provided.Relation is (VersionRelation.Any or VersionRelation.Equal))
            {
                var entry = new Provided(package, provided.Qualifier, provided.Version);
                if (!found.Contains(entry))
                {
                    found.Add(entry);
                }
            }
        }
    }

    private int CompareProvided(Provided x, Provided y)
    {
        var order = string.CompareOrdinal(x.Package.Name, y.Package.Name);
        order = order != 0 ? order : ComparePackages(x.Package, y.Package);
        order = order != 0 ? order : string.CompareOrdinal(x.Qualifier, y.Qualifier);
        return order != 0 ? order : string.CompareOrdinal(x.Version, y.Version);
    }

    private int ComparePackages(DebianPackage x, DebianPackage y)
    {
        var order = y.RepositoryPriority.CompareTo(x.RepositoryPriority);
        order = order != 0 ? order : _compare(y.Version, x.Version);
        order = order != 0 ? order : (x.Architecture == ArchitectureAll).CompareTo(y.Architecture == ArchitectureAll);
        order = order != 0 ? order : string.CompareOrdinal(x.RepositoryId, y.RepositoryId);
        order = order != 0 ? order : string.CompareOrdinal(x.Version, y.Version);
        return order != 0 ? order : string.CompareOrdinal(x.Sha256.ToString(), y.Sha256.ToString());
    }

    /// <summary>One entry of a <c>Provides</c> field.</summary>
    /// <param name="Package">The package with the field.</param>
    /// <param name="Qualifier">The architecture qualifier, or empty.</param>
    /// <param name="Version">The version it is provided at, or empty.</param>
    internal readonly record struct Provided(DebianPackage Package, string Qualifier, string Version);
}
