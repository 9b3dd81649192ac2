using System.Text;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Resources;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

/// <summary>Disks of 4096-byte sectors: the kernel's own, on a loop device. Needs root.</summary>
public sealed class LargeSectorTests
{
    private const int Sector = GptTable.LargeSectorSize;

    /// <summary>sgdisk makes the same table of the same wishes, and finds nothing wrong with ours; the kernel has the partitions where the table says.</summary>
    [Fact]
    public void Apply_DiskOfLargeSectors_IsPartitionedAsSgdiskDoesIt()
    {
        using var folder = new TempFolder();
        using var ours = new LoopDevice(folder["ours"]);
        using var theirs = new LoopDevice(folder["theirs"]);
        Apply(folder, ours.Path, "{\"number\":1,\"label\":\"a\",\"sizeMiB\":10},{\"number\":3,\"label\":\"b\",\"startMiB\":20,\"sizeMiB\":5},{\"number\":2,\"label\":\"rest\"}");
        HostTool.Run("sgdisk", "--new=1:0:+2560", "--change-name=1:a", "--new=3:5120:+1280", "--change-name=3:b", "--new=2:0:+0", "--change-name=2:rest", theirs.Path);
        Assert.Contains("No problems found", HostTool.Run("sgdisk", "--verify", ours.Path), StringComparison.Ordinal);
        Assert.Equal(Layout(folder["theirs"]), Layout(folder["ours"]));

        var name = System.IO.Path.GetFileName(ours.Path);
        Assert.Equal("2048 20480", $"{Sys(name, 1, "start")} {Sys(name, 1, "size")}");
        Assert.Equal("40960 10240", $"{Sys(name, 3, "start")} {Sys(name, 3, "size")}");

        // Once more, nothing happens; one grows; one goes.
        var before = File.ReadAllBytes(folder["ours"]);
        Apply(folder, ours.Path, "{\"number\":1,\"label\":\"a\",\"sizeMiB\":10}");
        Assert.Equal(before, File.ReadAllBytes(folder["ours"]));
        Apply(folder, ours.Path, "{\"number\":1,\"sizeMiB\":15,\"resize\":true},{\"number\":3,\"shouldExist\":false,\"wipePartitionEntry\":true}");
        Assert.Equal("2048 30720", $"{Sys(name, 1, "start")} {Sys(name, 1, "size")}");
        Assert.False(Directory.Exists($"/sys/class/block/{name}p3"));
        Assert.Contains("No problems found", HostTool.Run("sgdisk", "--verify", ours.Path), StringComparison.Ordinal);
    }

    private static string Sys(string disk, int partition, string file) => File.ReadAllText($"/sys/class/block/{disk}p{partition}/{file}").Trim();

    private static void Apply(TempFolder folder, string device, string partitions)
    {
        Directory.CreateDirectory(folder["keys"]);
        var programs = new ScriptedPrograms("");
        var config = ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"3.4.0\"}},\"storage\":{{\"disks\":[{{\"device\":\"{device}\",\"partitions\":[{partitions}]}}]}}}}"), "a.ign").Require();
        new DisksStage(new KernelBlockDevices(programs, TimeSpan.FromSeconds(1)), programs, _ => { }, new(null, new RecordedOwnership()), ResourceContents.FromUrl, folder["keys"], Guid.NewGuid).Apply(config.Storage);
    }

    private static string Layout(string path)
    {
        using var file = File.OpenRead(path);
        var table = GptTable.Read(file, Sector);
        Assert.Equal(GptCopies.Primary | GptCopies.Backup, table.IntactCopies);
        return string.Join(' ', table.Partitions.Select(p => $"{p.Number}:{p.FirstLba}-{p.LastLba}:{p.Type}:{p.Name}"));
    }

    /// <summary>A file of 64 MiB as a disk of large sectors.</summary>
    private sealed class LoopDevice : IDisposable
    {
        public LoopDevice(string file)
        {
            using (var stream = File.Create(file))
            {
                stream.SetLength(64 << 20);
            }

            Path = HostTool.Run("losetup", "--find", "--show", "--partscan", "--sector-size", "4096", file).Trim();
        }

        public string Path { get; }

        public void Dispose() => HostTool.Run("losetup", "--detach", Path);
    }
}
