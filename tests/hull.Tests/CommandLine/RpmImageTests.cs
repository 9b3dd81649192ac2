namespace Ironhull.Cli.Tests.CommandLine;

public sealed class RpmImageTests : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("ironhull-test-").FullName;

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Theory]
    [InlineData("http://127.0.0.1:9/azurelinux", "HULL2031")]
    [InlineData("file:///nonexistent/azurelinux", "HULL2033")]
    public async Task Lock_AzureLinuxWithoutItsRepositories_SaysSoInOneLineWithTheMirrorSetting(string mirror, string code)
    {
        var folder = Path.Combine(Golden.Root, "images/azurelinux-3");
        var before = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var run = await HullRun.With(
            new Dictionary<string, string> { ["HULL_MIRROR_AZURELINUX"] = mirror, ["HULL_CACHE"] = _cache }, default, "lock", folder, "--quiet");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal("", run.Out);
        var line = Assert.Single(run.Error.Split('\n'), l => l.StartsWith("error ", StringComparison.Ordinal));
        Assert.StartsWith($"error {code}: ", line, StringComparison.Ordinal);
        Assert.Contains("HULL_MIRROR_AZURELINUX", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Build_AzureLinuxWithoutALock_NamesTheCommand()
    {
        var run = await HullRun.With(new Dictionary<string, string> { ["HULL_CACHE"] = _cache }, default, "build", Path.Combine(Golden.Root, "images/azurelinux-3"), "--output", Path.Combine(_cache, "out"));
        Assert.Contains("HULL4020", run.Error, StringComparison.Ordinal);
        Assert.Contains("hull lock", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_cache, "out")));
    }
}
