using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>
/// What a disk's partition table becomes. A partition that is there is kept if it matches all that the config says, resized if only its size
/// differs and the config allows it, replaced or deleted if the config allows that, and refused otherwise: the rules of Ignition's
/// "partition reuse semantics". Nothing is written here.
/// </summary>
public sealed class PartitionPlan
{
    private PartitionPlan(GptTable table, bool wipe, IReadOnlyList<PartitionChange> changes) => (Table, Wipe, Changes) = (table, wipe, changes);

    /// <summary>The table afterwards.</summary>
    public GptTable Table { get; }

    /// <summary>Whether the old table is erased first.</summary>
    public bool Wipe { get; }

    /// <summary>The partitions that the config names, in the order in which they are dealt with.</summary>
    public IReadOnlyList<PartitionChange> Changes { get; }

    /// <summary>Whether the disk has to be written to.</summary>
    public bool ChangesDisk => Wipe || Changes.Any(c => c.Action != PartitionAction.Keep);

    /// <summary>The numbers of the partitions that must not be in use; 0 for the whole disk.</summary>
    public IEnumerable<int> Touched => Wipe
        ? [0]
        : Changes.Where(c => c.Action is PartitionAction.Resize or PartitionAction.Replace or PartitionAction.Delete).Select(c => c.Partition.Number);

    /// <summary>Plans a disk.</summary>
    /// <param name="disk">What the config wants.</param>
    /// <param name="existing">The table that is there; null for none.</param>
    /// <param name="length">The disk's length in bytes.</param>
    /// <param name="newGuid">Makes identifiers.</param>
    /// <param name="sector">Bytes of the disk's sectors.</param>
    /// <exception cref="HullException">HULL8070: a partition is not as the config wants it and may not be changed; HULL8071: there is no room.</exception>
    public static PartitionPlan For(Disk disk, GptTable? existing, long length, Func<Guid> newGuid, int sector = GptTable.SectorSize)
    {
        var wipe = disk.WipeTable == true;
        var old = wipe || existing is null ? new GptTable(newGuid(), []) { FirstUsableLba = GptTable.LeastUsableLba(sector), SectorBytes = sector } : existing;

        // Those that take any free number come last, so that they take none that another one names.
        Wanted[] wanted = [.. disk.Partitions.OrderBy(p => p.Number == 0).Select(p => new Wanted(p, sector))];
        Resolve(wanted, old, length, disk.Device);

        var table = new Dictionary<int, GptPartition>(old.Partitions.ToDictionary(p => p.Number));
        var decided = wanted.Where(w => w.ShouldExist || table.ContainsKey(w.Number))
            .Select(w => (Wanted: w, Action: Decide(w, table.GetValueOrDefault(w.Number), disk.Device))).ToList();
        var space = Space(old, length);
        foreach (var (w, action) in decided)
        {
            if (action is PartitionAction.Resize or PartitionAction.Replace or PartitionAction.Delete)
            {
                space.Release(table[w.Number]);
            }
        }

        var changes = new List<PartitionChange>();
        foreach (var (w, action) in decided)
        {
            changes.Add(Carry(w, action));
        }

        return new(old with { Partitions = [.. table.Values.OrderBy(p => p.Number)] }, wipe, changes);

        PartitionChange Carry(Wanted w, PartitionAction action)
        {
            var former = table.GetValueOrDefault(w.Number);
            switch (action)
            {
                case PartitionAction.Keep:
                    return new(action, former!);
                case PartitionAction.Delete:
                    table.Remove(w.Number);
                    return new(action, former!);
                default:
                    var number = w.Number != 0 ? w.Number : Enumerable.Range(1, GptTable.EntryCount).FirstOrDefault(n => !table.ContainsKey(n));
                    var (first, last) = Take(space, action == PartitionAction.Resize ? former!.FirstLba : w.Start, w.Size, number, w, disk.Device);
                    var made = action == PartitionAction.Resize
                        ? new GptPartition(former!.Type, former.Id, former.Name, first, last)
                        : new(w.Type ?? PartitionTypes.LinuxGeneric, w.Id ?? newGuid(), w.Label ?? "", first, last);
                    return new(action, table[number] = made with { Number = number, SectorBytes = sector });
            }
        }
    }

