using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>Resolves the paths that a definition names relative to its own folder, and reports the ones that do not exist.</summary>
/// <param name="path">The folder, absolute.</param>
internal sealed class DefinitionFolder(string path)
{
    public string Path { get; } = path;

    public IReadOnlyList<string> Files(FieldReader f, IReadOnlyList<Located<string>> names) => [.. names.Select(n => File(f, n))];

    public IReadOnlyList<string> Folders(FieldReader f, IReadOnlyList<Located<string>> names) => [.. names.Select(n => Folder(f, n))];

    public string File(FieldReader f, Located<string> name)
    {
        var full = Full(name.Value);
        if (!System.IO.File.Exists(full))
        {
            f.Report(DefinitionErrors.FileNotFound.With($"The file '{name.Value}' does not exist.", name.Where));
        }

        return full;
    }

    public string? OptionalFile(FieldReader f, string key, string description)
    {
        var name = f.OptionalString(key, null, description);
        return name is null ? null : File(f, new(name, f.WhereIs(key)));
    }

    public string Folder(FieldReader f, Located<string> name)
    {
        var full = Full(name.Value);
        if (!Directory.Exists(full))
        {
            f.Report(DefinitionErrors.FileNotFound.With($"The folder '{name.Value}' does not exist.", name.Where));
        }

        return full;
    }

    private string Full(string name) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, name));
}
