using System.Text.Json.Nodes;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>What the initrd takes out of the finished tree, and what is laid over it.</summary>
public sealed record InitrdDefinition
{
    /// <summary>Absolute path of the file it was read from.</summary>
    public required string FilePath { get; init; }

    /// <summary>Programs and data files, by absolute path; may hold <c>*</c>. The libraries they need follow by themselves.</summary>
    public required IReadOnlyList<Located<string>> Files { get; init; }

    /// <summary>Shared libraries that are loaded at run time and that nothing names as needed: sonames or absolute paths.</summary>
    public required IReadOnlyList<Located<string>> Libraries { get; init; }

    /// <summary>systemd units, by name.</summary>
    public required IReadOnlyList<Located<string>> Units { get; init; }

    /// <summary>Target to the units that it wants.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Wants { get; init; }

    /// <summary>udev rules, by file name.</summary>
    public required IReadOnlyList<Located<string>> UdevRules { get; init; }

    /// <summary>systemd generators, by file name.</summary>
    public required IReadOnlyList<Located<string>> Generators { get; init; }

    /// <summary>Kernel modules, by name; the modules they depend on follow by themselves.</summary>
    public required IReadOnlyList<Located<string>> Modules { get; init; }

    /// <summary>Absolute path of a folder that is laid over the initrd, or null.</summary>
    public string? Overlay { get; init; }

    /// <summary>Reads a file; every error is reported at once.</summary>
    public static InitrdDefinition Load(string path, string? name = null)
    {
        var folder = new DefinitionFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return MapReader.ReadFile(path, name, f => Read(f, folder, Path.GetFullPath(path)));
    }

    /// <summary>Reads the file that a key names; what is wrong in it is reported at the key's own reader.</summary>
    internal static InitrdDefinition? ReadFile(FieldReader f, DefinitionFolder folder, string key, string description)
    {
        var name = f.OptionalString(key, null, description);
        if (name is null)
        {
            return null;
        }

        var path = Path.GetFullPath(Path.Combine(folder.Path, name));
        if (!File.Exists(path))
        {
            f.Report(DefinitionErrors.FileNotFound.With($"The file '{name}' does not exist.", f.WhereIs(key)));
            return null;
        }

        try
        {
            return Load(path, Path.Combine(Path.GetDirectoryName(f.Where.Path) ?? "", name));
        }
        catch (HullException e)
        {
            foreach (var diagnostic in e.Diagnostics)
            {
                f.Report(diagnostic);
            }

            return null;
        }
    }

    /// <summary>The JSON Schema of an <c>initrd.yaml</c>.</summary>
    public static JsonObject Schema() => SchemaFieldReader.Of(f => Read(f, new DefinitionFolder(""), ""));

    internal static InitrdDefinition Read(FieldReader f, DefinitionFolder folder, string path)
    {
        var overlay = f.OptionalString("overlay", null, "A folder that is laid over the initrd, relative to this file.");
        return new()
        {
            FilePath = path,
            Overlay = overlay is null ? null : folder.Folder(f, new(overlay, f.WhereIs("overlay"))),
            Files = f.StringList("files", description: "Programs and data files by absolute path; may hold *. The libraries they need follow.", form: TextForm.AbsolutePath),
            Libraries = f.StringList("libraries", description: "Libraries loaded at run time that nothing names as needed: sonames or paths."),
            Units = f.StringList("units", description: "systemd units by name."),
            Wants = f.StringListMap("wants", "Target to the units that it wants."),
            UdevRules = f.StringList("udevRules", description: "udev rules by file name."),
            Generators = f.StringList("generators", description: "systemd generators by file name."),
            Modules = f.StringList("modules", description: "Kernel modules by name; their dependencies follow."),
        };
    }
}
