using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Pe;
using Ironhull.Signing;

namespace Ironhull.Measurement;

/// <summary>
/// Predicts PCRs 4, 7, 11 and 12 of the machines that boot a finished disk: firmware with Secure Boot on and the keys of
/// one folder enrolled, the disk's fallback boot manager (systemd-boot), one of its unified kernel images, and any
/// choice of its addons. The disk is hostile; what the firmware would refuse is not predicted but reported.
/// </summary>
public static class BootPredictor
{
    private const string BootManager = "/EFI/BOOT/BOOTX64.EFI";
    private const string Kernels = "/EFI/Linux/";
    private const string GlobalAddons = "/loader/addons/";
    private const string GlobalCredentials = "/loader/credentials/";
    private const int LargestProgram = 512 << 20;

    /// <summary>Below a kernel image's folder of addons: those that are not switched on. The stub does not look into folders there.</summary>
    public const string CatalogueFolder = "available/";

    // Each addon doubles the choices, unless it is of a group.
    private const int MostAddons = 16;
    private const int MostPredictions = 256;

    /// <summary>Predicts every boot that a disk can make.</summary>
    /// <param name="disk">The disk's bytes, seekable.</param>
    /// <param name="keys">The enrolled certificates.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="further">File names and content of addons that are not on the disk and are treated as if its catalogue had them; null for none.</param>
    /// <returns>For each kernel image, in order of paths, first the boot with the addons that are switched on, then with every other choice of them and of the catalogue's, none last.</returns>
    /// <exception cref="HullException">HULL10xx: the disk cannot be read, or measures what is not known before the boot; HULL6005, HULL6008: a program is not signed by these keys.</exception>
    public static IReadOnlyList<BootPrediction> Predict(Stream disk, KeyStore keys, string name, IReadOnlyList<(string FileName, byte[] Content)>? further = null)
    {
        var table = GptTable.Read(disk);
        var esp = table.Partitions.FirstOrDefault(p => p.Type == PartitionTypes.EfiSystem)
            ?? throw FormatErrors.Unsupported.Error("The disk has no EFI system partition.", new Location(name));
        var boot = new BootFiles(FatVolume.Open(disk, esp.Offset, esp.Length), keys, name);
        var manager = boot.Read(boot.Find(BootManager) ?? throw FormatErrors.Unsupported.Error($"The EFI system partition has no {BootManager}.", new Location(name)));
        IReadOnlyList<MeasuredEvent> before =
        [
            .. FirmwareMeasurements.OfSecureBoot(keys), .. FirmwareMeasurements.OfBootOption(), FirmwareMeasurements.OfProgram(BootManager, manager),
        ];
        var usr = UsrPaths(disk, table, name);
        return [.. boot.In(Kernels, ".efi").SelectMany(kernel => PredictKernel(boot, kernel, before, usr, further ?? []))];
    }

    /// <summary>The folder of a kernel image's own addons, with a slash at its end. A boot counter in the name is not part of the folder's name.</summary>
    /// <param name="kernel">The image's path: "/EFI/Linux/name+3.efi" has the folder "/EFI/Linux/name.efi.extra.d/".</param>
    public static string ExtrasOf(string kernel)
    {
        // Boot counting (UAPI Boot Loader Specification): "name+LEFT.efi" or "name+LEFT-DONE.efi".
        var stem = kernel[..^".efi".Length];
        var plus = stem.LastIndexOf('+');
        var counted = plus > stem.LastIndexOf('/') && stem.AsSpan(plus + 1).IndexOfAnyExcept("0123456789-") < 0;
        return (counted ? stem[..plus] : stem) + ".efi.extra.d/";
    }

    private static IEnumerable<BootPrediction> PredictKernel(BootFiles boot, FatEntry entry, IReadOnlyList<MeasuredEvent> before, IReadOnlyCollection<string> usr, IReadOnlyList<(string FileName, byte[] Content)> further)
    {
        var kernel = boot.Read(entry);
        var extras = ExtrasOf(entry.Path);
        boot.RequireNone(extras, ".cred", ".confext.raw");
        boot.RequireNone(GlobalCredentials, ".cred");
        var phases = new BootPhases(kernel.Find(".initrd") is { } initrd ? InitrdFiles.Read(kernel.Read(initrd)) : null, usr);
        var commandLine = StubMeasurements.CommandLineOf(kernel);
        // A copy of the catalogue's addon that is switched on is the same addon; switched on, others would be in the kernel image's own folder.
        Addon[] own =
        [
            .. boot.In(extras, ".addon.efi").Select(a => ReadAddon(boot.Read(a), extras + NameOf(a), kernel)),
            .. boot.In(extras + CatalogueFolder, ".addon.efi").Select(a => ReadAddon(boot.Read(a), extras + NameOf(a), kernel) with { Off = true }),
            .. further.Select(a => ReadAddon(boot.Parse(a.Content, a.FileName), extras + a.FileName, kernel) with { Off = true }),
        ];
        Addon[] addons =
        [
            .. boot.In(GlobalAddons, ".addon.efi").Select(a => ReadAddon(boot.Read(a), a.Path, kernel)),
            .. own.DistinctBy(a => a.Path, StringComparer.OrdinalIgnoreCase).OrderBy(a => a.Path, StringComparer.Ordinal),
        ];
        var choices = Choices(entry, addons);
        IReadOnlyList<MeasuredEvent> always = [.. before, FirmwareMeasurements.OfProgram(entry.Path, kernel), .. StubMeasurements.OfSections(kernel)];
        foreach (var choice in choices)
        {
            var chosen = addons.Where((_, i) => (choice >> i & 1) != 0).ToList();
            var words = string.Join(' ', chosen.Select(a => a.CommandLine).Where(w => w.Length > 0));
            yield return new(
                entry.Path,
                [.. chosen.Select(a => a.Path)],
                [.. always, .. chosen.Select(a => a.Program), .. words.Length == 0 ? (MeasuredEvent[])[] : [StubMeasurements.OfAddedCommandLine(words)]],
                phases.With($"{commandLine} {words}"))
            {
                Conflicts = [.. Groups(chosen).Where(g => g.Count() > 1).Select(g => g.Key).Order(StringComparer.Ordinal)],
            };
        }
    }

