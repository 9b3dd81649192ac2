using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>Rules of disks and partitions.</summary>
internal sealed class DiskRules(SpecVersion version, FindingList findings)
{
    public void Check(Disk disk, string path)
    {
        for (var i = 0; i < disk.Partitions.Count; i++)
        {
            Check(disk.Partitions[i], $"{path}.partitions.{i}");
        }

        if (disk.Device.Length == 0)
        {
            findings.Error(ProvisioningErrors.BadPartition, "disk device is required", path, disk.Node, "device");
            return;
        }

        if (PathRules.Wrong(disk.Device) is { } wrong)
        {
            findings.Error(ProvisioningErrors.BadPath, wrong, path, disk.Node, "device");
        }

        CheckTogether(disk, path);
    }

    /// <summary>Whether a text has the form of an identifier; the empty one has it.</summary>
    public static bool IsGuid(string text) => text.Length == 0 || (text.Length == 36 && Guid.TryParseExact(text, "D", out _));

    private void CheckTogether(Disk disk, string path)
    {
        var partitions = disk.Partitions;
        Report(Second(partitions, p => p.Number == 0 ? null : p.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)), "partition numbers collide");
        Report(Second(partitions, p => p.Label), "cannot use the same partition label twice");
        Report(Overlapping(partitions), "partitions overlap");
        if (partitions.Any(p => p.Number == 0) && partitions.Any(p => p.ShouldExist == false))
        {
            findings.Error(
                ProvisioningErrors.BadPartition, "shouldExist is false for a partition and other partition(s) has start or size 0", path, disk.Node, "partitions");
        }

        void Report(int index, string message)
        {
            if (index >= 0)
            {
                findings.Error(ProvisioningErrors.BadPartition, message, $"{path}.partitions.{index}", partitions[index].Node);
            }
        }
    }

    private static int Second(IReadOnlyList<Partition> partitions, Func<Partition, string?> key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < partitions.Count; i++)
        {
            if (key(partitions[i]) is { } value && !seen.Add(value))
            {
                return i;
            }
        }

        return -1;
    }

    // The first partition that another one, of known start and size, reaches into.
    private static int Overlapping(IReadOnlyList<Partition> partitions)
    {
        for (var i = 0; i < partitions.Count; i++)
        {
            for (var j = 0; j < partitions.Count; j++)
            {
                if (i != j && Extent(partitions[i]) is { } a && Extent(partitions[j]) is { } b && a.Start <= b.End && b.Start <= a.End)
                {
                    return j;
                }
            }
        }

        return -1;
    }

    private static (long Start, long End)? Extent(Partition partition) =>
        partition is { StartMiB: { } start and not 0, SizeMiB: { } size } ? (start, size == 0 ? start : Math.Max(start, unchecked(start + size - 1))) : null;

    private void Check(Partition partition, string path)
    {
        if (partition.ShouldExist == false
            && ((partition.Label is not null && version.Minor < 7) || partition.TypeGuid is { Length: > 0 } || partition.Guid is { Length: > 0 } || partition.StartMiB is not null || partition.SizeMiB is not null))
        {
            findings.Error(ProvisioningErrors.BadPartition, "shouldExist specified false with other options also specified", path, partition.Node);
        }

        if (partition.Number == 0 && partition.Label is null)
        {
            findings.Error(ProvisioningErrors.BadPartition, "a partition number >= 1 or a label must be specified", path, partition.Node);
        }

        if (partition.Label is { } label)
        {
            var wrong = System.Text.Encoding.UTF8.GetByteCount(label) > 36 ? "partition labels may not exceed 36 characters"
                : label.Contains(':', StringComparison.Ordinal) ? "partition label will be truncated to text before the colon" : null;
            if (wrong is not null)
            {
                findings.Error(ProvisioningErrors.BadPartition, wrong, path, partition.Node, "label");
            }
        }

        CheckGuid(partition.Guid, "guid");
        CheckGuid(partition.TypeGuid, "typeGuid");

        void CheckGuid(string? guid, string key)
        {
            if (guid is not null && !IsGuid(guid))
            {
                findings.Error(ProvisioningErrors.BadPartition, "doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\"", path, partition.Node, key);
            }
        }
    }
}
