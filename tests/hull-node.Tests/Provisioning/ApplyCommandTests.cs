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

    private NodeRun Apply(string sections)
    {
        var file = Path.Combine(_folder, "a.ign");
        File.WriteAllText(file, $"{{\"ignition\":{{\"version\":\"3.4.0\"}},{sections}}}");
        return NodeRun.Of("hull-node", "provision", "apply", "--root", Path.Combine(_folder, "root"), file);
    }
}
