using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Planning;

/// <summary>Plans what becomes of disks: the system disk has the image's table, others are empty; how long disks are is not known.</summary>
/// <param name="table">The image's table.</param>
/// <param name="systemDisks">Paths of the system disk.</param>
/// <param name="findings">Told what stands in the way.</param>
internal sealed class DiskPlanner(GptTable table, IReadOnlyCollection<string> systemDisks, PlanFindings findings)
{
    // Longer than any disk, so that room is never what is missing.
    private const long UnknownLength = 1L << 60;
    private const string ByLabel = "/dev/disk/by-partlabel/";

    // Partitions that a running system holds open.
    private static readonly Guid[] s_inUse = [PartitionTypes.Usr, PartitionTypes.UsrVerity, PartitionTypes.Root];
    private int _identifiers;

    /// <summary>Plans the disks.</summary>
    public IReadOnlyList<PlannedDisk> Disks(IEnumerable<Disk> disks)
    {
        var planned = new List<PlannedDisk>();
        foreach (var disk in disks)
        {
            findings.Try(disk.Node, () => planned.Add(Plan(disk)));
        }

        return planned;
    }

    /// <summary>Plans what is made on disks and partitions.</summary>
    public IReadOnlyList<PlannedVolume> Volumes(StorageSection storage)
    {
        foreach (var luks in storage.Luks)
        {
            findings.Try(luks.Node, () => _ = TpmBinding.Of(luks));
        }

        return
        [
            .. storage.Raid.Select(r => new PlannedVolume(PlanChange.Added, "raid", $"/dev/md/{r.Name}", Text(("level", r.Level), ("spares", r.Spares is > 0 ? Number(r.Spares) : null), ("of", string.Join(", ", r.Devices))))),
            .. storage.Luks.Select(l => new PlannedVolume(
                PlanChange.Added, "luks", $"/dev/mapper/{l.Name}", Text(("on", l.Device), ("label", l.Label), ("uuid", l.Uuid), ("key", ShownSource.Text(l.KeyFile)), ("opened by", l.Clevis.Tpm2 == true ? "the TPM" : null)))),
            .. storage.Filesystems.Where(f => f.Format is { Length: > 0 } and not "none").Select(Plan),
        ];
    }

    private PlannedVolume Plan(Filesystem filesystem)
    {
        var details = Text(("label", filesystem.Label), ("uuid", filesystem.Uuid), ("mounted at", filesystem.Path));
        return new(Change(filesystem), filesystem.Format!, filesystem.Device, details);
    }

    // Of the image's own partitions it is known what they hold.
    private PlanChange Change(Filesystem filesystem)
    {
        var there = filesystem.Device.StartsWith(ByLabel, StringComparison.Ordinal) ? table.Partitions.FirstOrDefault(p => p.Name == filesystem.Device[ByLabel.Length..]) : null;
        var format = there?.Type == PartitionTypes.EfiSystem ? "vfat" : there?.Type == PartitionTypes.Usr ? "erofs" : null;
        if (format is null)
        {
            return PlanChange.Added;
        }

        if (s_inUse.Contains(there!.Type))
        {
            findings.Add(FindingLevel.Error, ProvisioningErrors.DeviceBusy, $"{filesystem.Device} holds the running system", filesystem.Node);
        }
        else if (format != filesystem.Format && filesystem.WipeFilesystem != true)
        {
            findings.Add(FindingLevel.Error, ProvisioningErrors.DeviceHoldsOther, $"{filesystem.Device} holds {format} and not {filesystem.Format}", filesystem.Node);
        }

        return filesystem.WipeFilesystem == true || format != filesystem.Format ? PlanChange.Replaced : PlanChange.Unchanged;
    }

    private PlannedDisk Plan(Disk disk)
    {
        var isSystem = systemDisks.Contains(disk.Device);
        var former = isSystem ? table : null;
        var made = new HashSet<Guid>();
        var plan = PartitionPlan.For(disk, disk.WipeTable == true ? null : former, UnknownLength, () => Identifier(made));
        if (isSystem)
        {
            Warn(disk, plan);
        }

        var changes = plan.Changes.ToDictionary(c => c.Partition.Number, c => c.Action);
        var partitions = plan.Table.Partitions.Select(p => Describe(Of(changes.GetValueOrDefault(p.Number)), p, made))
            .Concat((plan.Wipe ? former?.Partitions ?? [] : plan.Changes.Where(c => c.Action == PartitionAction.Delete).Select(c => c.Partition)).Select(p => Describe(PlanChange.Removed, p, made)));
        return new(disk.Device, isSystem, plan.Wipe, [.. partitions.OrderBy(p => p.Number).ThenBy(p => p.Change != PlanChange.Removed)]);
    }

    // What the engine finds when it looks at a machine that runs this image.
    private void Warn(Disk disk, PartitionPlan plan)
    {
        var touched = plan.Touched.ToHashSet();
        if (table.Partitions.FirstOrDefault(p => s_inUse.Contains(p.Type) && (touched.Contains(0) || touched.Contains(p.Number))) is { } used)
        {
            findings.Add(FindingLevel.Error, ProvisioningErrors.DeviceBusy, $"Partition {used.Number} '{used.Name}' of {disk.Device} holds the running system", disk.Node);
        }
        else if (plan.Changes.Any(c => c.Action == PartitionAction.Create))
        {
            findings.Add(
                FindingLevel.Warning, ProvisioningErrors.NoRoom,
                $"{disk.Device} is taken as the system disk, of which the system's own partitions, made on first boot, take all the room that is left; there may be none for others", disk.Node);
        }
    }

    private static PlannedPartition Describe(PlanChange change, GptPartition partition, HashSet<Guid> made) => new(
        change, partition.Number, partition.Name, partition.Type, made.Contains(partition.Id) ? null : partition.Id, partition.Offset,
        partition.LastLba == GptTable.LastUsableLba(UnknownLength) ? null : partition.Length);

    private static PlanChange Of(PartitionAction action) => action switch
    {
        PartitionAction.Create => PlanChange.Added,
        PartitionAction.Resize => PlanChange.Changed,
        PartitionAction.Replace => PlanChange.Replaced,
        PartitionAction.Delete => PlanChange.Removed,
        _ => PlanChange.Unchanged,
    };

    private Guid Identifier(HashSet<Guid> made)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(bytes, ++_identifiers);
        var id = new Guid(bytes, bigEndian: true);
        made.Add(id);
        return id;
    }

    private static string Number(long? value) => value!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(params (string Name, string? Value)[] details) => string.Join("  ", details.Where(d => !string.IsNullOrEmpty(d.Value)).Select(d => $"{d.Name} {d.Value}"));
}
