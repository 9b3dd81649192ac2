using Ironhull.Formats.Gpt;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Tests.Resetting;

public sealed class ResetCommandTests : IDisposable
{
    private static readonly Guid s_id = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1a01");
    private readonly string _folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;
    private readonly FakePrograms _programs = new();

    public ResetCommandTests()
    {
        Put("proc/self/mountinfo", "21 1 254:8 / / rw - ext4 /dev/vda8 rw\n");
        Put("sys/devices/vda/vda8/partition", "8\n");
        Directory.CreateDirectory(Path.Combine(_folder, "sys/dev/block"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "sys/dev/block/254:8"), Path.Combine(_folder, "sys/devices/vda/vda8"));
        Put("efi/EFI/ironhull/provision-failure.json", "{}");
        Put("efi/EFI/ironhull/provision-failure.txt", "x");
        Directory.CreateDirectory(Path.Combine(_folder, "dev"));
        using var disk = File.Create(Path.Combine(_folder, "dev/vda"));
        disk.SetLength(8 << 20);
        new GptTable(s_id, [new GptPartition(s_id, s_id, "ROOT", 2048, 4095) { Number = 8 }]).WriteTo(disk);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_WithoutYes_DoesNothing()
    {
        var run = Run();
        Assert.Equal(2, run.Code);
        Assert.Contains("HULL8099", run.Error, StringComparison.Ordinal);
        Assert.Empty(_programs.Calls);
        Assert.Single(Partitions());
        Assert.True(File.Exists(Path.Combine(_folder, "efi/EFI/ironhull/provision-failure.json")));
    }

    [Fact]
    public void Run_Yes_TakesRootAwayForgetsFailuresAndRestarts()
    {
        var run = Run("--yes");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(["systemctl --no-block reboot"], _programs.Calls);
        Assert.Empty(Partitions());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "efi/EFI/ironhull")));
    }

    [Fact]
    public void Run_RootThatIsNoPartition_IsHULL8097()
    {
        Put("proc/self/mountinfo", "21 1 0:30 / / rw - overlay overlay rw\n");
        var run = Run("--yes");
        Assert.Contains("HULL8097", run.Error, StringComparison.Ordinal);
        Assert.Empty(_programs.Calls);
    }

    private IReadOnlyList<GptPartition> Partitions()
    {
        using var disk = File.OpenRead(Path.Combine(_folder, "dev/vda"));
        return GptTable.Read(disk).Partitions;
    }

    private NodeRun Run(params string[] words)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        using var host = new NodeHost { Out = output, Error = error, Paths = new NodePaths(_folder), Disks = new DiskTools(DiskTools.OfThisMachine(TimeSpan.Zero).Devices, _programs), OpenDevice = path => File.Open(path, FileMode.Open) };
        var code = NodeApplication.Run(["hull-node", "reset", .. words], host);
        return new(code, output.ToString(), error.ToString());
    }

    private void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, path))!);
        File.WriteAllText(Path.Combine(_folder, path), text);
    }
}
