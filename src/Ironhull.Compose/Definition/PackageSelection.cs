using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>What is asked for and what must never come.</summary>
/// <param name="Install">The packages asked for, in file order.</param>
/// <param name="Exclude">Packages that are never chosen.</param>
public sealed record PackageSelection(IReadOnlyList<Located<string>> Install, IReadOnlyList<Located<string>> Exclude)
{
    internal static PackageSelection Read(FieldReader f)
    {
        var selection = new PackageSelection(
            f.StringList("install", required: true, "The packages asked for; what they depend on follows.", TextForm.PackageName),
            f.StringList("exclude", description: "Packages that are never chosen.", form: TextForm.PackageName));
        var seen = new Dictionary<string, Location>(StringComparer.Ordinal);
        foreach (var (name, where) in selection.Install.Concat(selection.Exclude))
        {
            if (!seen.TryAdd(name, where))
            {
                f.Report(DefinitionErrors.Duplicate.With($"The package '{name}' is already listed in line {seen[name].Line}.", where));
            }
        }

        return selection;
    }
}
