namespace Ironhull.Provisioning.Stages;

/// <summary>Where a running system keeps what the stages read; all below one folder, which is <c>/</c> but in tests.</summary>
/// <param name="Top">That folder.</param>
public sealed record NodePaths(string Top)
{
    /// <summary>The paths of the system that runs.</summary>
    public static NodePaths Real { get; } = new("/");

    /// <summary>The words that the kernel was started with.</summary>
    public string CommandLine => At("proc/cmdline");

    /// <summary>The identifier of this boot.</summary>
    public string BootId => At("proc/sys/kernel/random/boot_id");

    /// <summary>QEMU's fw_cfg entries by name.</summary>
    public string FirmwareConfig => At("sys/firmware/qemu_fw_cfg/by_name");

    /// <summary>Serial numbers of block devices.</summary>
    public string BlockDevices => At("sys/block");

    /// <summary>Folders of the system's own configs; an earlier one hides files of the same name in later ones.</summary>
    public IReadOnlyList<string> SystemConfigs => [At("run/ignition"), At("etc/ignition"), At("usr/lib/ignition")];

    /// <summary>Where <c>oem:</c> URLs lead, best first.</summary>
    public IReadOnlyList<string> Oem => [At("usr/share/oem"), At("sysroot/oem"), At("oem")];

    /// <summary>A path below the folder.</summary>
    public string At(string path) => Path.Combine(Top, path);
}
