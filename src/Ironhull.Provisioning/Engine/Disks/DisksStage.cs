using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>
/// The stage <c>disks</c>: partitions, then RAID arrays, then encrypted volumes, then file systems. What is there as the config wants it
/// stays, so a run that was cut off is finished by the next one.
/// </summary>
/// <param name="devices">The machine's devices.</param>
/// <param name="programs">The machine's programs.</param>
/// <param name="loadModule">Loads a kernel module by its name or alias, if it can be.</param>
/// <param name="unfinished">What earlier runs have left half made.</param>
/// <param name="fetch">Gives the contents of a resource, decompressed and verified.</param>
/// <param name="keys">A folder in memory, for root alone: where programs find keys for a moment.</param>
/// <param name="newGuid">Makes identifiers of disks and partitions.</param>
public sealed class DisksStage(IBlockDevices devices, IPrograms programs, Action<string> loadModule, UnfinishedDevices unfinished, Func<Resource, byte[]> fetch, string keys, Func<Guid> newGuid)
{
    /// <summary>Applies a config that was checked.</summary>
    /// <returns>The encrypted volumes, all open.</returns>
    /// <exception cref="HullException">HULL8070 to HULL8077; what was done until then stays.</exception>
    public IReadOnlyList<OpenVolume> Apply(StorageSection storage)
    {
        StorageNeeds.RefuseMissing(storage, programs);
        foreach (var module in StorageNeeds.Modules(storage))
        {
            loadModule(module);
        }

        devices.Await([.. storage.Disks.Select(d => d.Device)]);
        foreach (var disk in storage.Disks)
        {
            Partition(disk);
        }

        var raid = new RaidMaker(programs, devices);
        foreach (var array in storage.Raid)
        {
            devices.Await(array.Devices);
            raid.Make(array);
        }

        var volumes = new List<OpenVolume>();
        var luks = new LuksMaker(programs, devices, unfinished, fetch, keys);
        foreach (var volume in storage.Luks)
        {
            devices.Await([volume.Device!]);
            volumes.Add(luks.Make(volume));
        }

        Filesystem[] filesystems = [.. storage.Filesystems.Where(f => f.Format is not (null or "" or "virtiofs"))];
        devices.Await([.. filesystems.Select(f => f.Device)]);
        var maker = new FilesystemMaker(programs, devices, unfinished);

        // A link by label or identifier is gone as soon as one of them has new contents.
        foreach (var (filesystem, node) in filesystems.Select(f => (f, devices.NodeOf(f.Device))).ToList())
        {
            if (maker.Make(filesystem, node))
            {
                devices.Refresh(node);
            }
        }

        return volumes;
    }

    private void Partition(Disk disk)
    {
        using (var device = devices.Open(disk.Device, out var sector))
        {
            var plan = PartitionPlan.For(disk, disk.WipeTable == true ? null : ReadTable(device, disk.Device, sector), device.Length, newGuid, sector);
            if (!plan.ChangesDisk)
            {
                return;
            }

            RefuseInUse(disk, plan);
            Write(device, disk.Device, plan);
            devices.Announce(device, disk.Device, plan);
        }

        devices.Refresh(disk.Device);
    }

    private static void Write(Stream device, string path, PartitionPlan plan)
    {
        try
        {
            if (plan.Wipe)
            {
                GptTable.Wipe(device, plan.Table.SectorBytes);
            }

            plan.Table.WriteTo(device, durable: true);
        }
        catch (IOException e)
        {
            throw ProvisioningErrors.DeviceUnavailable.Error($"It cannot be written to: {e.Message}", new Location(path), cause: e);
        }
    }

    // Partitions in use are never touched: what is mounted there would lose the ground under its feet.
    private void RefuseInUse(Disk disk, PartitionPlan plan)
    {
        foreach (var number in plan.Touched)
        {
            if (devices.UserOf(disk.Device, number) is { } user)
            {
                throw ProvisioningErrors.DeviceBusy.Error($"{(number == 0 ? "The disk" : $"Partition {number}")} is used by {user}.", new Location(disk.Device));
            }
        }
    }

    /// <summary>Reads a disk's table.</summary>
    /// <returns>Null for a disk without any.</returns>
    /// <exception cref="HullException">HULL8074: it has one of another kind; HULL1001 and following: its GPT is damaged.</exception>
    internal static GptTable? ReadTable(Stream disk, string device, int sector)
    {
        var start = new byte[sector + GptTable.SectorSize];
        disk.Position = 0;
        disk.ReadExactly(start);
        if (start.AsSpan(sector).StartsWith("EFI PART"u8))
        {
            return GptTable.Read(disk, sector);
        }

        // An MBR of its own kind: a boot signature, and an entry that is not the one a GPT protects itself with.
        var types = Enumerable.Range(0, 4).Select(i => start[446 + (16 * i) + 4]).Where(t => t != 0).ToList();
        return start[510] != 0x55 || start[511] != 0xAA || types.Count == 0 ? TryBackup(disk, sector)
            : types is [0xEE] ? GptTable.Read(disk, sector)
            : throw ProvisioningErrors.DeviceHoldsOther.Error("It has a partition table that is not a GPT.", new Location(device));
    }

    private static GptTable? TryBackup(Stream disk, int sector)
    {
        var last = new byte[8];
        disk.Position = disk.Length - sector;
        disk.ReadExactly(last);
        return last.AsSpan().SequenceEqual("EFI PART"u8) ? GptTable.Read(disk, sector) : null;
    }
}
