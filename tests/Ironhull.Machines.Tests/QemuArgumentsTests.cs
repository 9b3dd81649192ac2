using Ironhull.Machines.Qemu;

namespace Ironhull.Machines.Tests;

public class QemuArgumentsTests
{
    private static QemuArguments Plain { get; } = new()
    {
        Accelerator = AcceleratorKind.Tcg,
        FirmwareCode = "/fw/code.fd",
        FirmwareVariables = "/m/variables.fd",
        Disk = "/m/disk.qcow2",
        DiskFormat = "qcow2",
        MemoryMiB = 2048,
        Processors = 1,
        ConsoleLog = "/m/console.log",
    };

    [Fact]
    public void Build_Tcg_GivesTheProvenMachine()
    {
        Assert.Equal(
            "-machine q35,smm=on,sata=off,usb=off,smbus=off -accel tcg,thread=multi,tb-size=1024 -cpu max,la57=off -smp 1 -m 2048 -nodefaults -display none -no-reboot " +
            "-global driver=cfi.pflash01,property=secure,value=on -global ICH9-LPC.disable_s3=1 " +
            "-drive if=pflash,unit=0,format=raw,readonly=on,file=/fw/code.fd -drive if=pflash,unit=1,format=raw,file=/m/variables.fd " +
            "-drive if=none,id=system,format=qcow2,cache=unsafe,discard=unmap,file=/m/disk.qcow2 -device virtio-blk-pci,drive=system,serial=system,bootindex=1 " +
            "-device virtio-rng-pci -chardev file,id=console,path=/m/console.log -serial chardev:console",
            string.Join(' ', Plain.Build()));
    }

    [Fact]
    public void Build_Kvm_UsesTheHostsProcessor()
    {
        var line = string.Join(' ', (Plain with { Accelerator = AcceleratorKind.Kvm }).Build());
        Assert.Contains("-accel kvm -cpu host", line, StringComparison.Ordinal);
        Assert.DoesNotContain("tcg", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Ignition_IsGivenByFirmwareConfiguration() =>
        Assert.Contains("-fw_cfg name=opt/com.coreos/config,file=/m/a,,b.ign", string.Join(' ', (Plain with { Ignition = "/m/a,b.ign" }).Build()), StringComparison.Ordinal);

    [Fact]
    public void Build_TpmAndNetwork_ConnectsBoth()
    {
        var line = string.Join(' ', (Plain with { TpmSocket = "/m/tpm.sock", SshPort = 2222 }).Build());
        Assert.Contains("-chardev socket,id=tpm,path=/m/tpm.sock -tpmdev emulator,id=tpm0,chardev=tpm -device tpm-crb,tpmdev=tpm0", line, StringComparison.Ordinal);
        Assert.Contains("-netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22 -device virtio-net-pci,netdev=net0", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Services_AreAtTheirAddressesInANetworkThatHasThem()
    {
        var services = new Dictionary<string, int> { ["169.254.169.254:80"] = 8001, ["168.63.129.16:80"] = 8002 };
        var line = string.Join(' ', (Plain with { SshPort = 2222, Services = services }).Build());
        Assert.Contains(
            "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22,net=168.0.0.0/7,host=168.63.129.2,dns=168.63.129.3,dhcpstart=168.63.129.32," +
            "guestfwd=tcp:168.63.129.16:80-cmd:bash -c 'exec 3<>/dev/tcp/127.0.0.1/8002; cat <&0 >&3 & cat <&3; kill $!'," +
            "guestfwd=tcp:169.254.169.254:80-cmd:bash -c 'exec 3<>/dev/tcp/127.0.0.1/8001; cat <&0 >&3 & cat <&3; kill $!' -device virtio-net-pci,netdev=net0", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Disc_IsInAnOpticalDrive() =>
        Assert.Contains("-drive if=none,id=disc,format=raw,readonly=on,file=/m/a,,b.iso -device scsi-cd,drive=disc,bus=scsi.0", string.Join(' ', (Plain with { Disc = "/m/a,b.iso" }).Build()), StringComparison.Ordinal);

    [Fact]
    public void Build_Interactive_SharesTheTerminalAndKeepsTheLog()
    {
        var line = string.Join(' ', (Plain with { Interactive = true }).Build());
        Assert.Contains("-chardev stdio,id=console,mux=on,signal=off,logfile=/m/console.log -serial chardev:console -mon chardev=console", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_PathWithComma_IsEscaped()
    {
        var line = string.Join(' ', (Plain with { Disk = "/a,b/disk.qcow2" }).Build());
        Assert.Contains("file=/a,,b/disk.qcow2", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Credentials_AreSortedAndInBase64()
    {
        var arguments = (Plain with { Credentials = new Dictionary<string, string> { ["system.hostname"] = "node", ["a"] = "x,y" } }).Build();
        var values = arguments.Where((_, i) => i > 0 && arguments[i - 1] == "-smbios").ToList();
        Assert.Equal(
            ["type=11,value=io.systemd.credential.binary:a=eCx5", "type=11,value=io.systemd.credential.binary:system.hostname=bm9kZQ=="], values);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a,b")]
    [InlineData("a:b")]
    public void ToSmbios_NameThatIsNone_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => Credentials.ToSmbios(name, "x"));

    [Fact]
    public void ToSmbios_TooLong_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Credentials.ToSmbios("x", new string('x', 60_000)));
}
