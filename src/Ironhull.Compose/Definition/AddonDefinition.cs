using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;

namespace Ironhull.Compose.Definition;

/// <summary>Where an addon is.</summary>
public enum AddonPlace
{
    /// <summary>In force: the image boots with it.</summary>
    Installed,

    /// <summary>On the disk, not in force: the node itself can switch it on.</summary>
    Catalogue,

    /// <summary>Only beside the disk: whoever has the outputs can bring it to a node, the node alone cannot.</summary>
    Outputs,
}

/// <summary>A signed addon of the boot image: words that can be added to the kernel command line without a new image.</summary>
/// <param name="Name">Names its file: <c>NAME.addon.efi</c>.</param>
/// <param name="Description">What it does, for people.</param>
/// <param name="CommandLine">The words; they come after the image's own, so they win over them.</param>
/// <param name="Group">Of one group at most one addon is in force; "" is no group.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Where">Where it was written.</param>
public sealed record AddonDefinition(string Name, string Description, string CommandLine, string Group, AddonPlace Place, Location Where)
{
    /// <summary>The words of <see cref="AddonPlace"/>.</summary>
    private static readonly Choices<AddonPlace> Places = new(("installed", AddonPlace.Installed), ("catalogue", AddonPlace.Catalogue), ("outputs", AddonPlace.Outputs));

    private static readonly TextForm Sentence = new("one line without quotes, '$', '`' and '\\'", AddonIdentity.ValuePattern);
    private static readonly TextForm Words = new("words in printable ASCII on one line", "^[!-~]+( [!-~]+)*$");

    internal static AddonDefinition Read(FieldReader f) => new(
        f.RequiredString("name", "Its name; the file is NAME.addon.efi.", TextForm.Identifier),
        f.RequiredString("description", "What it does, in one line.", Sentence),
        f.RequiredString("commandLine", "The words that it adds to the kernel command line, after the image's own.", Words),
        f.OptionalString("group", "", "Addons of one group exclude each other.", TextForm.Identifier),
        f.OptionalEnum("place", Places, AddonPlace.Catalogue, "installed: the image boots with it; catalogue: it is on the disk, and a node can switch it on; outputs: it is only beside the disk."),
        f.Where);

    /// <summary>Reports what a list of addons cannot be.</summary>
    internal static void Check(FieldReader f, IReadOnlyList<AddonDefinition> addons)
    {
        foreach (var twice in addons.GroupBy(a => a.Name, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1))
        {
            f.Report(DefinitionErrors.Duplicate.With($"The addon '{twice.Key}' is listed twice.", twice.Last().Where, "Give each addon a name of its own."));
        }

        foreach (var group in addons.Where(a => a.Place == AddonPlace.Installed && a.Group.Length > 0).GroupBy(a => a.Group, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            f.Report(EnforcementErrors.ConflictingAddons.With(
                $"The addons {string.Join(" and ", group.Select(a => $"'{a.Name}'"))} of the group '{group.Key}' are both installed.", group.Last().Where));
        }
    }
}
