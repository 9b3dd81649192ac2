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
/// <param name="fetch">Gives the contents of a resource, decompressed and verified.</param>
/// <param name="keys">A folder in memory, for root alone: where programs find keys for a moment.</param>
/// <param name="newGuid">Makes identifiers of disks and partitions.</param>
public sealed class DisksStage(IBlockDevices devices, IPrograms programs, Func<Resource, byte[]> fetch, string keys, Func<Guid> newGuid)
{
    /// <summary>Applies a config that was checked.</summary>
    /// <returns>The encrypted volumes, all open.</returns>
    /// <exception cref="HullException">HULL8070 to HULL8076; what was done until then stays.</exception>
    public IReadOnlyList<OpenVolume> Apply(StorageSection storage)
    {
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
        var luks = new LuksMaker(programs, devices, fetch, keys);
        foreach (var volume in storage.Luks)
        {
            devices.Await([volume.Device!]);
            volumes.Add(luks.Make(volume));
        }

        Filesystem[] filesystems = [.. storage.Filesystems.Where(f => f.Format is not (null or "" or "virtiofs"))];
        devices.Await([.. filesystems.Select(f => f.Device)]);
        var maker = new FilesystemMaker(programs, devices);
        foreach (var filesystem in filesystems)
        {
            if (maker.Make(filesystem))
            {
                // Others wait for the links that udev makes by the new label and identifier.
                devices.Await([filesystem.Device]);
            }
        }

        return volumes;
    }

    private void Partition(Disk disk)
    {
        using (var device = devices.Open(disk.Device))
        {
            var plan = PartitionPlan.For(disk, disk.WipeTable == true ? null : ReadTable(device, disk.Device), device.Length, newGuid);
            if (!plan.ChangesDisk)
            {
                return;
            }

            RefuseInUse(disk, plan);
            if (plan.Wipe)
            {
                GptTable.Wipe(device);
            }

            plan.Table.WriteTo(device, durable: true);
            devices.Announce(disk.Device, plan);
        }

        devices.Await([disk.Device]);
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
    internal static GptTable? ReadTable(Stream disk, string device)
    {
        var start = new byte[2 * GptTable.SectorSize];
        disk.Position = 0;
        disk.ReadExactly(start);
        if (start.AsSpan(GptTable.SectorSize).StartsWith("EFI PART"u8))
        {
            return GptTable.Read(disk);
        }

        // An MBR of its own kind: a boot signature, and an entry that is not the one a GPT protects itself with.
        var types = Enumerable.Range(0, 4).Select(i => start[446 + (16 * i) + 4]).Where(t => t != 0).ToList();
        return start[510] != 0x55 || start[511] != 0xAA || types.Count == 0 ? TryBackup(disk)
            : types is [0xEE] ? GptTable.Read(disk)
            : throw ProvisioningErrors.DeviceHoldsOther.Error("It has a partition table that is not a GPT.", new Location(device));
    }

    private static GptTable? TryBackup(Stream disk)
    {
        var last = new byte[8];
        disk.Position = disk.Length - GptTable.SectorSize;
        disk.ReadExactly(last);
        return last.AsSpan().SequenceEqual("EFI PART"u8) ? GptTable.Read(disk) : null;
    }
}
