using System.Runtime.InteropServices;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>
/// The packages of some RPM repositories for one architecture and <c>noarch</c>. Their order decides where nothing else does: by
/// repository, then by the name of the package file, which is the order in which createrepo_c lists them.
/// </summary>
public sealed class RpmUniverse : IUniverse
{
    private const string ArchitectureNone = "noarch";

    /// <summary>How many providers are suggested for a name that no package has.</summary>
    private const int MaxProviders = 8;

    private readonly RpmPackage[] _packages;
    private readonly RpmCandidate?[] _candidates;
    private readonly IReadOnlyList<IRpmFileLists> _fileLists;

    // Heads of chains through _next; a chain runs from the first place to the last.
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly int[] _nextOfName;
    private readonly Dictionary<string, int> _capabilities = new(StringComparer.Ordinal);
    private readonly List<Provided> _provided = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _suggestions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<RpmCandidate>> _owners = new(StringComparer.Ordinal);
    private Dictionary<string, List<int>>? _primaryPaths;
    private Dictionary<RpmPackage, int>? _places;
    private List<string>? _sortedNames;
    private List<RpmCandidate>? _supplementing;
    private Dictionary<string, List<RpmCandidate>>? _obsoleting;

    /// <summary>Indexes packages by name and by what they provide.</summary>
    /// <param name="packages">Packages of every repository; those of other architectures and of negative priority are left out.</param>
    /// <param name="architecture">The architecture installed, for example "x86_64".</param>
    /// <param name="fileLists">Asked about paths that no package's <see cref="RpmPackage.Files"/> hold.</param>
    /// <param name="installOnly">Names and capabilities whose packages may be installed in several versions; <see cref="DefaultInstallOnly"/> when left out.</param>
    public RpmUniverse(
        IEnumerable<RpmPackage> packages, string architecture, IEnumerable<IRpmFileLists>? fileLists = null, IReadOnlyList<string>? installOnly = null)
    {
        Architecture = architecture;
        InstallOnly = installOnly ?? DefaultInstallOnly;
        _fileLists = [.. fileLists ?? []];
        _packages = [.. packages.Where(p => p.RepositoryPriority >= 0 && (p.Architecture == architecture || p.Architecture == ArchitectureNone))];
        Sort(_packages);
        _candidates = new RpmCandidate?[_packages.Length];
        Relations = new RpmRelations(this);
        Clauses = new RpmClauses(this, Relations);
        _nextOfName = new int[_packages.Length];
        for (var place = _packages.Length - 1; place >= 0; place--)
        {
            ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(_names, _packages[place].Name, out var known);
            _nextOfName[place] = known ? head : -1;
            head = place;
            AddProvides(place);
        }
    }

    /// <summary>The names that dnf installs side by side when nothing else is configured (<c>installonlypkgs</c>).</summary>
    public static IReadOnlyList<string> DefaultInstallOnly { get; } =
    [
        "kernel", "kernel-PAE", "installonlypkg(kernel)", "installonlypkg(kernel-module)", "installonlypkg(vm)", "multiversion(kernel)",
    ];

    /// <summary>The architecture installed.</summary>
    public string Architecture { get; }

    /// <summary>Names and capabilities whose packages may be installed in several versions.</summary>
    public IReadOnlyList<string> InstallOnly { get; }

    /// <inheritdoc/>
    public IProblem Open(ResolutionRequest request) => new RpmProblem(this, request);

    /// <inheritdoc/>
    public bool Contains(string name) => _names.ContainsKey(name);

    /// <inheritdoc/>
    public IReadOnlyList<string> SuggestionsFor(string name)
    {
        if (Contains(name))
        {
            return [];
        }

        if (!_suggestions.TryGetValue(name, out var suggestions))
        {
            suggestions =
            [
                .. Satisfying(new RpmDependency(name, VersionRelation.Any, "")).Select(c => c.Name)
                    .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxProviders),
            ];
            if (suggestions.Count == 0)
            {
                suggestions = Spelling.Nearest(name, _sortedNames ??= [.. _names.Keys.Order(StringComparer.Ordinal)]);
            }

            _suggestions.Add(name, suggestions);
        }

