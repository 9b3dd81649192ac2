using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>A program of Ironhull's own that the image holds.</summary>
/// <param name="Name">Its file name in the folder of programs.</param>
/// <param name="Path">Where it lies in the image, below <c>/usr</c>.</param>
/// <param name="Where">Where it was written.</param>
public sealed record ProgramDefinition(string Name, string Path, Location Where)
{
    internal static ProgramDefinition Read(FieldReader f) => new(
        f.RequiredString("name", "The program: hull-node.", TextForm.Identifier),
        f.RequiredString("path", "Where it lies in the image, below /usr.", TextForm.AbsolutePath),
        f.Where);

    /// <summary>Reports what a list of programs cannot be.</summary>
    internal static void Check(FieldReader f, IReadOnlyList<ProgramDefinition> programs)
    {
        foreach (var outside in programs.Where(p => p.Path.Length > 0 && !p.Path.StartsWith("/usr/", StringComparison.Ordinal)))
        {
            f.Report(DefinitionErrors.InvalidValue.With($"The program '{outside.Name}' cannot lie at {outside.Path}.", outside.Where, "Choose a path below /usr, the only part of the image that is verified."));
        }

        foreach (var twice in programs.GroupBy(p => p.Path, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1))
        {
            f.Report(DefinitionErrors.Duplicate.With($"Two programs lie at {twice.Key}.", twice.Last().Where, "Give each program a path of its own."));
        }
    }
}
