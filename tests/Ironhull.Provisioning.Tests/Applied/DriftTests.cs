using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Applied;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Resources;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Applied;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class DriftTests
{
    private const string Config = """
        "passwd":{"users":[{"name":"u","sshAuthorizedKeys":["k"]}]},
        "storage":{"files":[{"path":"/a/f","contents":{"source":"data:,secret"}}],"directories":[{"path":"/d"}],"links":[{"path":"/l","target":"a"},{"path":"/h","target":"/a/f","hard":true}]},
        "systemd":{"units":[{"name":"s.service","enabled":true,"contents":"[Install]\nWantedBy=x.target"}]}
        """;

    [Fact]
    public void Record_EveryPathThatWasMade_IsInIt()
    {
        using var folder = Provisioned();
        using var root = new RootFolder(folder.Root);
        var made = AppliedManifest.Read(root)!.Nodes;
        Assert.Equal(
            [
                "/a", "/a/f", "/d", "/etc", "/etc/group", "/etc/gshadow", "/etc/passwd", "/etc/shadow", "/etc/systemd", "/etc/systemd/system", "/etc/systemd/system-preset", "/etc/systemd/system-preset/20-ignition.preset",
                "/etc/systemd/system/s.service", "/etc/systemd/system/x.target.wants", "/etc/systemd/system/x.target.wants/s.service", "/h", "/home", "/home/u", "/home/u/.ssh", "/home/u/.ssh/authorized_keys.d",
                "/home/u/.ssh/authorized_keys.d/ignition", "/l",
            ],
            made.Select(n => n.Path));
        Assert.Equal("data", made.Single(n => n.Path == "/a/f").Source);
        Assert.Equal("passwd", made.Single(n => n.Path == "/etc/passwd").Source);
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(folder[AppliedManifest.FilePath.TrimStart('/')]));
        Assert.DoesNotContain("secret", File.ReadAllText(folder[AppliedManifest.FilePath.TrimStart('/')]), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RootAsItWasProvisioned_HasNone()
    {
        using var folder = Provisioned();
        Assert.Empty(Of(folder).Nodes);
    }

    [Theory]
    [InlineData("write", "/a/f", "contents")]
    [InlineData("mode", "/a/f", "mode 0644 -> 0600")]
    [InlineData("delete", "/a/f", "gone")]
    [InlineData("delete", "/l", "gone")]
    [InlineData("link", "/l", "target a -> b")]
    [InlineData("link", "/a/f", "file -> link")]
    [InlineData("mode", "/d", "mode 0755 -> 0600")]
    [InlineData("write", "/etc/passwd", "contents")]
    [InlineData("write", "/etc/systemd/system/s.service", "contents")]
    public void Of_RootThatChanged_SaysWhatChanged(string change, string path, string difference)
    {
        using var folder = Provisioned();
        var real = folder[path.TrimStart('/')];
        switch (change)
        {
            case "write":
                File.AppendAllText(real, "x");
                break;
            case "mode":
                File.SetUnixFileMode(real, (UnixFileMode)0x180);
                break;
            case "delete":
                File.Delete(real);
                break;
            case "link":
                File.Delete(real);
                File.CreateSymbolicLink(real, "b");
                break;
        }

        Assert.Contains(Of(folder).Nodes, n => n.Path == path && n.Differences.Contains(difference));
    }

    [Fact]
    public void Of_FileInPlaceOfAFolderOnTheWay_IsGone()
    {
        using var folder = Provisioned();
        Directory.Delete(folder["a"], recursive: true);
        File.WriteAllText(folder["a"], "");
        Assert.Equal(["/a", "/a/f"], Of(folder).Nodes.Select(n => n.Path));
    }

    [Fact]
    public void Record_Again_KeepsWhatOnlyTheFirstRunMade()
    {
        using var folder = Provisioned();
        using (var root = new RootFolder(folder.Root))
        {
            Apply(root, "\"storage\":{\"files\":[{\"path\":\"/n\"}],\"directories\":[{\"path\":\"/\"}]}");
        }

        File.Delete(folder["a/f"]);
        Assert.Equal(["/a/f"], Of(folder).Nodes.Select(n => n.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"format\":2,\"nodes\":[]}")]
    [InlineData("{\"format\":1}")]
    [InlineData("{\"format\":1,\"nodes\":[{}]}")]
    [InlineData("{\"format\":1,\"nodes\":[{\"path\":\"/../a\",\"kind\":\"file\",\"mode\":\"0644\",\"user\":0,\"group\":0,\"length\":0,\"sha256\":null,\"target\":null,\"source\":null}]}")]
    [InlineData("{\"format\":1,\"nodes\":[{\"path\":\"/a\",\"kind\":\"file\",\"mode\":\"9\",\"user\":-1,\"group\":0,\"length\":0,\"sha256\":null,\"target\":null,\"source\":null}]}")]
    public void Of_RecordThatIsNone_IsHULL8088(string text)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["var/lib/ironhull"]);
        File.WriteAllText(folder["var/lib/ironhull/provisioned.json"], text);
        Assert.Equal("HULL8088", Assert.Throws<HullException>(() => Of(folder)).Code.Code);
    }

    [Fact]
    public void Record_OverARecordThatIsNone_TakesItsPlace()
    {
        using var folder = Provisioned();
        File.WriteAllText(folder["var/lib/ironhull/provisioned.json"], "{");
        using var root = new RootFolder(folder.Root);
        Apply(root, "\"storage\":{\"files\":[{\"path\":\"/n\"}]}");
        Assert.Equal("/n", Assert.Single(AppliedManifest.Read(root)!.Nodes).Path);
    }

    [Fact]
    public void Of_RootWithoutRecord_IsHULL8088()
    {
        using var folder = new TempFolder();
        Assert.Equal("HULL8088", Assert.Throws<HullException>(() => Of(folder)).Code.Code);
    }

    private static TempFolder Provisioned()
    {
        var folder = new TempFolder();
        using var root = new RootFolder(folder.Root);
        Apply(root, Config);
        return folder;
    }

    private static void Apply(RootFolder root, string sections)
    {
        var config = ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"3.4.0\"}},{sections}}}"), "a.ign").Require();
        var stage = new FilesStage(root, new RecordedOwnership(), ResourceContents.FromUrl);
        stage.Apply(config);
        AppliedManifest.Record(root, stage.Made, config, new RecordedOwnership());
    }

    private static Drift Of(TempFolder folder)
    {
        using var root = new RootFolder(folder.Root);
        return Drift.Of(root);
    }
}
