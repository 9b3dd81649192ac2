using Ironhull.Packages;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>Proves for a set of packages that no relation changes its meaning with the mapping of versions.</summary>
internal static class RelationCheck
{
    private static readonly string[] s_fields = ["Pre-Depends", "Depends", "Recommends", "Suggests", "Enhances", "Conflicts", "Breaks", "Replaces"];

    /// <summary>Compares every versioned relation that names a package of the set.</summary>
    /// <param name="packages">Control fields of the packages.</param>
    /// <returns>How many were compared.</returns>
    /// <exception cref="InvalidOperationException">The verdicts of one differ.</exception>
    public static int Run(IReadOnlyCollection<IReadOnlyDictionary<string, string>> packages)
    {
        var versions = packages.ToDictionary(p => p["Package"], p => p["Version"], StringComparer.Ordinal);
        var count = 0;
        foreach (var relation in packages.SelectMany(p => s_fields.SelectMany(f => DependencyParser.Parse(p.GetValueOrDefault(f, "")).SelectMany(g => g))))
        {
            if (relation.Relation != VersionRelation.Any && versions.TryGetValue(relation.Name, out var version))
            {
                count++;
                var debian = DebianVersion.Satisfies(version, relation.Relation, relation.Version);
                var rpm = Holds(RpmVersion.Compare(VersionMapping.Map(version).ToString(), VersionMapping.Map(relation.Version).ToString()), relation.Relation);
                if (debian != rpm)
                {
                    throw new InvalidOperationException($"{version} {relation} is {debian} for Debian and {rpm} for RPM.");
                }
            }
        }

        return count;
    }

    private static bool Holds(int order, VersionRelation relation) => relation switch
    {
        VersionRelation.Earlier => order < 0,
        VersionRelation.EarlierOrEqual => order <= 0,
        VersionRelation.Equal => order == 0,
        VersionRelation.LaterOrEqual => order >= 0,
        _ => order > 0,
    };
}
