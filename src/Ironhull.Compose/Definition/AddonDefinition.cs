using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;

namespace Ironhull.Compose.Definition;

/// <summary>A signed addon of the boot image: words that can be added to the kernel command line without a new image.</summary>
/// <param name="Name">Names its file: <c>NAME.addon.efi</c>.</param>
/// <param name="Description">What it does, for people.</param>
/// <param name="CommandLine">The words; they come after the image's own, so they win over them.</param>
/// <param name="Group">Of one group at most one addon is in force; "" is no group.</param>
/// <param name="Installed">Whether the image boots with it; else it is only in the catalogue.</param>
/// <param name="Where">Where it was written.</param>
public sealed record AddonDefinition(string Name, string Description, string CommandLine, string Group, bool Installed, Location Where)
{
    private static readonly TextForm Sentence = new("one line without quotes, '$', '`' and '\\'", AddonIdentity.ValuePattern);
    private static readonly TextForm Words = new("words in printable ASCII on one line", "^[!-~]+( [!-~]+)*$");

    internal static AddonDefinition Read(FieldReader f) => new(
        f.RequiredString("name", "Its name; the file is NAME.addon.efi.", TextForm.Identifier),
        f.RequiredString("description", "What it does, in one line.", Sentence),
        f.RequiredString("commandLine", "The words that it adds to the kernel command line, after the image's own.", Words),
        f.OptionalString("group", "", "Addons of one group exclude each other.", TextForm.Identifier),
        f.OptionalBool("installed", false, "Whether the image boots with it; otherwise a node can switch it on."),
        f.Where);

    /// <summary>Reports what a list of addons cannot be.</summary>
    internal static void Check(FieldReader f, IReadOnlyList<AddonDefinition> addons)
    {
        foreach (var twice in addons.GroupBy(a => a.Name, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1))
        {
            f.Report(DefinitionErrors.Duplicate.With($"The addon '{twice.Key}' is listed twice.", twice.Last().Where, "Give each addon a name of its own."));
        }

        foreach (var group in addons.Where(a => a.Installed && a.Group.Length > 0).GroupBy(a => a.Group, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            f.Report(EnforcementErrors.ConflictingAddons.With(
                $"The addons {string.Join(" and ", group.Select(a => $"'{a.Name}'"))} of the group '{group.Key}' are both installed.", group.Last().Where));
        }
    }
}