        return suggestions;
    }

    /// <summary>What dependencies mean here.</summary>
    internal RpmRelations Relations { get; }

    /// <summary>What packages claim.</summary>
    internal RpmClauses Clauses { get; }

    /// <summary>Every package, in order.</summary>
    internal IEnumerable<RpmCandidate> All => Enumerable.Range(0, _packages.Length).Select(At);

    /// <summary>Every name, in no order.</summary>
    internal IEnumerable<string> Names => _names.Keys;

    /// <summary>Every capability that something provides, in no order.</summary>
    internal IEnumerable<string> Capabilities => _capabilities.Keys;

    /// <summary>Packages that say what they supplement, in order.</summary>
    internal IReadOnlyList<RpmCandidate> Supplementing => _supplementing ??= [.. All.Where(c => c.Package.Supplements.Count > 0)];

    /// <summary>Every version of a name, in order.</summary>
    internal IReadOnlyList<RpmCandidate> Versions(string name)
    {
        if (!_names.TryGetValue(name, out var place))
        {
            return [];
        }

        var versions = new List<RpmCandidate>(1);
        for (; place >= 0; place = _nextOfName[place])
        {
            versions.Add(At(place));
        }

        return versions;
    }

    /// <summary>Everything that provides a capability at a fitting version, or owns a path; in order, each once.</summary>
    internal IReadOnlyList<RpmCandidate> Satisfying(RpmDependency dependency)
    {
        var found = new List<RpmCandidate>();
        for (var entry = _capabilities.GetValueOrDefault(dependency.Name, -1); entry >= 0; entry = _provided[entry].Next)
        {
            var (place, index, _) = _provided[entry];
            if ((found.Count == 0 || found[^1].Place != place) && Fits(_packages[place], index, dependency))
            {
                found.Add(At(place));
            }
        }

        return dependency.IsPath ? [.. found.Union(OwnersOf(dependency.Name)).OrderBy(c => c.Place)] : found;
    }

    /// <summary>Packages of a name whose own version fits: what an obsoletes is matched against.</summary>
    internal IEnumerable<RpmCandidate> Named(RpmDependency dependency) => Versions(dependency.Name)
        .Where(c => RpmVersionRange.Overlaps(VersionRelation.Equal, c.Version, dependency.Relation, dependency.Version));

    /// <summary>Packages that take the place of a package, in order.</summary>
    internal IEnumerable<RpmCandidate> Obsoleting(RpmCandidate candidate)
    {
        if (_obsoleting is null)
        {
            _obsoleting = new Dictionary<string, List<RpmCandidate>>(StringComparer.Ordinal);
            foreach (var other in All)
            {
                foreach (var name in other.Package.Obsoletes.Select(o => o.Name).Distinct(StringComparer.Ordinal))
                {
                    ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_obsoleting, name, out _);
                    (list ??= []).Add(other);
                }
            }
        }

        return _obsoleting.GetValueOrDefault(candidate.Name, []).Where(o => Obsoletes(o, candidate));
    }

    /// <summary>True when a package of another name takes the place of a package.</summary>
    internal static bool Obsoletes(RpmCandidate candidate, RpmCandidate other) => candidate.Name != other.Name
        && candidate.Package.Obsoletes.Any(o => o.Name == other.Name
            && RpmVersionRange.Overlaps(VersionRelation.Equal, other.Version, o.Relation, o.Version));

    /// <summary>The packages that own a path: those whose primary data name it, else those whose file lists do.</summary>
    internal IReadOnlyList<RpmCandidate> OwnersOf(string path)
    {
        if (_owners.TryGetValue(path, out var known))
        {
            return known;
        }

        var places = (_primaryPaths ??= IndexPaths()).GetValueOrDefault(path, []).ToHashSet();
        if (places.Count == 0 || !IsPrimary(path))
        {
            places.UnionWith(_fileLists.SelectMany(l => l.OwnersOf(path)).Select(PlaceOf).Where(p => p >= 0));
        }

        return _owners[path] = [.. places.Order().Select(At)];
    }

    private static bool IsPrimary(string path) => path.StartsWith("/etc/", StringComparison.Ordinal)
        || path.Contains("bin/", StringComparison.Ordinal) || path == "/usr/lib/sendmail";

    private Dictionary<string, List<int>> IndexPaths()
    {
        var index = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var place = 0; place < _packages.Length; place++)
        {
            foreach (var path in _packages[place].Files)
            {
                ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(index, path, out _);
                (places ??= new List<int>(1)).Add(place);
            }
        }

        return index;
    }

    private int PlaceOf(RpmPackage package)
    {
        if (_places is null)
        {
            _places = new Dictionary<RpmPackage, int>(_packages.Length, ReferenceEqualityComparer.Instance);
            for (var place = 0; place < _packages.Length; place++)
            {
                _places[_packages[place]] = place;
            }
        }

        return _places.GetValueOrDefault(package, -1);
    }

    private RpmCandidate At(int place) => _candidates[place] ??= new RpmCandidate(_packages[place], place);

    /// <summary>A package provides itself, whether its metadata say so or not.</summary>
    private void AddProvides(int place)
    {
        var package = _packages[place];
        var saysItself = false;
        for (var i = package.Provides.Count - 1; i >= 0; i--)
        {
            var provides = package.Provides[i];
            saysItself |= provides.Name == package.Name && provides.Relation == VersionRelation.Equal && provides.Version == package.Version;
            AddProvided(provides.Name, place, i);
        }

        if (!saysItself)
        {
            AddProvided(package.Name, place, -1);
        }
    }

    private void AddProvided(string name, int place, int index)
    {
        ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(_capabilities, name, out var known);
        _provided.Add(new Provided(place, index, known ? head : -1));
        head = _provided.Count - 1;
    }

    private static bool Fits(RpmPackage package, int index, RpmDependency dependency)
    {
        var (relation, version) = index < 0 ? (VersionRelation.Equal, package.Version) : (package.Provides[index].Relation, package.Provides[index].Version);
        return RpmVersionRange.Overlaps(relation, version, dependency.Relation, dependency.Version);
    }

    private static void Sort(RpmPackage[] packages)
    {
        for (var i = 1; i < packages.Length; i++)
        {
            if (Compare(packages[i - 1], packages[i]) > 0)
            {
                Array.Sort(packages, Compare);
                return;
            }
        }
    }

    private static int Compare(RpmPackage x, RpmPackage y)
    {
        var order = string.CompareOrdinal(x.RepositoryId, y.RepositoryId);
        order = order != 0 ? order : FileName(x).SequenceCompareTo(FileName(y));
        order = order != 0 ? order : string.CompareOrdinal(x.Location, y.Location);
        order = order != 0 ? order : string.CompareOrdinal(x.ToString(), y.ToString());
        return order != 0 ? order : string.CompareOrdinal(x.Checksum.Hex, y.Checksum.Hex);
    }

    private static ReadOnlySpan<char> FileName(RpmPackage package) => package.Location.AsSpan(package.Location.LastIndexOf('/') + 1);

    /// <summary>One entry of a package's provides.</summary>
    /// <param name="Place">The package.</param>
    /// <param name="Index">Which of its provides; -1 for the package itself.</param>
    /// <param name="Next">The next entry of the same name, or -1.</param>
    private readonly record struct Provided(int Place, int Index, int Next);
}