    // Start or size 0 means what it would be if all partitions of the config were made anew; one that is not given means nothing.
    private static void Resolve(Wanted[] wanted, GptTable old, long length, string device)
    {
        var space = Space(old, length);
        var there = old.Partitions.Where(p => wanted.Any(w => w.Number == p.Number)).ToDictionary(p => p.Number);
        foreach (var partition in there.Values)
        {
            space.Release(partition);
        }

        foreach (var w in wanted.Where(w => w.ShouldExist))
        {
            var kept = w.MayReplace ? null : there.GetValueOrDefault(w.Number);
            var (first, last) = Take(space, w.Start ?? kept?.FirstLba, w.Size ?? (kept is null ? null : kept.LastLba - kept.FirstLba + 1), w.Number, w, device);
            if (w.Number != 0 && (w.Start == 0 || w.Size == 0))
            {
                w.Start = w.Start is null ? null : first;
                w.Size = w.Size is null ? null : last - first + 1;
            }
        }
    }

    private static FreeSpace Space(GptTable table, long length) => new(table.FirstUsableLba, GptTable.LastUsableLba(length, table.SectorBytes), table.SectorBytes, table.Partitions);

    private static (long First, long Last) Take(FreeSpace space, long? start, long? size, int number, Wanted w, string device) =>
        number is >= 0 and <= GptTable.EntryCount && space.Take(start ?? 0, size ?? 0) is { } found
            ? found
            : throw ProvisioningErrors.NoRoom.Error(
                $"{w.Name} does not fit: start {Text(start)}, size {Text(size)}, in sectors of {w.SectorBytes} bytes (0: any).", new Location(device));

    private static string Text(long? value) => (value ?? 0).ToString(CultureInfo.InvariantCulture);

    private static PartitionAction Decide(Wanted w, GptPartition? there, string device)
    {
        if (there is null)
        {
            return PartitionAction.Create;
        }

        if (!w.ShouldExist)
        {
            return w.MayReplace ? PartitionAction.Delete : throw Refused("it is there, and the config says that it must not be");
        }

        if (Difference(w, there) is { } difference)
        {
            return w.MayReplace ? PartitionAction.Replace : throw Refused(difference);
        }

        var size = there.LastLba - there.FirstLba + 1;
        return w.Size is null || w.Size == size ? PartitionAction.Keep
            : w.MayReplace ? PartitionAction.Replace
            : w.MayResize ? PartitionAction.Resize
            : throw Refused($"it has {size} sectors and should have {w.Size}");

        HullException Refused(string why) => ProvisioningErrors.PartitionDiffers.Error($"{w.Name} is not as the config wants it: {why}.", new Location(device));
    }

    private static string? Difference(Wanted w, GptPartition there) =>
        w.Start is { } start && start != there.FirstLba ? $"it starts in sector {there.FirstLba} and should start in {start}"
        : w.Id is { } id && id != there.Id ? $"its identifier is {there.Id} and should be {id}"
        : w.Type is { } type && type != there.Type ? $"its type is {there.Type} and should be {type}"
        : w.Label is { } label && label != there.Name ? $"its label is '{there.Name}' and should be '{label}'"
        : null;

    /// <summary>A partition of the config, in sectors.</summary>
    private sealed class Wanted(Partition partition, int sector)
    {
        public int SectorBytes { get; } = sector;

        public int Number { get; } = (int)partition.Number;

        public string Name { get; } = partition.Number == 0 ? $"Partition '{partition.Label}'" : $"Partition {partition.Number}";

        public bool ShouldExist { get; } = partition.ShouldExist != false;

        public bool MayReplace { get; } = partition.WipePartitionEntry == true;

        public bool MayResize { get; } = partition.Resize == true;

        public string? Label { get; } = partition.Label;

        public Guid? Type { get; } = Guid.TryParse(partition.TypeGuid, out var type) ? type : null;

        public Guid? Id { get; } = Guid.TryParse(partition.Guid, out var id) ? id : null;

        public long? Start { get; set; } = Sectors(partition.StartMiB, sector);

        public long? Size { get; set; } = Sectors(partition.SizeMiB, sector);

        // No disk has 2^61 bytes: what asks for more fits nowhere.
        private static long? Sectors(long? mib, int sector) => mib is null ? null : Math.Clamp(mib.Value, -1, 1L << 41) * ((1 << 20) / sector);
    }
}
