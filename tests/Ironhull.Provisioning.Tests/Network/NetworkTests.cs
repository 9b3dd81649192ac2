using Ironhull.Provisioning.Network;
using Ironhull.Provisioning.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Network;

public sealed class NetworkTests
{
    [Fact]
    public void Aliases_CardsOfEveryBus_AndNothingElse()
    {
        using var folder = new TempFolder();
        Device(folder, "pci/devices/0000:00:02.0", ("class", "0x020000\n"), ("modalias", "pci:net\n"));
        Device(folder, "pci/devices/0000:00:03.0", ("class", "0x010000\n"), ("modalias", "pci:disk\n"));
        Device(folder, "pci/devices/0000:00:04.0", ("class", "0x020700\n"), ("modalias", "pci:infiniband\n"));
        Device(folder, "virtio/devices/virtio0", ("device", "0x0001\n"), ("modalias", "virtio:d00000001v00001AF4\n"));
        Device(folder, "virtio/devices/virtio1", ("device", "0x0002\n"), ("modalias", "virtio:d00000002v00001AF4\n"));
        Device(folder, "virtio/devices/virtio2", ("device", "0x0001\n"), ("modalias", "virtio:d00000001v00001AF4\n"));
        Device(folder, "vmbus/devices/a", ("class_id", "{f8615163-df3e-46c5-913f-f2d2f965ed0e}\n"), ("modalias", "vmbus:f8615163\n"));
        Device(folder, "vmbus/devices/b", ("class_id", "{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}\n"), ("modalias", "vmbus:disk\n"));
        Device(folder, "xen/devices/vif-0", ("devtype", "vif\n"), ("modalias", "xen:vif\n"));
        Device(folder, "pci/devices/0000:00:05.0", ("class", "0x020000\n"));
        Assert.Equal(["pci:net", "pci:infiniband", "virtio:d00000001v00001AF4", "vmbus:f8615163", "xen:vif"], NetworkDevices.Aliases(new(folder.Root)));
    }

    [Fact]
    public void Aliases_MachineWithoutBuses_HasNone()
    {
        using var folder = new TempFolder();
        Assert.Empty(NetworkDevices.Aliases(new(folder.Root)));
    }

    [Fact]
    public void Teardown_TakesLinksDownAndWhatServicesLeft()
    {
        using var folder = new TempFolder();
        foreach (var path in (string[])["sys/class/net/lo", "sys/class/net/eth0", "sys/class/net/eth1", "run/systemd/netif/leases", "run/systemd/network", "run/systemd/resolve", "run/systemd/journal"])
        {
            Directory.CreateDirectory(folder[path]);
        }

        var links = new RecordedLinks();
        Assert.Equal(["eth0", "eth1"], new NetworkTeardown(new(folder.Root), links).Run());
        Assert.Equal(["eth0", "eth1"], links.Down);
        Assert.Equal(["journal"], Directory.GetDirectories(folder["run/systemd"]).Select(Path.GetFileName));
    }

    private static void Device(TempFolder folder, string device, params (string Name, string Value)[] attributes)
    {
        Directory.CreateDirectory(folder[$"sys/bus/{device}"]);
        foreach (var (name, value) in attributes)
        {
            File.WriteAllText(folder[$"sys/bus/{device}/{name}"], value);
        }
    }

    private sealed class RecordedLinks : ILinks
    {
        public List<string> Down { get; } = [];

        public void TakeDown(string name) => Down.Add(name);
    }
}
