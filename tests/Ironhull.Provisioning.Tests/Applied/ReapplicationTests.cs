using Ironhull.Diagnostics;
using Ironhull.Provisioning.Applied;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Applied;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ReapplicationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ReapplicationTests() => Directory.CreateDirectory(_folder["root"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Apply_SameConfigAgain_ChangesNothing()
    {
        const string Config = "\"passwd\":{\"users\":[{\"name\":\"u\"}]},\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,1\"}},{\"path\":\"/log\",\"append\":[{\"source\":\"data:,x\"}]}]},\"systemd\":{\"units\":[{\"name\":\"s.service\",\"enabled\":true,\"contents\":\"[Install]\\nWantedBy=x.target\"}]}";
        Apply(Config);
        var record = Record();
        Apply(Config);
        Assert.Equal(record, Record());
        Assert.Equal("x", File.ReadAllText(_folder["root/log"]));
    }

    [Fact]
    public void Apply_NewConfig_ReplacesWhatTheOldOneMade()
    {
        Apply("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,1\"}}],\"links\":[{\"path\":\"/l\",\"target\":\"1\"}]}");
        Apply("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,2\"}}],\"links\":[{\"path\":\"/l\",\"target\":\"2\"}]}");
        Assert.Equal("2", File.ReadAllText(_folder["root/a"]));
        Assert.Equal("2", new FileInfo(_folder["root/l"]).LinkTarget);
        using var root = new RootFolder(_folder["root"]);
        Assert.Empty(Drift.Of(root).Nodes);
    }

    [Fact]
    public void Apply_FileThatSomebodyChanged_IsInTheWay()
    {
        Apply("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,1\"}}]}");
        File.WriteAllText(_folder["root/a"], "mine");
        Assert.Equal("HULL8060", Refused("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,2\"}}]}").Code.Code);
        Assert.Equal("mine", File.ReadAllText(_folder["root/a"]));
    }

    [Theory]
    [InlineData("\"storage\":{\"disks\":[{\"device\":\"/dev/a\"}]}", "$.storage.disks")]
    [InlineData("\"storage\":{\"raid\":[{\"name\":\"a\",\"level\":\"linear\",\"devices\":[\"/dev/a\"]}]}", "$.storage.raid")]
    [InlineData("\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/dev/a\"}]}", "$.storage.luks")]
    [InlineData("\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext4\"}]}", "$.storage.filesystems")]
    [InlineData("\"storage\":{\"directories\":[{\"path\":\"/d\",\"overwrite\":true}]}", "$.storage.directories.0.overwrite")]
    [InlineData("\"storage\":{\"files\":[{\"path\":\"/d\",\"overwrite\":true,\"contents\":{\"source\":\"\"}}]}", "$.storage.files.0.overwrite")]
    [InlineData("\"storage\":{\"links\":[{\"path\":\"/d\",\"overwrite\":true,\"target\":\"x\"}]}", "$.storage.links.0.overwrite")]
    public void Apply_PartForFirstBootsOnly_IsHULL8089AndNothingIsWritten(string sections, string path)
    {
        Directory.CreateDirectory(_folder["root/d"]);
        var refusal = Refused(sections);
        Assert.Equal("HULL8089", refusal.Code.Code);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal([_folder["root/d"]], Directory.GetFileSystemEntries(_folder["root"]));
    }

    [Fact]
    public void Apply_PathBelowUsr_IsHULL8063() => Assert.Equal("HULL8063", Refused("\"storage\":{\"files\":[{\"path\":\"/usr/a\"}]}").Code.Code);

    [Fact]
    public void Apply_KernelArgumentThatIsMissing_IsHULL8087() => Assert.Equal("HULL8087", Refused("\"kernelArguments\":{\"shouldExist\":[\"a\"]}").Code.Code);

    private string Record() => File.ReadAllText(_folder["root" + AppliedManifest.FilePath]);

    private HullException Refused(string sections) => Assert.Throws<HullException>(() => Apply(sections));

    private void Apply(string sections)
    {
        File.WriteAllText(_folder["a.ign"], $"{{\"ignition\":{{\"version\":\"3.4.0\"}},{sections}}}");
        using var fetcher = new ResourceFetcher(false, [], TimeProvider.System, _ => { }, default);
        using var root = new RootFolder(_folder["root"]) { ReadOnlyFolder = "/usr" };
        new Reapplication(root, fetcher, new RecordedOwnership(), new NodePaths(_folder["node"])).Apply(_folder["a.ign"]);
    }
}
