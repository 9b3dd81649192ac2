using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>What is asked for and what must never come.</summary>
/// <param name="Install">The packages asked for, in file order.</param>
/// <param name="Exclude">Packages that are never chosen; may hold <c>*</c>.</param>
/// <param name="Essential">Whether the packages marked Essential are asked for too (Debian).</param>
/// <param name="Recommended">Whether recommended packages are chosen where that is possible.</param>
public sealed record PackageSelection(IReadOnlyList<Located<string>> Install, IReadOnlyList<Located<string>> Exclude, bool Essential = true, bool Recommended = false)
{
    private static readonly TextForm DebianRequest = new("a package name such as 'systemd', or a name and version such as 'systemd=257.9-1'", "^[a-z0-9][a-z0-9+.\\-]*(=[A-Za-z0-9.+~:\\-]+)?$");
    private static readonly TextForm DebianNames = new("a package name such as 'systemd', with '*' for any text", "^[a-z0-9][a-z0-9+.*\\-]*$");
    private static readonly TextForm RpmRequest = new("a package, with a version, a capability or a path, such as 'systemd', 'systemd=255-20.azl3' or '/usr/bin/su'", "^[A-Za-z0-9_/(*][^\\t\\n\\r,|]*$");

    /// <summary>Names of RPM packages with wildcards.</summary>
    internal static TextForm RpmNames { get; } = new("a package name such as 'systemd', with '*' for any text", "^[A-Za-z0-9_*][A-Za-z0-9_+.*\\-]*$");

    /// <summary>Reads the list of packages whose programs the build runs.</summary>
    internal static IReadOnlyList<Located<string>> ReadTools(FieldReader f, PackagingKind packaging) => f.StringList(
        "tools", description: "Packages whose programs the build runs, locked with the image; nothing of them is in it.",
        form: packaging == PackagingKind.Debian && !f.IsSchema ? DebianRequest : RpmRequest);

    /// <summary>Reads the map.</summary>
    /// <param name="f">The map.</param>
    /// <param name="packaging">The world, which decides what a name may look like.</param>
    internal static PackageSelection Read(FieldReader f, PackagingKind packaging)
    {
        // RPM's forms take in Debian's: the schema, which serves both, has the wider ones.
        var isDebian = packaging == PackagingKind.Debian && !f.IsSchema;
        var selection = new PackageSelection(
            f.StringList("install", required: true, "The packages asked for, by name or name=version; what they depend on follows.", isDebian ? DebianRequest : RpmRequest),
            f.StringList("exclude", description: "Packages that are never chosen; may hold *.", form: isDebian ? DebianNames : RpmNames),
            f.OptionalBool("essential", packaging == PackagingKind.Debian, "Ask for the packages marked Essential too (Debian)."),
            f.OptionalBool("recommended", false, "Choose recommended packages where that is possible."));
        if (packaging == PackagingKind.Rpm && f.Has("essential"))
        {
            f.Report(DefinitionErrors.InvalidValue.With("RPM packages are not marked Essential.", f.WhereIs("essential"), "Remove the key, and list what is needed under 'install'."));
        }

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
