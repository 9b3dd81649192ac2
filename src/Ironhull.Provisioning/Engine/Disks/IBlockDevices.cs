using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>The block devices of a machine.</summary>
public interface IBlockDevices
{
    /// <summary>Waits until devices are there and whoever looks at new devices is done with them.</summary>
    /// <exception cref="HullException">HULL8073: one does not appear.</exception>
    void Await(IReadOnlyCollection<string> paths);

    /// <summary>Opens a device for reading and writing; its length is the device's.</summary>
    /// <exception cref="HullException">HULL8073: it cannot be opened, or has sectors of another size than 512 bytes.</exception>
    Stream Open(string path);

    /// <summary>What uses a device, or one of its partitions: a mount point or a device above it; null for nothing.</summary>
    /// <param name="path">The disk.</param>
    /// <param name="partition">The number of a partition; 0 for the whole disk with all its partitions.</param>
    string? UserOf(string path, int partition = 0);

    /// <summary>Tells the kernel what has become of a disk's partitions.</summary>
    /// <exception cref="HullException">HULL8073: it refuses.</exception>
    void Announce(string path, PartitionPlan plan);
}
