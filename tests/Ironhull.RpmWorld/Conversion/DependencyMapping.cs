using Ironhull.Packages;
using Ironhull.Packages.Debian;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>
/// Debian's relationship fields as lines of a spec file. Alternatives become rich dependencies, Pre-Depends become
/// <c>Requires(pre)</c>, Breaks become Conflicts. Replaces becomes Obsoletes only where the package takes the other's place whole:
/// it provides the name, breaks the versions before, and replaces it; everywhere else Replaces is about single files, for which RPM
/// has no word. Architecture qualifiers have none either and go: the world has one architecture.
/// </summary>
internal static class DependencyMapping
{
    /// <summary>The lines, in the order of the fields.</summary>
    /// <param name="control">The control fields.</param>
    public static IEnumerable<string> Lines(IReadOnlyDictionary<string, string> control)
    {
        IReadOnlyList<IReadOnlyList<Dependency>> Field(string name) => DependencyParser.Parse(control.GetValueOrDefault(name, ""));
        return
        [
            .. Tags("Requires(pre)", Field("Pre-Depends")),
            .. Tags("Requires", Field("Depends")),
            .. Tags("Recommends", Field("Recommends")),
            .. Tags("Suggests", Field("Suggests")),
            .. Tags("Enhances", Field("Enhances")),
            .. Tags("Provides", Field("Provides")),
            .. Tags("Conflicts", Field("Conflicts")),
            .. Tags("Conflicts", Field("Breaks")),
            .. Tags("Obsoletes", TakenOver(Field("Replaces"), Field("Breaks"), Field("Provides"))),
        ];
    }

    /// <summary>One dependency as RPM writes it.</summary>
    public static string Text(Dependency dependency) => dependency.Relation == VersionRelation.Any
        ? dependency.Name
        : $"{dependency.Name} {VersionMapping.Sign(dependency.Relation)} {VersionMapping.Map(dependency.Version)}";

    private static IEnumerable<string> Tags(string tag, IEnumerable<IReadOnlyList<Dependency>> groups) =>
        groups.Select(g => g.Count == 1 ? $"{tag}: {Text(g[0])}" : $"{tag}: ({string.Join(" or ", g.Select(Text))})");

    private static IEnumerable<IReadOnlyList<Dependency>> TakenOver(
        IReadOnlyList<IReadOnlyList<Dependency>> replaces, IReadOnlyList<IReadOnlyList<Dependency>> breaks, IReadOnlyList<IReadOnlyList<Dependency>> provides) =>
        breaks.Where(b => b[0].Relation is VersionRelation.Earlier or VersionRelation.EarlierOrEqual && Names(replaces, b[0].Name) && Names(provides, b[0].Name));

    private static bool Names(IReadOnlyList<IReadOnlyList<Dependency>> field, string name) => field.Any(g => g[0].Name == name);
}
