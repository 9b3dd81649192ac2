using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Network;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Tests.Network;

public sealed class NetworkCommandTests
{
    [Fact]
    public void LoadAndDown_ActOnTheCardsThatAreThere()
    {
        var folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "sys/bus/virtio/devices/virtio0"));
            Directory.CreateDirectory(Path.Combine(folder, "sys/class/net/eth0"));
            File.WriteAllText(Path.Combine(folder, "sys/bus/virtio/devices/virtio0/device"), "0x0001\n");
            File.WriteAllText(Path.Combine(folder, "sys/bus/virtio/devices/virtio0/modalias"), "virtio:card\n");
            var (loaded, links, output) = (new List<string>(), new RecordedLinks(), new StringWriter { NewLine = "\n" });
            using var host = new NodeHost
            {
                Out = output, Error = output, Paths = new NodePaths(folder), Links = links, LoadModules = (root, modules) => loaded.AddRange(modules.Select(m => $"{root} {m}")),
            };
            Assert.Equal(0, NodeApplication.Run(["hull-node", "network", "load", "--root=/sysroot"], host));
            Assert.Equal(0, NodeApplication.Run(["hull-node", "network", "down"], host));
            Assert.Equal(["/sysroot virtio:card"], loaded);
            Assert.Equal(["eth0"], links.Down);
            Assert.Equal("1 kind of network card\nlinks taken down: eth0\n", output.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class RecordedLinks : ILinks
    {
        public List<string> Down { get; } = [];

        public void TakeDown(string name) => Down.Add(name);
    }
}
