using System.Globalization;

namespace Ironhull.Machines.Qemu;

/// <summary>Everything that decides QEMU's command line; paths are absolute.</summary>
public sealed record QemuArguments
{
    /// <summary>How instructions are executed.</summary>
    public required AcceleratorKind Accelerator { get; init; }

    /// <summary>The firmware's code.</summary>
    public required string FirmwareCode { get; init; }

    /// <summary>This machine's own variable store (raw flash).</summary>
    public required string FirmwareVariables { get; init; }

    /// <summary>The disk.</summary>
    public required string Disk { get; init; }

    /// <summary>The disk's format: "raw" or "qcow2".</summary>
    public required string DiskFormat { get; init; }

    /// <summary>Disks beside it, raw, each with its path.</summary>
    public IReadOnlyList<(string Path, MachineDisk Disk)> Disks { get; init; } = [];

    /// <summary>Memory in MiB.</summary>
    public required int MemoryMiB { get; init; }

    /// <summary>Processors.</summary>
    public required int Processors { get; init; }

    /// <summary>Socket of the software TPM, or null for a machine without one.</summary>
    public string? TpmSocket { get; init; }

    /// <summary>Host port on the loopback that leads to the guest's port 22, or null for no network.</summary>
    public int? SshPort { get; init; }

    /// <summary>
    /// Services at fixed addresses (<c>169.254.169.254:80</c>) and the port on the host's loopback that each leads to; the machine's network then
    /// is the half of the internet in which Azure's are.
    /// </summary>
    public IReadOnlyDictionary<string, int> Services { get; init; } = new Dictionary<string, int>();

    /// <summary>A disc in an optical drive, or null.</summary>
    public string? Disc { get; init; }

    /// <summary>File that receives the serial console.</summary>
    public required string ConsoleLog { get; init; }

    /// <summary>Whether the serial console is also on this terminal (Ctrl-A X ends the machine).</summary>
    public bool Interactive { get; init; }

    /// <summary>systemd credentials, by name.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>The Ignition config, or null.</summary>
    public string? Ignition { get; init; }

    /// <summary>Words for the kernel command line that systemd-stub takes from SMBIOS (io.systemd.stub.kernel-cmdline-extra); "" for none.</summary>
    public string UnsignedWords { get; init; } = "";

    /// <summary>The arguments, without the program's name.</summary>
    public IReadOnlyList<string> Build()
    {
        var invariant = CultureInfo.InvariantCulture;
        var arguments = new List<string>
        {
            // Only what the machine needs: the SATA and USB controllers of q35 cost seconds of probing under TCG.
            "-machine", "q35,smm=on,sata=off,usb=off,smbus=off",
        };
        arguments.AddRange(Accelerator == AcceleratorKind.Kvm
            ? ["-accel", "kvm", "-cpu", "host"]
            : ["-accel", "tcg,thread=multi,tb-size=1024", "-cpu", "max,la57=off"]);   // 5-level paging makes every TLB miss dearer
        arguments.AddRange(
        [
            "-smp", Processors.ToString(invariant), "-m", MemoryMiB.ToString(invariant), "-nodefaults", "-display", "none", "-no-reboot",
            "-global", "driver=cfi.pflash01,property=secure,value=on", "-global", "ICH9-LPC.disable_s3=1",
            "-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={Escape(FirmwareCode)}",
            "-drive", $"if=pflash,unit=1,format=raw,file={Escape(FirmwareVariables)}",
            "-drive", $"if=none,id=system,format={DiskFormat},cache=unsafe,discard=unmap,file={Escape(Disk)}",
            "-device", "virtio-blk-pci,drive=system,serial=system,bootindex=1",
            "-device", "virtio-rng-pci",
        ]);
        foreach (var (path, disk) in Disks)
        {
            arguments.AddRange(
            [
                "-drive", $"if=none,id={disk.Serial},format=raw,cache=unsafe,discard=unmap,file={Escape(path)}",
                "-device", string.Create(invariant, $"virtio-blk-pci,drive={disk.Serial},serial={disk.Serial},logical_block_size={disk.SectorSize},physical_block_size={disk.SectorSize}"),
            ]);
        }

        if (TpmSocket is not null)
        {
            arguments.AddRange(["-chardev", $"socket,id=tpm,path={Escape(TpmSocket)}", "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-crb,tpmdev=tpm0"]);
        }

        if (SshPort is { } port)
        {
            var forwards = string.Concat(Services.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $",guestfwd=tcp:{s.Key}-cmd:{Escape(Relay(s.Value))}"));
            arguments.AddRange(
            [
                "-netdev", string.Create(invariant, $"user,id=net0,hostfwd=tcp:127.0.0.1:{port}-:22{(forwards.Length > 0 ? $",{AzureNetwork}{forwards}" : "")}"),
                "-device", "virtio-net-pci,netdev=net0",
            ]);
        }

        if (Disc is not null)
        {
            arguments.AddRange(["-device", "virtio-scsi-pci,id=scsi", "-drive", $"if=none,id=disc,format=raw,readonly=on,file={Escape(Disc)}", "-device", "scsi-cd,drive=disc,bus=scsi.0"]);
        }

        foreach (var (name, value) in Credentials.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            arguments.AddRange(["-smbios", Qemu.Credentials.ToSmbios(name, value)]);
        }

        if (UnsignedWords.Length > 0)
        {
            arguments.AddRange(["-smbios", $"type=11,value=io.systemd.stub.kernel-cmdline-extra={Escape(UnsignedWords)}"]);
        }

        if (Ignition is not null)
        {
            arguments.AddRange(["-fw_cfg", $"name=opt/com.coreos/config,file={Escape(Ignition)}"]);
        }

        arguments.AddRange(Interactive
            ? ["-chardev", $"stdio,id=console,mux=on,signal=off,logfile={Escape(ConsoleLog)}", "-serial", "chardev:console", "-mon", "chardev=console"]
            : ["-chardev", $"file,id=console,path={Escape(ConsoleLog)}", "-serial", "chardev:console"]);
        return arguments;
    }

    // QEMU answers only for addresses of its own network: 168.0.0.0/7 has 168.63.129.16 and 169.254.169.254. At 168.63.129.2 is the host's loopback.
    private const string AzureNetwork = "net=168.0.0.0/7,host=168.63.129.2,dns=168.63.129.3,dhcpstart=168.63.129.32";

    // One process for each connection: QEMU itself opens only one to a socket.
    private static string Relay(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; cat <&0 >&3 & cat <&3; kill $!'");

    /// <summary>A comma inside an option's value is doubled.</summary>
    internal static string Escape(string path) => path.Replace(",", ",,", StringComparison.Ordinal);
}
