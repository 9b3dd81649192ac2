using System.Text;
using Ironhull.Formats.Io;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Network;

/// <summary>
/// The network cards that the kernel sees, whether or not it has their drivers: PCI devices of class 2, virtio devices of kind 1, the synthetic
/// cards of Hyper-V and of Xen.
/// </summary>
public static class NetworkDevices
{
    private const int LargestAttribute = 4096;
    private const int MostDevices = 4096;

    /// <summary>Names under which modules say that they drive these cards (<c>modalias</c>), in the order of buses and devices.</summary>
    /// <param name="paths">Where the running system keeps what it knows.</param>
    public static IReadOnlyList<string> Aliases(NodePaths paths) =>
    [
        .. Of(paths, "pci", device => Attribute(device, "class").StartsWith("0x02", StringComparison.Ordinal)),
        // linux/virtio_ids.h: VIRTIO_ID_NET.
        .. Of(paths, "virtio", device => Attribute(device, "device") == "0x0001"),
        // linux/hyperv.h: HV_NIC_GUID.
        .. Of(paths, "vmbus", device => Attribute(device, "class_id") == "{f8615163-df3e-46c5-913f-f2d2f965ed0e}"),
        .. Of(paths, "xen", device => Attribute(device, "devtype") == "vif"),
    ];

    private static IEnumerable<string> Of(NodePaths paths, string bus, Func<string, bool> isCard)
    {
        var folder = paths.At($"sys/bus/{bus}/devices");
        return Directory.Exists(folder)
            ? SortedDirectory.Folders(folder).Take(MostDevices).Where(isCard).Select(device => Attribute(device, "modalias")).Where(alias => alias.Length > 0).Distinct(StringComparer.Ordinal)
            : [];
    }

    // The kernel gives an attribute in one read; one that is not there is as good as an empty one.
    private static string Attribute(string device, string name)
    {
        try
        {
            using var file = new FileStream(Path.Combine(device, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            var buffer = new byte[LargestAttribute];
            return Encoding.ASCII.GetString(buffer.AsSpan(0, file.Read(buffer))).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
