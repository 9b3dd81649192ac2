using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Reporting;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Tests.Provisioning;

public sealed class FailedCommandTests : IDisposable
{
    private const string Secret = "S3CRET";
    private readonly string _folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;
    private readonly FakePrograms _programs = new();
    private readonly RecordedChannel _channel = new();
    private readonly List<TimeSpan> _waits = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "systemctl --force reboot", 10)]
    [InlineData("ironhull.provision.failed=halt", "systemctl --force halt", 0)]
    [InlineData("ironhull.provision.attempts=1", "systemctl --force halt", 0)]
    [InlineData("ironhull.provision.failed=emergency", "systemctl --no-block isolate emergency.target", 0)]
    public void Run_StageThatFailed_IsReportedAndThePolicyIsCarriedOut(string words, string call, int seconds)
    {
        Put("proc/cmdline", $"ironhull.provision ignition.platform.id=azure {words}\n");
        Put("etc/initrd-release", "");
        Put("etc/ignition/user.ign", $$$"""{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/etc","contents":{"source":"data:,{{{Secret}}}"}}]}}""");
        Directory.CreateDirectory(Path.Combine(_folder, "root/etc"));
        Assert.Equal(0, Stage("fetch-offline").Code);
        Assert.NotEqual(0, Stage("files").Code);
        var run = Run("provision", "failed", $"--root={_folder}/root", $"--state-file={_folder}/state", "--unit=ironhull-provision.service", "--result=exit-code");
        Assert.Equal(0, run.Code);
        Assert.Equal([call], _programs.Calls);
        Assert.Equal([TimeSpan.FromSeconds(seconds)], _waits);
        Assert.StartsWith("PROVISIONING FAILED: in stage files; passed: fetch-offline\nerror:    HULL8060 ", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("reported to azure: failed\n", run.Out, StringComparison.Ordinal);
        Assert.StartsWith("HULL8060 in stage files: /etc cannot be made", Assert.Single(_channel.Reports).Reason, StringComparison.Ordinal);
        foreach (var file in Directory.GetFileSystemEntries(_folder, "provision*", SearchOption.AllDirectories).Where(File.Exists))
        {
            Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Secret, run.Out + run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "esp/EFI/ironhull/provision-failure.txt")));
    }

    [Fact]
    public void Run_Stay_ReportsOnly()
    {
        Assert.Equal(0, Run("provision", "failed", "--stay").Code);
        Assert.Empty(_programs.Calls);
    }

    [Fact]
    public void Run_ErrorWithoutACode_IsSaidWithoutWhatWasRead()
    {
        var text = NodeApplication.Unexpected(new FormatException($"'data:,{Secret}' is not a number")).ToString();
        Assert.Contains("FormatException", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
    }

    // Azure would be asked for the name of the machine first.
    private NodeRun Stage(string stage) => Run("provision", $"--stage={stage}", "--platform=metal", $"--root={_folder}/root", $"--config-cache={_folder}/cache", $"--state-file={_folder}/state", $"--neednet={_folder}/neednet");

    private NodeRun Run(params string[] words)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        using var host = new NodeHost
        {
            Out = output,
            Error = error,
            Paths = new NodePaths(_folder),
            Ownership = new Ironhull.Provisioning.Engine.RecordedOwnership(),
            Disks = new DiskTools(DiskTools.OfThisMachine(TimeSpan.Zero).Devices, _programs),
            OpenSystemPartition = () => new SystemPartition(Path.Combine(_folder, "esp")),
            Wait = _waits.Add,
            Reports = _ => _channel,
        };
        var code = NodeApplication.Run(["hull-node", .. words], host);
        return new(code, output.ToString(), error.ToString());
    }

    private void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, path))!);
        File.WriteAllText(Path.Combine(_folder, path), text);
    }

    private sealed class RecordedChannel : IReportChannel
    {
        public string Platform => "azure";

        public List<MachineReport> Reports { get; } = [];

        public void Send(MachineReport report, ResourceFetcher fetcher) => Reports.Add(report);
    }
}
