using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Reporting;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Tests.Reporting;

public sealed class ReportCommandTests
{
    [Fact]
    public void Ready_IsSaidOnce()
    {
        var channel = new RecordedChannel();
        var folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;
        try
        {
            string[] line = ["report", "ready", "--platform=azure", $"--record={folder}/state/told"];
            Assert.Equal((0, "reported to azure: ready\n"), Run(channel, folder, line));
            Assert.Equal((0, "reported before\n"), Run(channel, folder, line));
            Assert.Equal([MachineReport.Ready], channel.Reports);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Failed_SaysWhy_FromAFileToo()
    {
        var channel = new RecordedChannel();
        var folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "proc"));
            File.WriteAllText(Path.Combine(folder, "proc/cmdline"), "quiet ignition.platform.id=azure\n");
            File.WriteAllText(Path.Combine(folder, "digest"), "from a file");
            Assert.Equal((0, "reported to azure: failed\n"), Run(channel, folder, ["report", "failed", "--reason", "from the line"]));
            Assert.Equal((0, "reported to azure: failed\n"), Run(channel, folder, ["report", "failed", $"--reason-file={folder}/digest"]));
            Assert.Equal([MachineReport.Failed("from the line"), MachineReport.Failed("from a file")], channel.Reports);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(0, "ready", "--platform=qemu")]
    [InlineData(5, "ready", "--platform=nonsense")]
    [InlineData(2, "ready")]
    [InlineData(2, "failed", "--platform=azure")]
    public void Run_WhatCannotBeSaid_IsNot(int code, params string[] line)
    {
        var channel = new RecordedChannel();
        Assert.Equal(code, Run(channel, "/nonexistent", ["report", .. line]).Code);
        Assert.Empty(channel.Reports);
    }

    private static (int Code, string Out) Run(RecordedChannel channel, string folder, string[] line)
    {
        var output = new StringWriter { NewLine = "\n" };
        using var host = new NodeHost { Out = output, Error = new StringWriter(), Paths = new NodePaths(folder), Reports = platform => platform == channel.Platform ? channel : null };
        return (NodeApplication.Run(["hull-node", .. line], host), output.ToString());
    }

    private sealed class RecordedChannel : IReportChannel
    {
        public string Platform => "azure";

        public List<MachineReport> Reports { get; } = [];

        public void Send(MachineReport report, ResourceFetcher fetcher) => Reports.Add(report);
    }
}
