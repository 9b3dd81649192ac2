using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>Where an extension of an image is.</summary>
public enum ExtensionPlace
{
    /// <summary>Inside the image: every node merges it.</summary>
    Image,

    /// <summary>Only beside the disk: it is on nodes that somebody brings it to.</summary>
    Outputs,
}

/// <summary>A part of the image that becomes a signed system extension, inside it or beside it.</summary>
/// <param name="Name">Its name; the file is NAME.raw.</param>
/// <param name="Packages">The packages whose files below <c>/usr</c> move into it.</param>
/// <param name="Files">Paths that move into it, whatever package they come from; may hold <c>*</c>.</param>
/// <param name="Keep">Paths that stay in the image all the same; may hold <c>*</c>.</param>
/// <param name="Place">Where it is.</param>
/// <param name="CrashInitrd">The initrd of the kernel that starts after a crash, which the extension then holds; or null.</param>
/// <param name="Where">Where it was written.</param>
public sealed record ImageExtension(string Name, IReadOnlyList<string> Packages, IReadOnlyList<string> Files, IReadOnlyList<string> Keep, ExtensionPlace Place, InitrdDefinition? CrashInitrd, Location Where)
{
    /// <summary>The words of <see cref="ExtensionPlace"/>.</summary>
    private static readonly Choices<ExtensionPlace> Places = new(("image", ExtensionPlace.Image), ("outputs", ExtensionPlace.Outputs));

    internal static ImageExtension Read(FieldReader f, DefinitionFolder folder) => new(
        f.RequiredString("name", "Its name; the file is NAME.raw.", TextForm.Identifier),
        f.StringList("packages", description: "The packages of the image whose files below /usr move into it.").Values(),
        f.StringList("files", description: "Paths below /usr that move into it, whatever package they come from; may hold *.", form: TextForm.AbsolutePath).Values(),
        f.StringList("keep", description: "Paths that stay in /usr all the same; may hold *.", form: TextForm.AbsolutePath).Values(),
        f.OptionalEnum("place", Places, ExtensionPlace.Image, "image: inside the image, every node merges it; outputs: it is only beside the disk."),
        InitrdDefinition.ReadFile(
            f, folder, "crashInitrd", "The file that says what the initrd of the kernel after a crash holds; it and the kernel, signed, go into the extension's /usr/lib/ironhull/crash."),
        f.Where);

    /// <summary>Reports what a list of extensions cannot be.</summary>
    internal static void Check(FieldReader f, IReadOnlyList<ImageExtension> extensions)
    {
        foreach (var empty in extensions.Where(e => e.Packages.Count == 0 && e.Files.Count == 0))
        {
            f.Report(DefinitionErrors.MissingKey.With($"The extension '{empty.Name}' names neither 'packages' nor 'files'.", empty.Where));
        }

        foreach (var twice in extensions.GroupBy(e => e.Name, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1))
        {
            f.Report(DefinitionErrors.Duplicate.With($"The extension '{twice.Key}' is listed twice.", twice.Last().Where, "Give each extension a name of its own."));
        }

        foreach (var (package, last) in extensions.SelectMany(e => e.Packages.Select(p => (Package: p, Extension: e))).GroupBy(p => p.Package, StringComparer.Ordinal)
            .Where(g => g.Count() > 1).Select(g => (g.Key, g.Last().Extension)))
        {
            f.Report(DefinitionErrors.Duplicate.With($"The package '{package}' is in two extensions.", last.Where, "Leave it in one of them."));
        }

        foreach (var second in extensions.Where(e => e.CrashInitrd is not null).Skip(1))
        {
            f.Report(DefinitionErrors.Duplicate.With($"'{second.Name}' is a second extension with a kernel for crashes.", second.Where, "Leave 'crashInitrd' in one of them."));
        }
    }
}
