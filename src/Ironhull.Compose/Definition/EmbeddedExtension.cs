using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>A part of the image that becomes a signed system extension inside it.</summary>
/// <param name="Name">Its name; the file is NAME.raw.</param>
/// <param name="Packages">The packages whose files below <c>/usr</c> move into it.</param>
/// <param name="Keep">Paths that stay in the image all the same; may hold <c>*</c>.</param>
/// <param name="Where">Where it was written.</param>
public sealed record EmbeddedExtension(string Name, IReadOnlyList<string> Packages, IReadOnlyList<string> Keep, Location Where)
{
    internal static EmbeddedExtension Read(FieldReader f) => new(
        f.RequiredString("name", "Its name; the file is NAME.raw.", TextForm.Identifier),
        f.StringList("packages", required: true, description: "The packages of the image whose files below /usr move into it.").Values(),
        f.StringList("keep", description: "Paths that stay in /usr all the same; may hold *.", form: TextForm.AbsolutePath).Values(),
        f.Where);

    /// <summary>Reports what a list of extensions cannot be.</summary>
    internal static void Check(FieldReader f, IReadOnlyList<EmbeddedExtension> extensions)
    {
        foreach (var twice in extensions.GroupBy(e => e.Name, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1))
        {
            f.Report(DefinitionErrors.Duplicate.With($"The extension '{twice.Key}' is listed twice.", twice.Last().Where, "Give each extension a name of its own."));
        }

        foreach (var (package, last) in extensions.SelectMany(e => e.Packages.Select(p => (Package: p, Extension: e))).GroupBy(p => p.Package, StringComparer.Ordinal)
            .Where(g => g.Count() > 1).Select(g => (g.Key, g.Last().Extension)))
        {
            f.Report(DefinitionErrors.Duplicate.With($"The package '{package}' is in two extensions.", last.Where, "Leave it in one of them."));
        }
    }
}
