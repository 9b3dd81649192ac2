using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>What an extension extends, and which systems it fits.</summary>
/// <param name="Base">Absolute path of the base image's definition; its lock lies beside it.</param>
/// <param name="Level">SYSEXT_LEVEL or CONFEXT_LEVEL that the system must have; empty binds to the base's own level or version.</param>
/// <param name="ReloadManager">Whether systemd reads its units again after the extension was merged.</param>
/// <param name="Where">Where it was written.</param>
public sealed record ExtensionDefinition(string Base, string Level, bool ReloadManager, Location Where)
{
    internal static ExtensionDefinition Read(FieldReader f, DefinitionFolder folder)
    {
        var name = f.RequiredString("base", "The definition of the base image, or its folder; what the base has is not in the extension.");
        var path = f.IsSchema ? "" : Path.GetFullPath(Path.Combine(folder.Path, name));
        path = Directory.Exists(path) ? Path.Combine(path, "image.yaml") : path;
        if (!f.IsSchema && !File.Exists(path))
        {
            f.Report(DefinitionErrors.FileNotFound.With($"The definition '{name}' does not exist.", f.WhereIs("base")));
        }

        return new(
            path,
            f.OptionalString("level", "", "The level that a system must have (SYSEXT_LEVEL, CONFEXT_LEVEL); the base's own level or version when absent."),
            f.OptionalBool("reloadManager", false, "Whether systemd reads its units again after the merge: needed when the extension brings units."),
            f.Where);
    }
}
