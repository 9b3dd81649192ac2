using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>What is asked for and what must never come.</summary>
/// <param name="Install">The packages asked for, in file order.</param>
/// <param name="Exclude">Packages that are never chosen.</param>
/// <param name="Essential">Whether the packages marked Essential are asked for too.</param>
/// <param name="Recommended">Whether recommended packages are chosen where that is possible.</param>
public sealed record PackageSelection(IReadOnlyList<Located<string>> Install, IReadOnlyList<Located<string>> Exclude, bool Essential = true, bool Recommended = false)
{
    private static readonly TextForm Request = new("a package name such as 'systemd', or a name and version such as 'systemd=257.9-1'", "^[a-z0-9][a-z0-9+.\\-]*(=[A-Za-z0-9.+~:\\-]+)?$");

    internal static PackageSelection Read(FieldReader f)
    {
        var selection = new PackageSelection(
            f.StringList("install", required: true, "The packages asked for, by name or name=version; what they depend on follows.", Request),
            f.StringList("exclude", description: "Packages that are never chosen.", form: TextForm.PackageName),
            f.OptionalBool("essential", true, "Ask for the packages marked Essential too."),
            f.OptionalBool("recommended", false, "Choose recommended packages where that is possible."));
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
