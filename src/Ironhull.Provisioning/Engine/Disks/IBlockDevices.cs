using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>The block devices of a machine.</summary>
public interface IBlockDevices
{
    /// <summary>Waits until devices are there and whoever looks at new devices is done with them.</summary>
    /// <exception cref="HullException">HULL8073: one does not appear.</exception>
    void Await(IReadOnlyCollection<string> paths);

    /// <summary>
    /// The kernel's own name of a device: it stays when what the device holds changes, and with it the links by label, identifier and so on.
    /// </summary>
    string NodeOf(string path);

    /// <summary>Has whoever looks at new devices look at one again, whose contents have changed, and waits until its links are what they now should be.</summary>
    void Refresh(string path);

    /// <summary>Opens a device for reading and writing; its length is the device's.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="sector">Bytes of its sectors: 512 or 4096.</param>
    /// <exception cref="HullException">HULL8073: it cannot be opened, or has sectors of another size.</exception>
    Stream Open(string path, out int sector);

    /// <summary>Opens a device for those who do not ask for its sectors.</summary>
    /// <inheritdoc cref="Open(string, out int)"/>
    Stream Open(string path) => Open(path, out _);

    /// <summary>What uses a device, or one of its partitions: a mount point or a device above it; null for nothing.</summary>
    /// <param name="path">The disk.</param>
    /// <param name="partition">The number of a partition; 0 for the whole disk with all its partitions.</param>
    string? UserOf(string path, int partition = 0);

    /// <summary>Tells the kernel what has become of a disk's partitions.</summary>
    /// <param name="disk">The disk, which <see cref="Open"/> has opened and still is.</param>
    /// <param name="path">Its path.</param>
    /// <param name="plan">What has become of them.</param>
    /// <exception cref="HullException">HULL8073: it refuses.</exception>
    void Announce(Stream disk, string path, PartitionPlan plan);
}
