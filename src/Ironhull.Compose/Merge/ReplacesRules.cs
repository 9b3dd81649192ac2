using Ironhull.Compose.Store;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Merge;

/// <summary>Which package may overwrite files of which other (Debian Policy 7.6.1).</summary>
internal sealed class ReplacesRules
{
    private readonly IReadOnlyList<UnpackedPackage> _packages;
    private readonly Dictionary<int, IReadOnlyList<IReadOnlyList<Dependency>>> _parsed = [];

    public ReplacesRules(IReadOnlyList<UnpackedPackage> packages) => _packages = packages;

    /// <summary>Whether the Replaces field of <paramref name="winner"/> names <paramref name="loser"/> in its version.</summary>
    public bool Allows(int winner, int loser)
    {
        if (!_parsed.TryGetValue(winner, out var groups))
        {
            _parsed[winner] = groups = DependencyParser.Parse(_packages[winner].ControlField("Replaces"));
        }

        return groups.Any(g => g.Any(d => d.Name == _packages[loser].Name && DebianVersion.Satisfies(_packages[loser].Version, d.Relation, d.Version)));
    }
}
