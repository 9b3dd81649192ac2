using Ironhull.Diagnostics;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Platforms;

/// <summary>Volumes that the kernel mounts: a config drive on a loop device.</summary>
public sealed class MountedVolumesTests
{
    [Fact]
    public void Read_ConfigDrive_GivesTheFileAndLeavesNoMount()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["files/openstack/latest"]);
        File.WriteAllText(folder["files/openstack/latest/user_data"], "config");
        HostTool.Run("mkfs.ext4", "-q", "-L", "config-2", "-d", folder["files"], folder["drive"], "4M");
        var device = HostTool.Run("losetup", "--find", "--show", "--read-only", folder["drive"]).Trim();
        try
        {
            var modules = new List<string>();
            var volumes = new MountedVolumes(NodePaths.Real, modules.Add);
            Assert.Equal("config"u8.ToArray(), volumes.Read(device, ["iso9660", "ext4"], "openstack/latest/user_data"));
            Assert.Null(volumes.Read(device, ["ext4"], "openstack/latest/other"));
            Assert.Equal("HULL8085", Assert.Throws<HullException>(() => volumes.Read(device, ["erofs"], "a")).Code.Code);
            Assert.Equal(["iso9660", "ext4", "ext4", "erofs"], modules);
            Assert.DoesNotContain(device, File.ReadAllText("/proc/self/mounts"), StringComparison.Ordinal);
        }
        finally
        {
            HostTool.Run("losetup", "--detach", device);
        }
    }

    [Fact]
    public void Find_AndDiscs_LookBelowTheFolder()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["dev/disk/by-label"]);
        File.WriteAllText(folder["dev/disk/by-label/config-2"], "");
        File.WriteAllText(folder["dev/sr0"], "");
        var volumes = new MountedVolumes(new NodePaths(folder.Root), _ => { });
        Assert.Equal(folder["dev/disk/by-label/config-2"], volumes.Find("config-2"));
        Assert.Null(volumes.Find("other"));
        Assert.Empty(volumes.Discs());
    }
}
