using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Tests.Provisioning;

public sealed class ProvisionCommandTests
{
    [Theory]
    [InlineData("ignition", "-")]
    [InlineData("/usr/bin/ignition", "--")]
    [InlineData("hull-node", "--")]
    [InlineData("hull-node", "-")]
    public void Run_UpstreamsOptions_ProvisionARoot(string name, string dashes)
    {
        var folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "etc/ignition"));
            Directory.CreateDirectory(Path.Combine(folder, "root"));
            File.WriteAllText(Path.Combine(folder, "etc/ignition/user.ign"), """{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/a","contents":{"source":"data:,x"}}]}}""");
            foreach (var stage in (string[])["fetch-offline", "kargs", "disks", "mount", "files", "umount"])
            {
                string[] line =
                [
                    name, .. name == "hull-node" ? ["provision"] : Array.Empty<string>(), $"{dashes}stage={stage}", $"{dashes}platform", "metal", $"{dashes}root", Path.Combine(folder, "root"),
                    $"{dashes}config-cache={folder}/cache", $"{dashes}neednet={folder}/neednet", $"{dashes}state-file={folder}/state", $"{dashes}fetch-timeout=1m30s", $"{dashes}log-to-stdout",
                ];
                var run = Run(folder, line);
                Assert.True(run.Code == 0, run.Error);
                Assert.EndsWith($"{stage}: passed\n", run.Out, StringComparison.Ordinal);
                Assert.Empty(run.Error);
            }

            Assert.Equal("x", File.ReadAllText(Path.Combine(folder, "root/a")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(2, "HULL9010: '--stage' must be provided.", "ignition", "-platform", "qemu")]
    [InlineData(2, "HULL9010: '--platform' must be provided.", "ignition", "-stage", "files")]
    [InlineData(2, "HULL9010: There is no option '-nonsense' here.", "ignition", "-nonsense")]
    [InlineData(2, "HULL9010: 'x' is not a time", "ignition", "-stage", "files", "-platform", "metal", "-fetch-timeout", "x")]
    [InlineData(1, "HULL8084: ", "ignition", "-stage", "files", "-platform", "nonsense")]
    [InlineData(5, "HULL8084: ", "hull-node", "provision", "-stage", "files", "-platform", "nonsense")]
    [InlineData(1, "HULL8086: ", "ignition", "-stage", "files", "-platform", "metal", "-state-file", "/nonexistent/state", "-config-cache", "/nonexistent/cache")]
    public void Run_WhatIsWrong_HasUpstreamsExitCodeUnderUpstreamsName(int code, string message, params string[] line)
    {
        var run = Run("/nonexistent", line);
        Assert.Equal(code, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithoutPlatform_TheKernelCommandLineSaysIt()
    {
        var folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "proc"));
            File.WriteAllText(Path.Combine(folder, "proc/cmdline"), "quiet ignition.platform.id=nonsense rw\n");
            Assert.Contains("HULL8084: The platform 'nonsense'", Run(folder, ["hull-node", "provision", "--stage=files", $"--state-file={folder}/state"]).Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Run_UpstreamsVersion_IsPrinted() => Assert.Equal("Ignition (hull-node 0.1.0)\n", NodeRun.Of("ignition", "-version").Out);

    [Theory]
    [InlineData("2m", 120)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("0", 0)]
    public void Duration_GoForms(string text, double seconds) => Assert.Equal(seconds, Duration.Read(text, TimeSpan.Zero).TotalSeconds);

    private static NodeRun Run(string folder, string[] line)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        using var host = new NodeHost { Out = output, Error = error, Paths = new NodePaths(folder), Ownership = new RecordedOwnership() };
        return new(NodeApplication.Run(line, host), output.ToString(), error.ToString());
    }
}
