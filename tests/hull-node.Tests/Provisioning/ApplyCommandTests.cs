using Ironhull.Node.CommandLine;

namespace Ironhull.Node.Tests.Provisioning;

public sealed class ApplyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;

    public ApplyCommandTests() => Directory.CreateDirectory(Path.Combine(_folder, "root"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_Config_IsAppliedAndDriftIsNone()
    {
        var run = Apply("\"storage\":{\"directories\":[{\"path\":\"/d\"}]}");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.StartsWith("1 paths are as ", run.Out, StringComparison.Ordinal);
        Assert.Equal("0 of 1 paths differ from what was provisioned\n", NodeRun.Of("hull-node", "provision", "drift", "-root", Path.Combine(_folder, "root")).Out);
    }

    [Fact]
    public void Run_Disks_AreRefused()
    {
        var run = Apply("\"storage\":{\"disks\":[{\"device\":\"/dev/a\"}]}");
        Assert.Equal(5, run.Code);
        Assert.Contains("HULL8089", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileThatIsNotThere_IsHULL8009() => Assert.Contains("HULL8009", NodeRun.Of("hull-node", "provision", "apply", "/nonexistent/a", "-root", _folder).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData(false, "b.service: changed, read again\nc@.service: changed, read again\nd.service: changed, read again\ne.service: changed, read again", "systemctl daemon-reload")]
    [InlineData(true, "b.service: changed, restart\nc@.service: changed, try-restart\nd.service: changed, stop\ne.service: changed, stop",
        "systemctl daemon-reload", "systemctl restart b.service", "systemctl try-restart c@*.service", "systemctl stop d.service", "systemctl stop e.service")]
    public void Run_OnTheSystemThatRuns_ReadsChangedUnitsAgainAndRestartsThemOnRequest(bool restarts, string listed, params string[] calls)
    {
        static string Units(string b) => "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[Unit]\"},{\"name\":\"b.service\",\"enabled\":true,\"contents\":\"" + b + "\"}," +
            "{\"name\":\"c@.service\",\"dropins\":[{\"name\":\"x.conf\",\"contents\":\"" + b + "\"}]},{\"name\":\"d.service\",\"mask\":" + (b == "[Unit]" ? "false" : "true") + "},{\"name\":\"e.service\",\"enabled\":" + (b == "[Unit]" ? "true" : "false") + ",\"contents\":\"[Install]\\nWantedBy=a.target\"}]}";
        Apply(Units("[Unit]"));
        var programs = new FakePrograms();
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var file = Path.Combine(_folder, "b.ign");
        File.WriteAllText(file, $"{{\"ignition\":{{\"version\":\"3.4.0\"}},{Units("[Unit]\\nAfter=x.service")}}}");
        using var host = new NodeHost { Out = output, Error = error, Ownership = new Ironhull.Provisioning.Engine.RecordedOwnership(), Disks = new Ironhull.Provisioning.Engine.Disks.DiskTools(null!, programs), RunningRoot = Path.Combine(_folder, "root") };
        Assert.Equal(0, NodeApplication.Run(["hull-node", "provision", "apply", .. restarts ? ["-restart"] : Array.Empty<string>(), file], host));
        Assert.EndsWith($" wants them\n{listed}\n", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(calls, programs.Calls);
        Assert.Empty(error.ToString());
    }

    private NodeRun Apply(string sections)
    {
        var file = Path.Combine(_folder, "a.ign");
        File.WriteAllText(file, $"{{\"ignition\":{{\"version\":\"3.4.0\"}},{sections}}}");
        return NodeRun.Of("hull-node", "provision", "apply", "--root", Path.Combine(_folder, "root"), file);
    }
}
