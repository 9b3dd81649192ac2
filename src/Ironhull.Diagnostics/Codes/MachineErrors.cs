namespace Ironhull.Diagnostics;

/// <summary>HULL7xxx: machines and acceptance tests.</summary>
public static class MachineErrors
{
    /// <summary>A host program that machines need is absent.</summary>
    public static readonly ErrorCode ToolMissing = new(
        "HULL7001", ErrorCategory.Environment, "A program that is needed to run machines is not installed", "Run ./hull setup, which installs it; hull doctor lists what is missing.");

    /// <summary>No UEFI firmware was found.</summary>
    public static readonly ErrorCode FirmwareMissing = new(
        "HULL7002", ErrorCategory.Environment, "No UEFI firmware with Secure Boot was found", "Run ./hull setup, which installs the package ovmf.");

    /// <summary>The image or another input file of a machine is absent or of no use.</summary>
    public static readonly ErrorCode ImageUnusable = new(
        "HULL7003", ErrorCategory.Input, "The machine's image cannot be used", "Name a disk that hull build has written: raw or qcow2.");

    /// <summary>QEMU or the software TPM ended at once.</summary>
    public static readonly ErrorCode StartFailed = new(
        "HULL7004", ErrorCategory.Environment, "The machine could not be started", "The message above is the program's own; check memory, disk space and the rights on the files that it names.");

    /// <summary>The machine did not finish booting in time.</summary>
    public static readonly ErrorCode BootTimedOut = new(
        "HULL7005", ErrorCategory.Servicing, "The machine did not boot in time", "Read the end of its console above; on a busy host without KVM give it more time with --timeout.");

    /// <summary>The machine's kernel panicked.</summary>
    public static readonly ErrorCode Panicked = new(
        "HULL7006", ErrorCategory.Servicing, "The machine's kernel panicked", "Read the end of its console above. 'dm-verity device corrupted' means that /usr is not what was signed: build the image again.");

    /// <summary>The machine stopped before it had booted.</summary>
    public static readonly ErrorCode Stopped = new(
        "HULL7007", ErrorCategory.Servicing, "The machine stopped before it had booted", "Read the end of its console above: the firmware's refusal of a boot file and the initrd's failures are shown there.");

    /// <summary>The machine cannot be reached by ssh.</summary>
    public static readonly ErrorCode SshFailed = new(
        "HULL7008", ErrorCategory.Servicing, "The machine does not answer over ssh", "Look at the console for a failed ssh.socket or network; on a busy host give it more time with --timeout.");

    /// <summary>A command inside the machine failed.</summary>
    public static readonly ErrorCode CommandFailed = new(
        "HULL7009", ErrorCategory.Servicing, "A command inside the machine failed", "The command and its output are above; run it by hand with hull run --ssh.");

    /// <summary>The filter selects no acceptance test.</summary>
    public static readonly ErrorCode NoSuchTest = new(
        "HULL7010", ErrorCategory.Input, "No acceptance test has such a name", "hull test --list names them; a filter is a part of a name, or several parted by commas.");

    /// <summary>The development keys do not fit the image.</summary>
    public static readonly ErrorCode KeysMissing = new(
        "HULL7011", ErrorCategory.Input, "The keys that the machine's firmware must trust are not there", "Make them with hull keys init, or name the folder of the keys that signed the image.");

    /// <summary>An image that does not provision machines.</summary>
    public static readonly ErrorCode NotProvisionable = new(
        "HULL7012", ErrorCategory.Input, "The image cannot be given an Ignition config", "Name the folder that 'hull build' wrote, of an image with an addon 'provision-qemu', and a config that is there.");
}
