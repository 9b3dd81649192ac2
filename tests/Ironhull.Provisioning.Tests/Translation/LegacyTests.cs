using System.Text;
using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Tests.Translation;

public sealed class LegacyTests
{
    private static readonly string[] Seconds = ["2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.4.0"];

    /// <summary>Name, more of "ignition", the other keys, the translated config without its version, or the findings.</summary>
    private static readonly (string Name, string Ignition, string Body, string Result)[] Table =
    [
        ("nothing", "", "", "{\"ignition\":{}}"),
        ("append becomes merge", "\"config\":{\"append\":[{\"source\":\"http://a\",\"verification\":{\"hash\":\"sha512-" + Zeros + "\"}}]}", "", "{\"ignition\":{\"config\":{\"merge\":[{\"source\":\"http://a\",\"verification\":{\"hash\":\"sha512-" + Zeros + "\"}}]}}}"),
        ("replace stays", "\"config\":{\"replace\":{\"source\":\"http://a\"}}", "", "{\"ignition\":{\"config\":{\"replace\":{\"source\":\"http://a\"}}}}"),
        ("timeouts and authorities stay", "\"timeouts\":{\"httpTotal\":5},\"security\":{\"tls\":{\"certificateAuthorities\":[{\"source\":\"http://a\"}]}}", "", "{\"ignition\":{\"timeouts\":{\"httpTotal\":5},\"security\":{\"tls\":{\"certificateAuthorities\":[{\"source\":\"http://a\"}]}}}}"),
        ("proxy and headers stay", "\"proxy\":{\"httpProxy\":\"http://p\",\"noProxy\":[\"a\"]},\"config\":{\"append\":[{\"source\":\"http://a\",\"httpHeaders\":[{\"name\":\"a\",\"value\":\"b\"}]}]}", "", "{\"ignition\":{\"config\":{\"merge\":[{\"source\":\"http://a\",\"httpHeaders\":[{\"name\":\"a\",\"value\":\"b\"}]}]},\"proxy\":{\"httpProxy\":\"http://p\",\"noProxy\":[\"a\"]}}}"),
        ("files overwrite", "", "\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"/a\",\"mode\":420,\"contents\":{\"source\":\"data:,x\"},\"user\":{\"id\":5},\"group\":{\"name\":\"g\"}}]}", "{\"ignition\":{},\"storage\":{\"files\":[{\"path\":\"/a\",\"user\":{\"id\":5},\"group\":{\"name\":\"g\"},\"mode\":420,\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"}}]}}"),
        ("files without contents are empty", "", "\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"/a\",\"overwrite\":false}]}", "{\"ignition\":{},\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":false,\"contents\":{\"source\":\"\"}}]}}"),
        ("appending entries become one", "", "\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"/a\",\"append\":true,\"contents\":{\"source\":\"data:,x\"}},{\"filesystem\":\"root\",\"path\":\"/a\",\"append\":true,\"contents\":{\"source\":\"data:,y\"}}]}", "{\"ignition\":{},\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":false,\"append\":[{\"source\":\"data:,x\"},{\"source\":\"data:,y\"}]}]}}"),
        ("an appending entry joins the file before it", "", "\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\"}},{\"filesystem\":\"root\",\"path\":\"/a\",\"append\":true,\"contents\":{\"source\":\"data:,y\"}}]}", "{\"ignition\":{},\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"},\"append\":[{\"source\":\"data:,y\"}]}]}}"),
        ("append and overwrite", "", "\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"/a\",\"append\":true,\"overwrite\":true}]}", "error $.storage.files.0.append: append cannot be set together with overwrite"),
        ("a path twice", "", "\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"/a\"},{\"filesystem\":\"root\",\"path\":\"/a\"}]}", "error $.storage.files.1: duplicate entry defined"),
        ("directories and links", "", "\"storage\":{\"directories\":[{\"filesystem\":\"root\",\"path\":\"/d\",\"mode\":493}],\"links\":[{\"filesystem\":\"root\",\"path\":\"/l\",\"target\":\"/d\",\"hard\":false}]}", "{\"ignition\":{},\"storage\":{\"directories\":[{\"path\":\"/d\",\"mode\":493}],\"links\":[{\"path\":\"/l\",\"target\":\"/d\",\"hard\":false}]}}"),
        ("a file system mounted below the new root", "", "\"storage\":{\"filesystems\":[{\"name\":\"v\",\"path\":\"/sysroot/var\"}],\"files\":[{\"filesystem\":\"v\",\"path\":\"/a\",\"contents\":{\"source\":\"\"}}]}", "{\"ignition\":{},\"storage\":{\"files\":[{\"path\":\"/var/a\",\"overwrite\":true,\"contents\":{\"source\":\"\"}}]}}"),
        ("a file system mounted elsewhere", "", "\"storage\":{\"filesystems\":[{\"name\":\"v\",\"path\":\"/mnt\"}]}", "error $.storage.filesystems.0.path: a file system that is mounted outside the new root has no equivalent in spec 3"),
        ("a file system of its own without files", "", "\"storage\":{\"filesystems\":[{\"name\":\"v\",\"mount\":{\"device\":\"/dev/a\",\"format\":\"xfs\",\"wipeFilesystem\":true,\"label\":\"V\",\"options\":[\"-x\"]}}]}", "{\"ignition\":{},\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"wipeFilesystem\":true,\"options\":[\"-x\"],\"format\":\"xfs\",\"label\":\"V\"}]}}"),
        ("a file on a file system of its own", "", "\"storage\":{\"filesystems\":[{\"name\":\"v\",\"mount\":{\"device\":\"/dev/a\",\"format\":\"xfs\"}}],\"files\":[{\"filesystem\":\"v\",\"path\":\"/a\"}]}", "error $.storage.files.0.filesystem: the file system v has no mount point that spec 3 knows"),
        ("a file on no file system", "", "\"storage\":{\"files\":[{\"path\":\"/a\"}]}", "error $.storage.files.0.filesystem: no file system is named"),
        ("the root made anew", "", "\"storage\":{\"filesystems\":[{\"name\":\"root\",\"mount\":{\"device\":\"/dev/a\",\"format\":\"ext4\",\"create\":{\"force\":true,\"options\":[\"-L\",\"ROOT\"]}}}]}", "{\"ignition\":{},\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext4\",\"wipeFilesystem\":true,\"options\":[\"-L\",\"ROOT\"],\"path\":\"/\"}]}}"),
        ("create without force", "", "\"storage\":{\"filesystems\":[{\"name\":\"v\",\"mount\":{\"device\":\"/dev/a\",\"format\":\"ext4\",\"create\":{}}}]}", "error $.storage.filesystems.0.mount.create: create without force has no equivalent in spec 3: write wipeFilesystem"),
        ("partitions", "", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"wipeTable\":true,\"partitions\":[{\"label\":\"a\",\"number\":1,\"sizeMiB\":10,\"startMiB\":1,\"typeGuid\":\"\",\"size\":0,\"start\":0}]}]}", "{\"ignition\":{},\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"wipeTable\":true,\"partitions\":[{\"number\":1,\"sizeMiB\":10,\"startMiB\":1,\"label\":\"a\"}]}]}}"),
        ("partitions in sectors", "", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"size\":2048,\"start\":4096}]}]}", "error $.storage.disks.0.partitions.0.size: size counts sectors, whose size depends on the device: write sizeMiB\nerror $.storage.disks.0.partitions.0.start: start counts sectors, whose size depends on the device: write startMiB"),
        ("arrays", "", "\"storage\":{\"raid\":[{\"name\":\"a\",\"level\":\"raid1\",\"devices\":[\"/a\",\"/b\"],\"spares\":0}]}", "{\"ignition\":{},\"storage\":{\"raid\":[{\"name\":\"a\",\"level\":\"raid1\",\"devices\":[\"/a\",\"/b\"],\"spares\":0}]}}"),
        ("units", "", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enable\":true,\"contents\":\"[Install]\\nWantedBy=x\",\"mask\":false,\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[A]\"}]},{\"name\":\"b.service\",\"enable\":true,\"enabled\":false},{\"name\":\"c.service\",\"enable\":false,\"mask\":true,\"contents\":\"\"}]}", "{\"ignition\":{},\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[Install]\\nWantedBy=x\",\"enabled\":true,\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[A]\"}]},{\"name\":\"b.service\",\"enabled\":false},{\"name\":\"c.service\",\"mask\":true}]}}"),
        ("networks become files", "", "\"networkd\":{\"units\":[{\"name\":\"a.network\",\"contents\":\"x\",\"dropins\":[{\"name\":\"b.conf\",\"contents\":\"y\"}]}]}", "{\"ignition\":{},\"storage\":{\"files\":[{\"path\":\"/etc/systemd/network/a.network\",\"overwrite\":true,\"mode\":420,\"contents\":{\"source\":\"data:,x\"}},{\"path\":\"/etc/systemd/network/a.network.d/b.conf\",\"overwrite\":true,\"mode\":420,\"contents\":{\"source\":\"data:,y\"}}]}}"),
        ("users", "", "\"passwd\":{\"users\":[{\"name\":\"a\",\"sshAuthorizedKeys\":[\"k\",\"k\"],\"uid\":5,\"gecos\":\"\",\"groups\":[\"g\"]}],\"groups\":[{\"name\":\"g\",\"gid\":5,\"passwordHash\":\"\"}]}", "{\"ignition\":{},\"passwd\":{\"users\":[{\"name\":\"a\",\"sshAuthorizedKeys\":[\"k\"],\"uid\":5,\"groups\":[\"g\"]}],\"groups\":[{\"name\":\"g\",\"gid\":5}]}}"),
        ("users that are created", "", "\"passwd\":{\"users\":[{\"name\":\"a\",\"create\":{\"uid\":5,\"homeDir\":\"/h\",\"groups\":[\"g\"],\"system\":true}}]}", "{\"ignition\":{},\"passwd\":{\"users\":[{\"name\":\"a\",\"homeDir\":\"/h\",\"uid\":5,\"system\":true,\"groups\":[\"g\"]}]}}"),
        ("unknown keys", "\"y\":1", "\"x\":1,\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"/a\",\"z\":{}}]}", "warning $.ignition.y: unused key y\nwarning $.storage.files.0.z: unused key z\nwarning $.x: unused key x"),
        ("wrong types", "", "\"storage\":{\"files\":{},\"disks\":[5]},\"systemd\":[]", "error $.storage.disks.0: an object is expected, not the number 5\nerror $.storage.files: a list is expected, not an object\nerror $.systemd: an object is expected, not a list"),
        ("rules of spec 3", "", "\"storage\":{\"files\":[{\"filesystem\":\"root\",\"path\":\"a\",\"mode\":\"x\"}]}", "error $.storage.files.0.mode: a whole number is expected, not a text"),
    ];

    private const string Zeros = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (row, version) in Table.SelectMany(r => Seconds.Select(v => (r, v))))
            {
                data.Add(row.Name, version);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_SpecTwo_IsTranslatedOrRefused(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        var reading = Read($"{{\"ignition\":{{\"version\":\"{version}\"{(row.Ignition.Length > 0 ? "," : "")}{row.Ignition}}}{(row.Body.Length > 0 ? "," : "")}{row.Body}}}");
        Assert.Equal(version, reading.TranslatedFrom);
        Assert.Equal("3.1.0", reading.Version?.ToString());
        var findings = string.Join('\n', reading.Findings.Select(f => $"{f.LevelName} {f.Path}: {f.Message}").Order(StringComparer.Ordinal));
        if (row.Result.StartsWith('{'))
        {
            Assert.Equal("", findings);
            Assert.Equal(row.Result, Encoding.UTF8.GetString(ConfigJson.Write(reading.Require().Node)).Replace("\"version\":\"3.1.0\",", "", StringComparison.Ordinal).Replace("\"version\":\"3.1.0\"", "", StringComparison.Ordinal));
        }
        else
        {
            Assert.Equal(row.Result, findings);
        }
    }

    [Fact]
    public void Read_ClusterApisKubeadmConfig_IsTranslated()
    {
        var reading = Read("""
            {"ignition":{"config":{},"security":{"tls":{}},"timeouts":{},"version":"2.3.0"},"networkd":{},"passwd":{"users":[{"name":"core","sshAuthorizedKeys":["ssh-ed25519 k"]}]},
             "storage":{"files":[
               {"filesystem":"root","path":"/etc/sudoers.d/core","contents":{"source":"data:,core%20ALL%3D(ALL)%20NOPASSWD%3AALL%0A","verification":{}},"mode":384},
               {"filesystem":"root","path":"/etc/kubeadm.sh","contents":{"source":"data:,%23!%2Fbin%2Fbash%0Akubeadm%20join%0A","verification":{}},"mode":448},
               {"filesystem":"root","path":"/etc/kubeadm.yml","contents":{"source":"data:,kind%3A%20JoinConfiguration%0A","verification":{}},"mode":384}]},
             "systemd":{"units":[{"contents":"[Unit]\nConditionPathExists=!/run/cluster-api/bootstrap-success.complete\n[Service]\nType=oneshot\nExecStart=/etc/kubeadm.sh\n[Install]\nWantedBy=multi-user.target\n","enabled":true,"name":"kubeadm.service"}]}}
            """);
        Assert.Empty(reading.Findings);
        var config = reading.Require();
        Assert.Equal(["/etc/sudoers.d/core", "/etc/kubeadm.sh", "/etc/kubeadm.yml"], config.Storage.Files.Select(f => f.Path));
        Assert.Equal([384L, 448L, 384L], config.Storage.Files.Select(f => f.Mode));
        Assert.True(config.Systemd.Units[0].Enabled);
        Assert.All(config.Storage.Files, f => Assert.True(f.Overwrite));
    }

    [Fact]
    public void Read_SpecOne_IsTranslated()
    {
        var reading = Read("""
            {"ignitionVersion":1,
             "storage":{"filesystems":[{"device":"/dev/disk/by-label/ROOT","format":"ext4","files":[{"path":"/a","contents":"x y","mode":420,"uid":500,"gid":501}]},
                                       {"device":"/dev/b","format":"btrfs","create":{"force":true,"options":["-f"]}}]},
             "systemd":{"units":[{"name":"a.service","enable":true,"contents":"[Install]\nWantedBy=x"}]},
             "networkd":{"units":[{"name":"b.network","contents":"z"}]},
             "passwd":{"users":[{"name":"core","create":{"groups":["wheel"]}}]}}
            """);
        Assert.Empty(reading.Findings);
        Assert.Equal("1", reading.TranslatedFrom);
        Assert.Equal(
            "{\"ignition\":{\"version\":\"3.1.0\"},\"storage\":{\"filesystems\":[{\"device\":\"/dev/b\",\"format\":\"btrfs\",\"wipeFilesystem\":true,\"options\":[\"-f\"]}],"
            + "\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"mode\":420,\"contents\":{\"source\":\"data:,x%20y\"},\"user\":{\"id\":500},\"group\":{\"id\":501}},{\"path\":\"/etc/systemd/network/b.network\",\"overwrite\":true,\"mode\":420,\"contents\":{\"source\":\"data:,z\"}}]},"
            + "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[Install]\\nWantedBy=x\",\"enabled\":true}]},\"passwd\":{\"users\":[{\"name\":\"core\",\"groups\":[\"wheel\"]}]}}",
            Encoding.UTF8.GetString(ConfigJson.Write(reading.Require().Node)));
    }

    [Fact]
    public void Read_SpecOneWithFilesElsewhere_IsRefused() =>
        Assert.Equal("HULL8040", Assert.Single(Read("{\"ignitionVersion\":1,\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext4\",\"files\":[{\"path\":\"/a\"}]}]}}").Findings).Code.Code);

    [Theory]
    [InlineData("{\"ignitionVersion\":2}", "HULL8003")]
    [InlineData("{\"ignition\":{\"version\":\"2.5.0\"}}", "HULL8004")]
    [InlineData("{\"ignition\":{\"version\":\"2.4.0-experimental\"}}", "HULL8004")]
    public void Read_OlderVersionsThatNeverWere_AreRefused(string text, string code) => Assert.Equal(code, Assert.Single(Read(text).Findings).Code.Code);

    private static ConfigReading Read(string text) => ConfigReader.Read(Encoding.UTF8.GetBytes(text), "a.ign");
}
