namespace Ironhull.Node.Tests.Provisioning;

public sealed class DriftCommandTests : IDisposable
{
    private const string Record = """{"format":1,"nodes":[{"path":"/a","kind":"file","mode":"0644","user":0,"group":0,"length":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","target":null,"source":"data"}]}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("hull-node-test-").FullName;

    public DriftCommandTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "var/lib/ironhull"));
        File.WriteAllText(Path.Combine(_folder, "var/lib/ironhull/provisioned.json"), Record);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_PathThatIsGone_EndsWith1()
    {
        var run = NodeRun.Of("hull-node", "provision", "drift", "-root", _folder);
        Assert.Equal((1, "/a: gone\n1 of 1 paths differ from what was provisioned\n"), (run.Code, run.Out));
    }

    [Fact]
    public void Run_Json_HasEveryDifference()
    {
        var run = NodeRun.Of("hull-node", "provision", "drift", $"--root={_folder}", "--json");
        Assert.Equal((1, "{\"checked\":1,\"drifted\":[{\"path\":\"/a\",\"differences\":[\"gone\"]}]}\n"), (run.Code, run.Out));
    }

    [Fact]
    public void Run_RootWithoutRecord_EndsWith3()
    {
        var run = NodeRun.Of("hull-node", "provision", "drift", "-root", Path.Combine(_folder, "var"));
        Assert.Equal(3, run.Code);
        Assert.Contains("HULL8088", run.Error, StringComparison.Ordinal);
    }
}
