using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Platforms;

/// <summary>
/// QEMU: the firmware configuration's entry <c>opt/com.coreos/config</c> or <c>opt/org.flatcar-linux/config</c>, or else a disk with the serial
/// number <c>ignition</c>, whose contents end at the first zero byte.
/// </summary>
internal sealed class QemuPlatform : IPlatform
{
    private const int LargestConfig = 64 << 20;
    private static readonly string[] s_entries = ["opt/com.coreos/config", "opt/org.flatcar-linux/config"];

    /// <inheritdoc/>
    public string Name => "qemu";

    /// <inheritdoc/>
    public byte[]? Fetch(PlatformContext context)
    {
        if (!Directory.Exists(context.Paths.FirmwareConfig))
        {
            context.LoadModule("qemu_fw_cfg");
        }

        foreach (var entry in s_entries)
        {
            if (StageFile.ReadVirtual(Path.Combine(context.Paths.FirmwareConfig, entry, "raw")) is { } config)
            {
                return config;
            }
        }

        return Disk(context) is { } disk ? ReadDisk(disk) : null;
    }

    private static string? Disk(PlatformContext context)
    {
        if (!Directory.Exists(context.Paths.BlockDevices))
        {
            return null;
        }

        foreach (var folder in Formats.Io.SortedDirectory.Folders(context.Paths.BlockDevices))
        {
            if (StageFile.ReadVirtual(Path.Combine(folder, "serial")) is { } serial && Encoding.ASCII.GetString(serial).Trim() == "ignition")
            {
                return context.Paths.At(Path.Combine("dev", Path.GetFileName(folder)));
            }
        }

        return null;
    }

    private static byte[] ReadDisk(string device)
    {
        var contents = StageFile.ReadVirtual(device) ?? throw ProvisioningErrors.PlatformFailed.Error($"{device} is not there.", new Location(device));
        var end = Array.IndexOf(contents, (byte)0);
        contents = end < 0 ? contents : contents[..end];
        return contents.Length <= LargestConfig ? contents : throw ProvisioningErrors.PlatformFailed.Error($"{device} holds {contents.Length} bytes, which is no config.", new Location(device));
    }
}
