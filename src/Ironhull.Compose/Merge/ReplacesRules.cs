using Ironhull.Compose.Store;
using Ironhull.Packages;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Merge;

/// <summary>Which package may overwrite files of which other (Debian Policy 7.6.1).</summary>
internal sealed class ReplacesRules(IReadOnlyList<UnpackedPackage> packages, Comparison<string> compareVersions)
{
    private readonly Dictionary<int, IReadOnlyList<IReadOnlyList<Dependency>>> _parsed = [];

    /// <summary>Whether the Replaces field of <paramref name="winner"/> names <paramref name="loser"/> in its version.</summary>
    public bool Allows(int winner, int loser)
    {
        if (!_parsed.TryGetValue(winner, out var groups))
        {
            _parsed[winner] = groups = DependencyParser.Parse(packages[winner].ControlField("Replaces"));
        }

        return groups.Any(g => g.Any(d => d.Name == packages[loser].Name && Holds(d, packages[loser].Version)));
    }

    private bool Holds(Dependency dependency, string version) =>
        dependency.Relation == VersionRelation.Any || dependency.Relation.Holds(compareVersions(version, dependency.Version));
}
