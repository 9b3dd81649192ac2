using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Failures;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class FirstBootFailureTests : IDisposable
{
    private const string Secret = "S3CRET";
    private static readonly Guid s_id = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1a01");
    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];
    private readonly NodePaths _paths;

    public FirstBootFailureTests()
    {
        _paths = new(_folder.Root);
        Put("etc/initrd-release", "");
        Put("proc/cmdline", "quiet ironhull.provision\n");
        Put("proc/sys/kernel/random/boot_id", "4a6ccfd0-6ef3-4c6b-9f3c-6a0a6d9fd7e2\n");
        Put("sys/class/dmi/id/sys_vendor", "QEMU\n");
        Put("sys/class/dmi/id/product_name", "Standard PC\n");
        Put("sys/class/dmi/id/product_uuid", "8c9d5f3e-0001-0002-0003-000000000001\n");
        Put("sys/class/tty/console/active", "tty0 ttyS0 ttyS9\n");
        Put("dev/tty0", "");
        Put("dev/ttyS0", "");
        Put("dev/console", "");
        Put("run/ignition/state", """{"fetchedConfigs":[{"kind":"base","source":"system","referenced":false},{"kind":"user","source":"azure","referenced":false},{"kind":"user","source":"https://u:p@example.com/a?sig=x","referenced":true}]}""");
        Put("root/usr/lib/os-release", "ID=debian\nIMAGE_ID=\"container-host\"\nIMAGE_VERSION=1.2.3\n");
        Put("root/etc/machine-id", "");
        Put("proc/self/mountinfo", $"21 1 254:8 / {_folder["root"]} rw - ext4 /dev/vda8 rw\n");
        Put("sys/devices/vda/vda8/partition", "8\n");
        Directory.CreateDirectory(_folder["sys/dev/block"]);
        Directory.CreateSymbolicLink(_folder["sys/dev/block/254:8"], _folder["sys/devices/vda/vda8"]);
        using (var disk = File.Create(_folder["dev/vda"]))
        {
            disk.SetLength(8 << 20);
            new GptTable(s_id, [.. new[] { 1, 8 }.Select(n => new GptPartition(s_id, new Guid(n, 0, 0, new byte[8]), $"P{n}", 2048 + (n * 8), 2048 + (n * 8) + 7) { Number = n })]).WriteTo(disk);
        }

        Directory.CreateDirectory(_folder["esp"]);
    }

    private string Digest => File.ReadAllText(_folder["esp/EFI/ironhull/provision-failure.txt"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Report_AnErrorOfAStage_IsOnConsolesAndThePartition()
    {
        Fail("files", ["fetch-offline", "kargs"], ProvisioningErrors.NodeExists.Error($"/etc/a is in the way of data:,{Secret}.", new Location("config.ign", 4, 17)));
        var report = Report();
        const string Expected =
            """
            PROVISIONING FAILED: in stage files; passed: fetch-offline, kargs
            error:    HULL8060 Something is in the way of what the config makes
                      config.ign:4:17: /etc/a is in the way of data:…
            remedy:   Remove it, choose another path, or set overwrite in the config.
            config:   the image's own (system), azure, https://…@example.com/a?…
            image:    container-host 1.2.3
            machine:  QEMU Standard PC, 8c9d5f3e-0001-0002-0003-000000000001
            boot:     4a6ccfd0-6ef3-4c6b-9f3c-6a0a6d9fd7e2, 2026-01-02T03:04:05Z
            attempt:  1 of 5
            next:     restarts in 10 s; ROOT is made anew at the next boot

            """;
        Assert.Equal(Expected, report.Text());
        Assert.Equal(Expected, Digest);
        foreach (var console in (string[])["dev/tty0", "dev/ttyS0"])
        {
            Assert.Contains("error:    HULL8060 Something is in the way of what the config makes\r\n", File.ReadAllText(_folder[console]), StringComparison.Ordinal);
            Assert.DoesNotContain("\u2026", File.ReadAllText(_folder[console]), StringComparison.Ordinal);
        }

        Assert.Empty(File.ReadAllText(_folder["dev/console"]));
        Assert.Equal("HULL8060 in stage files: config.ign:4:17: /etc/a is in the way of data:…", report.Summary);
        Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(report.Json()), StringComparison.Ordinal);
        Assert.Contains("shown on tty0, ttyS0", _log);
    }

    [Fact]
    public void Report_NoConsoleNamed_IsOnDevConsole()
    {
        File.Delete(_folder["sys/class/tty/console/active"]);
        Report();
        Assert.Contains("PROVISIONING FAILED", File.ReadAllText(_folder["dev/console"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_StageThatWasKilled_SaysHowItEnded()
    {
        Begin("disks");
        var report = Report("ironhull-provision.service", "oom-kill");
        Assert.Equal("HULL8096 in stage disks: ironhull-provision.service has ended (oom-kill).", report.Summary);
        Assert.False(report.RootIsMadeAnew);
    }

    [Fact]
    public void Report_NothingBegan_IsSaid()
    {
        File.Delete(_folder["run/ignition/state"]);
        Assert.StartsWith("PROVISIONING FAILED: before the first stage; nothing was done before\n", Report().Text(), StringComparison.Ordinal);
        Assert.Contains("config:   none was found\n", Digest, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ManyErrors_FiveAreShownAndAllAreInTheReport()
    {
        Fail("fetch-offline", [], new HullException([.. Enumerable.Range(0, 12).Select(i => ProvisioningErrors.BadPath.With($"path {i}"))]));
        var report = Report();
        Assert.Contains("and 7 more errors\n", report.Text(), StringComparison.Ordinal);
        Assert.Contains("path 11", Encoding.UTF8.GetString(report.Json()), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_FailureAfterFailure_IsCountedUntilTheMachineStops()
    {
        Assert.Equal(
            ["1 Reboot 10", "2 Reboot 30", "3 Reboot 90", "4 Reboot 270", "5 Halt 0", "6 Halt 0"],
            Enumerable.Range(0, 6).Select(_ => Report()).Select(r => $"{r.Attempt} {r.Next.Action} {r.Next.Delay.TotalSeconds}"));
    }

    [Fact]
    public void Report_DiskOfAnotherMachine_CountsFromOne()
    {
        Report();
        Report();
        Put("sys/class/dmi/id/product_uuid", "8c9d5f3e-0001-0002-0003-000000000002\n");
        Assert.Equal(1, Report().Attempt);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"attempt\":\"x\",\"hardware\":\"8c9d5f3e-0001-0002-0003-000000000001\"}")]
    [InlineData("{\"attempt\":-7,\"hardware\":\"8c9d5f3e-0001-0002-0003-000000000001\"}")]
    [InlineData("{\"attempt\":3}")]
    public void Report_FormerReportThatIsNone_CountsFromOne(string former)
    {
        Put("esp/EFI/ironhull/provision-failure.json", former);
        Assert.Equal(1, Report().Attempt);
    }

    [Fact]
    public void Report_PartitionThatCannotBeUsed_StopsTheMachineAndShowsTheDigest()
    {
        Fail("fetch", ["fetch-offline"], ProvisioningErrors.FetchFailed.Error("no answer"));
        var report = new FirstBootFailure(_paths, _folder["root"], _folder["run/ignition/state"], () => throw ProvisioningErrors.SystemPartition.Error("no such device"), Open, new FixedTime(), _log.Add).Report("", "");
        Assert.Equal(FailureAction.Halt, report.Next.Action);
        Assert.Contains("attempt:  not known", File.ReadAllText(_folder["dev/ttyS0"]), StringComparison.Ordinal);
        Assert.Contains(_log, l => l.Contains("HULL8098", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("files", "", true)]
    [InlineData("files", "uninitialized\n", true)]
    [InlineData("umount", "", true)]
    [InlineData("disks", "", false)]
    [InlineData("files", "0123456789abcdef0123456789abcdef\n", false)]
    public void Report_RootWithAPartOfAConfig_IsMadeAnewUnlessASystemWasStartedFromIt(string stage, string machineId, bool anew)
    {
        Put("root/etc/machine-id", machineId);
        Fail(stage, stage == "umount" ? ["files"] : [], ProvisioningErrors.RootAccess.Error("no space left"));
        Assert.Equal(anew, Report().RootIsMadeAnew);
        using var disk = File.OpenRead(_folder["dev/vda"]);
        Assert.Equal(anew ? [1] : [1, 8], GptTable.Read(disk).Partitions.Select(p => p.Number));
        Assert.Equal(!anew && machineId.Length > 0, Digest.Contains("machine-id 0123456789abcdef0123456789abcdef", StringComparison.Ordinal));
    }

    [Fact]
    public void Report_HostThatListens_GetsTheReport()
    {
        Put("sys/class/virtio-ports/vport1p1/name", "org.qemu.guest_agent.0\n");
        Put("sys/class/virtio-ports/vport1p2/name", "org.ironhull.provision\n");
        Put("dev/vport1p1", "");
        Put("dev/vport1p2", "");
        var report = Report();
        Assert.Equal(report.Json(), File.ReadAllBytes(_folder["dev/vport1p2"]));
        Assert.Empty(File.ReadAllText(_folder["dev/vport1p1"]));
    }

    [Fact]
    public void Progress_OutsideAnInitrd_IsNotKept()
    {
        File.Delete(_folder["etc/initrd-release"]);
        Begin("files");
        Assert.False(File.Exists(_folder[ProvisioningProgress.FilePath]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"passed\":7}")]
    [InlineData("{\"passed\":[],\"stage\":\"x\",\"findings\":[{}]}")]
    public void Progress_FileThatIsNone_IsAsIfNothingHadHappened(string text)
    {
        Put(ProvisioningProgress.FilePath, text);
        var progress = ProvisioningProgress.Load(_paths);
        Assert.True(progress.Passed.Count == 0 && progress.Findings.Count == 0 && progress.Stage is null);
    }

    private static FileStream Open(string path) => File.Open(path, FileMode.Open);

    private void Begin(string stage) => ProvisioningProgress.Load(_paths).Begin(stage);

    private void Fail(string stage, string[] passed, HullException error)
    {
        foreach (var before in passed)
        {
            Begin(before);
            ProvisioningProgress.Load(_paths).Pass();
        }

        Begin(stage);
        ProvisioningProgress.Load(_paths).Fail(error.Diagnostics);
    }

    private FailureReport Report(string unit = "", string result = "") =>
        new FirstBootFailure(_paths, _folder["root"], _folder["run/ignition/state"], () => new SystemPartition(_folder["esp"]), Open, new FixedTime(), _log.Add).Report(unit, result);

    private void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], text);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
