using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Merging;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Stages;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Planning;

/// <summary>
/// Tells what a first boot would do, by doing it: the engine's own stage <c>files</c> runs on the image's tree in a temporary folder, its rules for
/// partitions on the image's table. Needs no root privileges, fetches nothing, and leaves nothing.
/// </summary>
/// <param name="image">The image.</param>
/// <param name="systemDisks">Paths under which a config may name the system disk.</param>
public sealed class ProvisioningPlanner(PlanImage image, IReadOnlyCollection<string> systemDisks)
{
    private const string UnitFolder = "/etc/systemd/system/";

    /// <summary>Paths of the first disk on the platforms that are known.</summary>
    public static IReadOnlyList<string> UsualSystemDisks { get; } = ["/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/disk/azure/root", "/dev/disk/azure/scsi0/lun0-root"];

    /// <summary>Plans a config that its rules accept.</summary>
    /// <param name="text">The JSON text in UTF-8.</param>
    /// <param name="source">The name of the file that findings show.</param>
    /// <param name="platform">The platform, for configs of the image's own that hold on it alone.</param>
    /// <exception cref="HullException">The config is refused, or a config that it refers to; HULL8061: there is no room for the image's tree.</exception>
    public ProvisioningPlan Plan(ReadOnlySpan<byte> text, string source, string platform)
    {
        var reading = ConfigReader.Read(text, source);
        reading.Require();
        var sources = new PlanSources();
        using var root = new TemporaryRoot(image.Tree);
        var (config, _) = new ConfigAssembler(sources.FetchConfig).Assemble(text, source);
        if (SystemConfigs.Base(new(root.Folder), platform) is { } system)
        {
            config = ConfigMerger.Merge(system, config);
        }

        var findings = new PlanFindings(config.Node, reading.Findings);
        var disks = new DiskPlanner(image.Table, systemDisks, findings);
        var ownership = new PlannedOwnership(root.Folder, image.Tree);
        var elsewhere = config.Storage.Files.Where(f => ShownSource.Of(f).Any(ShownSource.IsElsewhere)).Select(f => (ConfigNode)f.Node).ToHashSet();
        var refused = new HashSet<ConfigNode>();
        using (var folder = new RootFolder(root.Folder) { ReadOnlyFolder = TemporaryRoot.ReadOnly })
        {
            new FilesStage(folder, ownership, sources.Fetch, Refuse).Apply(config);
        }

        var arguments = Arguments(config.KernelArguments, findings);
        var accounts = new AccountComparison(
            p => image.Tree.TryGet(p, out var inode) ? inode.Content?.ToArray() : null, p => File.Exists(root.Folder + p) ? File.ReadAllBytes(root.Folder + p) : null).Run(config.Passwd);
        var (nodes, removed) = new TreeComparison(root.Folder, image.Tree, ownership).Run();
        var volumes = disks.Volumes(config.Storage);
        foreach (var luks in config.Storage.Luks.Where(l => ShownSource.IsElsewhere(l.KeyFile)))
        {
            sources.Fetch(luks.KeyFile);
        }

        var units = config.Systemd.Units.Select(u => Unit(u, nodes, findings)).ToList();
        return new(disks.Disks(config.Storage.Disks), volumes, accounts, units, Shown(config, nodes, removed, refused), arguments, sources.Fetched, findings.Items);

        void Refuse(ConfigObject entry, HullException error)
        {
            refused.Add(entry);
            findings.Add(entry, error, LevelOf(entry, error, elsewhere));
        }
    }

    // What is there may be just what is fetched.
    private static FindingLevel LevelOf(ConfigObject entry, HullException error, HashSet<ConfigNode> elsewhere) =>
        elsewhere.Contains(entry) && error.Code != ProvisioningErrors.ReadOnlyPlace ? FindingLevel.Warning : FindingLevel.Error;

