using Ironhull.Packages;
using Ironhull.Packages.Debian;
using Ironhull.RpmWorld.Conversion;
using Ironhull.Testing;

namespace Ironhull.RpmWorld.Repository;

/// <summary>
/// A package without files that provides what the image's waivers do without. The image's own resolution has waivers; dnf has
/// nothing of the kind, so this package stands in a repository of its own, for dnf alone.
/// </summary>
internal static class WaivedPackage
{
    /// <summary>Its name.</summary>
    public const string Name = "rpmworld-waived";

    /// <summary>The first alternative of every dependency that no package of the set meets, in ordinal order.</summary>
    /// <param name="packages">Control fields of the packages.</param>
    public static IReadOnlyList<string> Provides(IReadOnlyCollection<IReadOnlyDictionary<string, string>> packages)
    {
        var versions = packages.ToDictionary(p => p["Package"], p => p["Version"], StringComparer.Ordinal);
        var provided = packages.SelectMany(p => DependencyParser.Parse(p.GetValueOrDefault("Provides", ""))).Select(g => g[0]).ToLookup(d => d.Name, StringComparer.Ordinal);
        bool IsMet(Dependency d) =>
            (versions.TryGetValue(d.Name, out var version) && Holds(version, d)) ||
            provided[d.Name].Any(p => d.Relation == VersionRelation.Any || (p.Version.Length > 0 && Holds(p.Version, d)));
        return
        [
            .. packages
                .SelectMany(p => new[] { "Pre-Depends", "Depends" }.SelectMany(f => DependencyParser.Parse(p.GetValueOrDefault(f, ""))))
                .Where(g => !g.Any(IsMet))
                .Select(g => g[0].Relation == VersionRelation.Any ? g[0].Name : $"{g[0].Name} = {VersionMapping.Map(g[0].Version)}")
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Makes it, unsigned.</summary>
    /// <param name="provides">What it provides.</param>
    /// <param name="folder">The folder it is put into.</param>
    public static void Build(IEnumerable<string> provides, string folder)
    {
        var work = Directory.CreateTempSubdirectory("rpmworld-").FullName;
        try
        {
            var spec = Path.Combine(work, "package.spec");
            File.WriteAllText(spec, $"Name: {Name}\nVersion: 1\nRelease: 1\nSummary: what waivers do without\nLicense: none\nBuildArch: noarch\n"
                + string.Concat(provides.Select(p => $"Provides: {p}\n")) + "%description\nNothing.\n%files\n");
            HostTool.Run("rpmbuild", "-bb", "--quiet", "--define", $"_topdir {work}", "--define", $"_rpmdir {folder}", "--define", $"_build_name_fmt {Name}.rpm", spec);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static bool Holds(string version, Dependency dependency) =>
        dependency.Relation == VersionRelation.Any || DebianVersion.Satisfies(version, dependency.Relation, dependency.Version);
}