    /// <summary>Sets of addons as bits: first those that are switched on, then every other one without two of a group, none last.</summary>
    private static List<int> Choices(FatEntry kernel, Addon[] addons)
    {
        List<int> choices = [];
        if (addons.Length <= MostAddons)
        {
            var first = addons.Select((a, i) => a.Off ? 0 : 1 << i).Sum();
            choices.Add(first);
            for (var choice = (1 << addons.Length) - 1; choice >= 0 && choices.Count <= MostPredictions; choice--)
            {
                if (choice != first && Groups(addons.Where((_, i) => (choice >> i & 1) != 0)).All(g => g.Count() == 1))
                {
                    choices.Add(choice);
                }
            }
        }

        return choices.Count is > 0 and <= MostPredictions
            ? choices
            : throw FormatErrors.LimitExceeded.Error($"{kernel.Path} has {addons.Length} addons; at most {MostPredictions} choices of them are predicted.");
    }

    private static IEnumerable<IGrouping<string, Addon>> Groups(IEnumerable<Addon> addons) =>
        addons.Where(a => a.Group.Length > 0).GroupBy(a => a.Group, StringComparer.Ordinal);

    private static string NameOf(FatEntry entry) => entry.Path[(entry.Path.LastIndexOf('/') + 1)..];

    private static Addon ReadAddon(PeImage addon, string path, PeImage kernel)
    {
        if (((string[])[".dtb", ".dtbauto", ".ucode", ".initrd"]).FirstOrDefault(s => addon.Find(s) is not null) is { } section)
        {
            throw FormatErrors.Unsupported.Error($"The addon {path} has a {section} section; only command lines are predicted.");
        }

        // An addon that is for another kernel is loaded, so measured, and then left out.
        var fits = addon.Find(".linux") is null
            && (addon.Find(".uname") is not { } uname || kernel.Find(".uname") is not { } own || addon.Read(uname).Span.TrimEnd((byte)0).SequenceEqual(kernel.Read(own).Span.TrimEnd((byte)0)));
        return new(path, FirmwareMeasurements.OfProgram(path, addon), fits ? StubMeasurements.CommandLineOf(addon) : "", AddonIdentity.Of(addon).Group, Off: false);
    }

    private static IReadOnlyCollection<string> UsrPaths(Stream disk, GptTable table, string name)
    {
        if (table.Partitions.FirstOrDefault(p => p.Type == PartitionTypes.Usr) is not { } usr)
        {
            return [];
        }

        disk.Position = usr.Offset;
        return [.. ErofsImage.Open(disk, $"{name} ({usr.Name})").ReadTree().Entries.Select(e => e.Key)];
    }

    private sealed record Addon(string Path, MeasuredEvent Program, string CommandLine, string Group, bool Off);

    /// <summary>The EFI system partition; names are compared as FAT does.</summary>
    private sealed class BootFiles(FatVolume volume, KeyStore keys, string name)
    {
        public FatEntry? Find(string path) => volume.Entries.FirstOrDefault(e => !e.IsDirectory && e.Path.Equals(path, StringComparison.OrdinalIgnoreCase));

        /// <summary>
        /// The files directly in a folder that boot loader and stub look at, in the order of their names' UTF-16 units, as
        /// both sort them: names that begin with a dot or are not ASCII are passed over.
        /// </summary>
        public IEnumerable<FatEntry> In(string folder, string suffix) => volume.Entries
            .Where(e => !e.IsDirectory && e.Path.StartsWith(folder, StringComparison.OrdinalIgnoreCase)
                && e.Path.IndexOf('/', folder.Length) < 0 && e.Path[folder.Length..] is not ['.', ..] && Ascii.IsValid(e.Path) && e.Path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(e => e.Path[folder.Length..], StringComparer.Ordinal);

        public void RequireNone(string folder, params string[] suffixes)
        {
            if (suffixes.SelectMany(s => In(folder, s)).FirstOrDefault() is { } file)
            {
                throw FormatErrors.Unsupported.Error($"{file.Path} is measured into PCR 12 in a form that is not predicted.", new Location(name));
            }
        }

        public PeImage Read(FatEntry entry)
        {
            if (entry.Length > LargestProgram)
            {
                throw FormatErrors.LimitExceeded.Error($"{entry.Path} has {entry.Length} bytes.", new Location(name));
            }

            return Parse(volume.ReadFile(entry), entry.Path);
        }

        public PeImage Parse(byte[] bytes, string path)
        {
            try
            {
                Authenticode.Verify(bytes, keys.Database);
            }
            catch (HullException e) when (e.Code == SigningErrors.BadSignature || e.Code == SigningErrors.MalformedSignature)
            {
                throw e.Code.Error($"The firmware will not start {path}: {e.Diagnostics[0].Message}", new Location(name), cause: e);
            }

            return PeImage.Parse(bytes);
        }
    }
}
