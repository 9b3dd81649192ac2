using Ironhull.Machines.Qemu;

namespace Ironhull.Machines;

/// <summary>What machine is wanted.</summary>
public sealed record MachineOptions
{
    /// <summary>The disk image, raw or qcow2. It is never written to: the machine writes to an overlay that is thrown away.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Folder with PK.crt, KEK.crt and db.crt (<c>hull keys init</c>), which the firmware is made to trust, with Secure Boot on.</summary>
    public required string KeysFolder { get; init; }

    /// <summary>Size of the machine's disk in bytes; the image's own size when that is larger.</summary>
    public long DiskSize { get; init; } = 8L << 30;

    /// <summary>Empty disks beside it.</summary>
    public IReadOnlyList<MachineDisk> Disks { get; init; } = [];

    /// <summary>Memory in MiB.</summary>
    public int MemoryMiB { get; init; } = 2048;

    /// <summary>Processors. One is the fastest and the most reliable number under TCG on a busy host.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>Whether the machine has a TPM 2.0.</summary>
    public bool Tpm { get; init; } = true;

    /// <summary>Whether the machine has a network, behind QEMU's address translation, with ssh on a free port of the host's loopback.</summary>
    public bool Network { get; init; } = true;

    /// <summary>
    /// Services at fixed addresses (<c>169.254.169.254:80</c>) and the port on the host's loopback that each leads to. With any, the machine's network is
    /// one in which Azure's addresses are, and the host's loopback is at <see cref="HostAddress"/>.
    /// </summary>
    public IReadOnlyDictionary<string, int> Services { get; init; } = new Dictionary<string, int>();

    /// <summary>Where a machine with <see cref="Services"/> reaches the host's loopback.</summary>
    public const string HostAddress = "168.63.129.2";

    /// <summary>A disc in the machine's optical drive, or null.</summary>
    public string? DiscPath { get; init; }

    /// <summary>Whether the serial console is on this terminal; it is logged to a file either way.</summary>
    public bool Interactive { get; init; }

    /// <summary>systemd system credentials, by name, given to the machine through SMBIOS.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>Words that the machine's owner adds to the kernel command line through SMBIOS, past every signature; "" for none.</summary>
    public string UnsignedWords { get; init; } = "";

    /// <summary>The Ignition config that the machine is given (fw_cfg <c>opt/com.coreos/config</c>), or null. An image reads it when its addon for that is switched on.</summary>
    public string? IgnitionPath { get; init; }

    /// <summary>How instructions are executed, or null to find out.</summary>
    public AcceleratorKind? Accelerator { get; init; }

    /// <summary>How long the machine may take to boot.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Changes the machine's own disk (a qcow2 overlay) before the machine starts, or null.</summary>
    public Func<string, CancellationToken, Task>? PrepareDisk { get; init; }

    /// <summary>Told of the running machine that answers ssh, before it is shut down or ended, or null. Must not throw.</summary>
    internal Func<Machine, Task>? BeforeEnd { get; init; }
}
