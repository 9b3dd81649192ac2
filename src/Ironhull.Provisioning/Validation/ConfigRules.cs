using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>All rules of a version.</summary>
public static class ConfigRules
{
    /// <summary>Checks a config that was fitted to its version.</summary>
    /// <param name="config">The config.</param>
    /// <param name="version">Its version.</param>
    /// <param name="findings">Takes what is found.</param>
    public static void Check(IgnitionConfig config, SpecVersion version, FindingList findings)
    {
        var resources = new ResourceRules(version, findings);
        var volumes = new VolumeRules(version, resources, findings);
        var storage = config.Storage;
        new IgnitionRules(version, resources, findings).Check(config.Ignition);
        new SystemdRules(version, findings).Check(config);
        new NodeRules(version, resources, findings).Check(storage);
        Each(storage.Disks, "disks", new DiskRules(version, findings).Check);
        Each(storage.Raid, "raid", volumes.Check);
        Each(storage.Luks, "luks", volumes.Check);
        Each(storage.Filesystems, "filesystems", volumes.Check);
        if (version.Minor >= 4)
        {
            CheckWholeDisks(storage, findings);
        }

        new DuplicateRules(findings).Check(config.Node, IgnitionSchema.Config, "$");
    }

    private static void Each<T>(IReadOnlyList<T> items, string key, Action<T, string> check)
    {
        for (var i = 0; i < items.Count; i++)
        {
            check(items[i], $"$.storage.{key}.{i}");
        }
    }

    private static void CheckWholeDisks(StorageSection storage, FindingList findings)
    {
        var disks = new Dictionary<string, Disk>(StringComparer.Ordinal);
        foreach (var disk in storage.Disks)
        {
            disks[disk.Device] = disk;
        }

        Each(storage.Filesystems, "filesystems", (filesystem, path) =>
        {
            if (!disks.TryGetValue(filesystem.Device, out var disk))
            {
                return;
            }

            if (disk.Partitions.Count > 0)
            {
                findings.Warn(ProvisioningErrors.BadFilesystem, "filesystem overwrites partitioned device", path, filesystem.Node, "device");
            }
            else if (filesystem.WipeFilesystem != true && disk.WipeTable == true)
            {
                findings.Warn(ProvisioningErrors.BadFilesystem, "device matches disk with wipeTable enabled; filesystem will be wiped", path, filesystem.Node, "device");
            }
        });
    }
}
