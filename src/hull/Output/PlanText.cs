using System.Globalization;
using System.Text;
using Ironhull.Provisioning.Planning;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Cli.Output;

/// <summary>A provisioning plan for people: a line for each thing, with a mark in front of it as in a diff.</summary>
internal static class PlanText
{
    private const int ShownDigits = 16;
    private const long MiB = 1 << 20;

    /// <summary>Writes it.</summary>
    public static string Of(ProvisioningPlan plan)
    {
        var text = new StringBuilder();
        Disks(text, plan.Disks);
        Section(text, "volumes", plan.Volumes.Select(v => $"{Mark(v.Change)} {v.Kind} {v.Device}{More(v.Details)}"));
        Section(text, "users and groups", plan.Accounts.Select(a => $"{Mark(a.Change)} {a.Kind} {a.Name} {a.Id}{More(a.Details)}"));
        Section(text, "units", plan.Units.SelectMany(Unit));
        Section(text, "tree", plan.Nodes.Select(Node));
        Section(text, "kernel arguments", plan.KernelArguments.Select(k => $"{(k.Holds ? "=" : "!")} {(k.ShouldExist ? "" : "no ")}{k.Word}"));
        Section(text, "fetched on the node", plan.FetchedOnNode);
        Section(text, "findings", plan.Findings.Select(f => f.ToString()));
        return text.ToString();
    }

    /// <summary>How many things of each kind there are.</summary>
    public static string Summary(ProvisioningPlan plan)
    {
        var changes = plan.Disks.SelectMany(d => d.Partitions).Select(p => p.Change).Concat(plan.Volumes.Select(v => v.Change))
            .Concat(plan.Accounts.Select(a => a.Change)).Concat(plan.Nodes.Select(n => n.Change)).CountBy(c => c).ToDictionary(c => c.Key, c => c.Value);
        var conflicts = plan.Findings.Count(f => f.Level == FindingLevel.Error);
        return string.Join(", ", Enum.GetValues<PlanChange>().Select(c => $"{changes.GetValueOrDefault(c)} {Word(c)}")) + $"; {conflicts} conflict{(conflicts == 1 ? "" : "s")}";
    }

    /// <summary>What a change is called.</summary>
    public static string Word(PlanChange change) => change switch
    {
        PlanChange.Added => "added",
        PlanChange.Changed => "changed",
        PlanChange.Replaced => "replaced",
        PlanChange.Removed => "removed",
        _ => "unchanged",
    };

    private static char Mark(PlanChange change) => change switch
    {
        PlanChange.Added => '+',
        PlanChange.Changed => '~',
        PlanChange.Replaced => '!',
        PlanChange.Removed => '-',
        _ => '=',
    };

    private static void Disks(StringBuilder text, IReadOnlyList<PlannedDisk> disks)
    {
        foreach (var disk in disks)
        {
            var what = disk.IsSystem ? "taken as the system disk" : "taken as an empty disk of unknown length";
            Section(text, $"disk {disk.Device}: {what}{(disk.IsWiped ? ", erased first" : "")}", disk.Partitions.Select(Partition));
        }
    }

    private static string Partition(PlannedPartition p) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mark(p.Change)} {p.Number} \"{p.Label}\"  from {Size(p.Offset)}, {(p.Length is { } length ? Size(length) : "all the room there is")}  type {p.Type}  {(p.Id is { } id ? id.ToString() : "identifier made on the node")}");

    private static string Size(long bytes) => bytes % MiB == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB} MiB") : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");

    private static IEnumerable<string> Unit(PlannedUnit unit)
    {
        string?[] words =
        [
            unit.Enabled switch { true => "enabled", false => "disabled", _ => null }, unit.Masked switch { true => "masked", false => "not masked", _ => null },
            unit.Dropins.Count > 0 ? $"drop-ins {string.Join(", ", unit.Dropins)}" : null,
        ];
        return unit.Links.Select(l => $"    {l}").Prepend($"{Mark(unit.Change)} {unit.Name}{More(string.Join("  ", words.Where(w => w is not null)))}");
    }

    private static string Node(PlannedNode n)
    {
        var owner = string.Create(CultureInfo.InvariantCulture, $"0{Convert.ToString(n.Mode, 8)} {n.User}:{n.Group}");
        var what = n.Kind switch
        {
            "link" => $"link {n.Path} -> {n.Target}",
            "file" when n.Length is { } length => string.Create(CultureInfo.InvariantCulture, $"file {n.Path}  {owner}  {length} bytes  sha256 {n.Sha256.ToString()![..ShownDigits]}"),
            "file" => $"file {n.Path}  {owner}  contents known on the node",
            _ => $"{n.Kind} {n.Path}  {owner}",
        };
        return $"{Mark(n.Change)} {what}{(n.Source is null ? "" : $"  ({n.Source})")}";
    }

    private static string More(string text) => text.Length == 0 ? "" : "  " + text;

    private static void Section(StringBuilder text, string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count > 0)
        {
            text.Append(title).Append('\n');
            all.ForEach(l => text.Append("  ").Append(l).Append('\n'));
            text.Append('\n');
        }
    }
}