    private List<PlannedArgument> Arguments(KernelArguments wanted, PlanFindings findings)
    {
        var line = new KernelCommandLine(image.CommandLine);
        findings.Try(wanted.Node, () => KernelArgumentsStage.Apply(wanted, line));
        return
        [
            .. wanted.ShouldExist.SelectMany(a => new KernelCommandLine(a).Words).Select(w => new PlannedArgument(w, true, line.Words.Contains(w))),
            .. wanted.ShouldNotExist.SelectMany(a => new KernelCommandLine(a).Words).Select(w => new PlannedArgument(w, false, !line.Words.Contains(w))),
        ];
    }

    private PlannedUnit Unit(SystemdUnit unit, IReadOnlyDictionary<string, PlannedNode> nodes, PlanFindings findings)
    {
        var path = UnitFolder + unit.Name;
        var links = nodes.Values.Where(n => n.Kind == "link" && n.Path != path && n.Path.StartsWith(UnitFolder, StringComparison.Ordinal) && IsOf(unit.Name, n)).Select(n => n.Path).ToList();
        if (unit.Enabled == true && unit.Mask != true && !Known(unit.Name, nodes))
        {
            findings.Add(FindingLevel.Warning, ProvisioningErrors.UnitUnknown, $"{unit.Name} is enabled and not there", unit.Node);
        }

        var change = nodes.TryGetValue(path, out var node) && (unit.Contents is { Length: > 0 } || unit.Mask == true) ? node.Change : PlanChange.Unchanged;
        return new(change, unit.Name, unit.Enabled, unit.Mask, [.. unit.Dropins.Where(d => d.Contents is { Length: > 0 }).Select(d => d.Name)], links);
    }

    private static bool IsOf(string unit, PlannedNode link) =>
        link.Path.EndsWith("/" + unit, StringComparison.Ordinal) || link.Target!.EndsWith("/" + unit, StringComparison.Ordinal);

    private bool Known(string unit, IReadOnlyDictionary<string, PlannedNode> nodes)
    {
        var (at, dot) = (unit.IndexOf('@', StringComparison.Ordinal), unit.LastIndexOf('.'));
        var template = at < 0 || dot < at ? unit : unit[..(at + 1)] + unit[dot..];
        return ((string[])[unit, template]).Any(n => nodes.ContainsKey(UnitFolder + n) || image.Tree.Contains("/usr/lib/systemd/system/" + n) || image.Tree.Contains("/usr/local/lib/systemd/system/" + n));
    }

    // All that differs, and all that the config names.
    private List<PlannedNode> Shown(IgnitionConfig config, IReadOnlyDictionary<string, PlannedNode> nodes, IReadOnlyDictionary<string, PlannedNode> removed, HashSet<ConfigNode> refused)
    {
        var storage = config.Storage;
        var files = storage.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        var named = storage.Directories.Select(d => d.Path).Concat(storage.Links.Select(l => l.Path)).Concat(files.Keys).ToHashSet(StringComparer.Ordinal);

        // A folder that goes is shown without what was in it.
        var shown = nodes.Values.Where(n => n.Change != PlanChange.Unchanged || named.Contains(n.Path))
            .Concat(removed.Values.Where(n => nodes.GetValueOrDefault(FileTree.Parent(n.Path))?.Kind == "directory"));
        return
        [
            .. shown.OrderBy(n => n.Path, StringComparer.Ordinal).Select(n =>
                files.TryGetValue(n.Path, out var file) && n.Kind == "file" && !refused.Contains(file.Node) ? Describe(n, file) : named.Contains(n.Path) ? n : OfSection(n)),
        ];
    }

    private static PlannedNode Describe(PlannedNode node, FileEntry file)
    {
        node = node with
        {
            Source = ShownSource.Text(file),
            Change = node.Change == PlanChange.Replaced && file.Contents.Source is null ? PlanChange.Changed : node.Change,
        };
        return ShownSource.Of(file).Any(ShownSource.IsElsewhere) ? node with { Length = null, Sha256 = null } : node;
    }

    private static PlannedNode OfSection(PlannedNode node)
    {
        var isEdited = node.Path is "/etc/passwd" or "/etc/shadow" or "/etc/group" or "/etc/gshadow";
        return node with { Source = ShownSource.Section(node.Path), Change = isEdited && node.Change == PlanChange.Replaced ? PlanChange.Changed : node.Change };
    }
}
