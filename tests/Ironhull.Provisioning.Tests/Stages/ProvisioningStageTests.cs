using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Machines.Fakes;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Stages;
using Ironhull.Provisioning.Tests.Engine.Disks;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Stages;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ProvisioningStageTests
{
    private const string Firmware = "sys/firmware/qemu_fw_cfg/by_name/opt/com.coreos/config/raw";

    [Fact]
    public void FetchOffline_ConfigWithAllInside_NeedsNoNetwork()
    {
        using var node = new Node(Config("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\"}}]}"));
        node.Run("fetch-offline");
        Assert.False(File.Exists(node["run/neednet"]));
        Assert.Equal((UnixFileMode)0x1A0, File.GetUnixFileMode(node["run/cache"]));
        Assert.Contains("\"fetchedConfigs\":[{\"kind\":\"user\",\"source\":\"qemu\",\"referenced\":false}]", File.ReadAllText(node["run/state"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"http://a/b\"}}]}", true)]
    [InlineData("\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"source\":\"tftp://a/b\"}]}]}", true)]
    [InlineData("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"oem:///b\"}}]}", false)]
    [InlineData("\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/dev/b\",\"clevis\":{\"tang\":[{\"url\":\"http://a\",\"thumbprint\":\"x\"}]}}]}", true)]
    [InlineData("\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/dev/b\",\"clevis\":{\"tang\":[{\"url\":\"http://a\",\"thumbprint\":\"x\",\"advertisement\":\"{}\"}]}}]}", false)]
    [InlineData("\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/dev/b\",\"clevis\":{\"custom\":{\"pin\":\"tang\",\"config\":\"{}\",\"needsNetwork\":true}}}]}", true)]
    [InlineData("\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/dev/b\",\"keyFile\":{\"source\":\"https://a/b\"}}]}", true)]
    [InlineData("\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/dev/b\",\"clevis\":{\"tpm2\":true}}]}", false)]
    [InlineData("\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[Service]\\nExecStart=/bin/curl http://a\"}]}", false)]
    public void FetchOffline_ConfigThatNeedsTheNetwork_SaysSo(string section, bool needed)
    {
        using var node = new Node(Config(section, "3.4.0"));
        node.Run("fetch-offline");
        Assert.Equal(needed, File.Exists(node["run/neednet"]));
        Assert.True(File.Exists(node["run/cache"]));
    }

    /// <summary>Name and keys of the platform are below what the config says: keys of both, the name of the one that has one.</summary>
    [Theory]
    [InlineData("", "from-metadata")]
    [InlineData("\"storage\":{\"files\":[{\"path\":\"/etc/hostname\",\"contents\":{\"source\":\"data:,from-config\"}}]},", "from-config")]
    public void Fetch_Metadata_IsBelowTheConfig(string section, string name)
    {
        const string Own = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl own";
        const string Other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJm other";
        using var node = new Node("") { Platform = "openstack" };
        node.Put("root/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
        node.Put("root/etc/group", "root:x:0:\n");
        node.Volumes.Labels["config-2"] = "/dev/vdb";
        node.Volumes.Contents["/dev/vdb"] = new()
        {
            ["openstack/latest/user_data"] = Encoding.UTF8.GetBytes(Config($"{section}\"passwd\":{{\"users\":[{{\"name\":\"core\",\"uid\":1234,\"sshAuthorizedKeys\":[\"{Own}\"]}}]}}")),
            ["openstack/latest/meta_data.json"] = Encoding.UTF8.GetBytes($"{{\"hostname\":\"from-metadata\",\"public_keys\":{{\"a\":\"{Other}\"}}}}"),
        };
        node.Run("fetch-offline");
        Assert.False(File.Exists(node["run/neednet"]));
        node.Run("files");
        Assert.Equal(name, File.ReadAllText(node["root/etc/hostname"]).Trim());
        Assert.Equal([Other, Own], File.ReadAllLines(node["root/home/core/.ssh/authorized_keys.d/ignition"]));
        Assert.Contains("core:x:1234:", File.ReadAllText(node["root/etc/passwd"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quiet rd.neednet=1", true)]
    [InlineData("rd.neednet", true)]
    [InlineData("rd.neednet=0", false)]
    [InlineData("ip=dhcp", false)]
    public void FetchOffline_CommandLineThatWantsTheNetwork_SaysSo(string words, bool needed)
    {
        using var node = new Node(Config("\"systemd\":{}"));
        node.Put("proc/cmdline", words);
        node.Run("fetch-offline");
        Assert.Equal(needed, File.Exists(node["run/neednet"]));
    }

    [Theory]
    [InlineData("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"http://a/b\"}}]}", "HULL8080")]
    [InlineData("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,b\"}}]}", null)]
    public void FetchOffline_MachineWithoutNetwork_RefusesWhatNeedsIt(string section, string? code)
    {
        using var node = new Node(Config(section)) { IsOffline = true };
        Assert.Equal(code, (Record.Exception(() => node.Run("fetch-offline")) as HullException)?.Code.Code);
        Assert.False(File.Exists(node["run/neednet"]));
    }

    /// <summary>Before a policy is loaded the kernel labels nothing; any label may be written then, as on a machine without SELinux.</summary>
    [Fact]
    public void Files_RootWithLabels_NewOnesHaveThatOfTheirFolderAndOthersTheirOwn()
    {
        using var node = new Node(Config("\"storage\":{\"files\":[{\"path\":\"/etc/a/b\"},{\"path\":\"/etc/own\",\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"}}],\"links\":[{\"path\":\"/etc/l\",\"target\":\"a\"}]}"));
        node.Put("root/etc/own", "old");
        HostTool.Run("setfattr", "-n", "security.selinux", "-v", "system_u:object_r:etc_t:s0", node["root/etc"]);
        HostTool.Run("setfattr", "-n", "security.selinux", "-v", "system_u:object_r:shadow_t:s0", node["root/etc/own"]);
        node.Run("fetch-offline");
        node.Run("files");
        foreach (var (path, label) in (ReadOnlySpan<(string, string)>)[("a", "etc_t"), ("a/b", "etc_t"), ("l", "etc_t"), ("own", "shadow_t")])
        {
            Assert.Contains($"object_r:{label}:s0", HostTool.Run("getfattr", "-h", "--only-values", "-n", "security.selinux", node[$"root/etc/{path}"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FetchOffline_MergedConfigElsewhere_IsLeftToFetch()
    {
        using var server = new FakeHttpServer(_ => FakeAnswer.Text(Config("\"storage\":{\"files\":[{\"path\":\"/b\",\"contents\":{\"source\":\"data:,y\"}}]}")));
        using var node = new Node($"{{\"ignition\":{{\"version\":\"3.4.0\",\"config\":{{\"merge\":[{{\"source\":\"{server.Url}\"}}]}}}}}}");
        node.Run("fetch-offline");
        Assert.True(File.Exists(node["run/neednet"]));
        Assert.False(File.Exists(node["run/cache"]));
        Assert.Empty(server.Requests);
        node.Run("fetch");
        node.Run("files");
        Assert.Equal("y", File.ReadAllText(node["root/b"]));
        Assert.Contains(server.Url.ToString(), File.ReadAllText(node["run/state"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_ParentsHeadersTimeoutsAndAuthorities_HoldForWhatItMerges()
    {
        using var server = new FakeHttpServer(r => r.Headers.GetValueOrDefault("X-Key") == "k" ? FakeAnswer.Text(Config("\"systemd\":{}")) : new(403, []));
        using var node = new Node($"{{\"ignition\":{{\"version\":\"3.4.0\",\"config\":{{\"replace\":{{\"source\":\"{server.Url}\",\"httpHeaders\":[{{\"name\":\"X-Key\",\"value\":\"k\"}}]}}}}}}}}");
        node.Run("fetch");
        Assert.Equal("{\"ignition\":{\"version\":\"3.4.0\"},\"systemd\":{}}", File.ReadAllText(node["run/cache"]));
    }

    [Fact]
    public void Fetch_CertificateAuthorities_AreInsideTheCache()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var server = new FakeHttpServer(_ => FakeAnswer.Text(certificate.ExportCertificatePem()));
        using var node = new Node($"{{\"ignition\":{{\"version\":\"3.4.0\",\"security\":{{\"tls\":{{\"certificateAuthorities\":[{{\"source\":\"{server.Url}\",\"httpHeaders\":[{{\"name\":\"X-A\",\"value\":\"b\"}}]}}]}}}}}}}}");
        node.Run("fetch");
        node.Run("files");
        Assert.Single(server.Requests);
        Assert.Contains("[{\"source\":\"data:", File.ReadAllText(node["run/cache"]), StringComparison.Ordinal);
        Assert.DoesNotContain("http", File.ReadAllText(node["run/cache"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void Fetch_EmptyConfig_IsNoConfig(string text)
    {
        using var node = new Node(text);
        node.Run("fetch-offline");
        node.Run("files");
        Assert.Equal("{\"ignition\":{\"version\":\"3.6.0\"}}", File.ReadAllText(node["run/cache"]));
        using var result = JsonDocument.Parse(File.ReadAllText(node["root/etc/.ignition-result.json"]));
        Assert.False(result.RootElement.GetProperty("userConfigProvided").GetBoolean());
    }

    [Fact]
    public void Fetch_RefusedConfig_LeavesNoCache()
    {
        using var node = new Node("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"path\":\"relative\"}]}}");
        Assert.Equal("HULL8011", Assert.Throws<HullException>(() => node.Run("fetch-offline")).Code.Code);
        Assert.False(File.Exists(node["run/cache"]));
        Assert.Equal("HULL8086", Assert.Throws<HullException>(() => node.Run("files")).Code.Code);
    }

    [Fact]
    public void Fetch_SourcesOfAConfig_CommandLineThenSystemThenPlatform()
    {
        using var server = new FakeHttpServer(_ => FakeAnswer.Text(FileConfig("command line")));
        using var node = new Node(FileConfig("platform"));
        Assert.Equal("platform", node.Provision());
        node.Put("usr/lib/ignition/user.ign", FileConfig("system"));
        Assert.Equal("system", node.Provision());
        node.Put("run/ignition/user.ign", FileConfig("runtime"));
        Assert.Equal("runtime", node.Provision());
        node.Put("proc/cmdline", $"quiet ignition.config.url={server.Url}x.ign rw\n");
        Assert.Equal("command line", node.Provision());
    }

    [Fact]
    public void Stages_BaseConfigs_AreMergedBelowAtEveryStage()
    {
        using var node = new Node(Config("\"storage\":{\"files\":[{\"path\":\"/user\",\"contents\":{\"source\":\"data:,u\"}},{\"path\":\"/both\",\"contents\":{\"source\":\"data:,user\"}}]}"));
        node.Put("usr/lib/ignition/base.d/10-a.ign", Config("\"storage\":{\"files\":[{\"path\":\"/hidden\"}]}"));
        node.Put("etc/ignition/base.d/10-a.ign", Config("\"storage\":{\"files\":[{\"path\":\"/base\"},{\"path\":\"/both\",\"contents\":{\"source\":\"data:,base\"}}]}"));
        node.Put("usr/lib/ignition/base.platform.d/qemu/a.ign", Config("\"storage\":{\"files\":[{\"path\":\"/platform\"}]}"));
        node.Put("usr/lib/ignition/base.platform.d/azure/a.ign", Config("\"storage\":{\"files\":[{\"path\":\"/other\"}]}"));
        node.Run("fetch-offline");
        Assert.DoesNotContain("/base", File.ReadAllText(node["run/cache"]), StringComparison.Ordinal);
        node.Run("files");
        Assert.Equal("user", File.ReadAllText(node["root/both"]));
        Assert.Equal([true, true, true, false, false], new[] { "base", "platform", "user", "hidden", "other" }.Select(f => File.Exists(node[$"root/{f}"])));
    }

    [Theory]
    [InlineData("shouldExist", "quiet", true)]
    [InlineData("shouldExist", "a=b quiet", true)]
    [InlineData("shouldExist", "missing", false)]
    [InlineData("shouldNotExist", "missing", true)]
    [InlineData("shouldNotExist", "a=b", false)]
    public void Kargs_WordsThatDoNotHold_ReportHULL8087(string list, string words, bool holds)
    {
        using var node = new Node(Config($"\"kernelArguments\":{{\"{list}\":[\"{words}\"]}}"));
        node.Put("proc/cmdline", "root=x a=b quiet\n");
        node.Run("fetch-offline");
        var error = Record.Exception(() => node.Run("kargs"));
        Assert.Equal(holds ? null : "HULL8087", (error as HullException)?.Code.Code);
    }

    [Fact]
    public void Disks_VolumeWithAKey_IsInTheCrypttabAfterFiles()
    {
        using var node = new Node(Config(
            "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"label\":\"p\"}]}],"
            + "\"luks\":[{\"name\":\"v\",\"device\":\"/dev/b\",\"keyFile\":{\"source\":\"data:,secret\"}},{\"name\":\"t\",\"device\":\"/dev/c\",\"clevis\":{\"tpm2\":true}}]}", "3.4.0"));
        node.Put("root/etc/crypttab", "other UUID=1 none luks\nv UUID=old none luks\n");
        node.Answer = call => call.Contains("luksUUID", StringComparison.Ordinal) ? "u1\n" : "";
        foreach (var stage in ProvisioningStage.Names)
        {
            node.Run(stage);
        }

        using (var disk = File.OpenRead(node.Devices.Files["/dev/a"]))
        {
            Assert.Equal("p", Assert.Single(Formats.Gpt.GptTable.Read(disk).Partitions).Name);
        }

        Assert.Equal("other UUID=1 none luks\nv UUID=u1 /etc/luks/v luks\nt UUID=u1 none luks,tpm2-device=auto\n", File.ReadAllText(node["root/etc/crypttab"]));
        Assert.Equal("secret", File.ReadAllText(node["root/etc/luks/v"]));
        Assert.Equal(((UnixFileMode)0x180, (UnixFileMode)0x1C0), (File.GetUnixFileMode(node["root/etc/luks/v"]), File.GetUnixFileMode(node["root/etc/luks"])));
        Assert.False(Path.Exists(node["root/etc/luks/t"]) || Path.Exists(node["run/ignition/luks-keyfiles"]));
        Assert.DoesNotContain(node.Log, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Mount_FileSystemsWithPaths_AreBelowTheRootInOrder()
    {
        using var node = new Node(Config(
            "\"storage\":{\"filesystems\":[{\"device\":\"/dev/b\",\"format\":\"xfs\",\"path\":\"/var/lib\",\"mountOptions\":[\"ro\",\"nosuid\"]},{\"device\":\"/dev/a\",\"format\":\"ext4\",\"path\":\"/var\"},"
            + "{\"device\":\"/dev/c\",\"format\":\"swap\"},{\"device\":\"/dev/d\",\"format\":\"ext4\"}]}", "3.4.0"));
        Directory.CreateDirectory(node["root/real"]);
        File.CreateSymbolicLink(node["root/var"], "/real");
        node.Answer = _ => "";
        node.Run("fetch");
        node.Run("mount");
        node.Run("umount");
        var root = Path.GetFullPath(node["root"]);
        Assert.Equal(
            [
                $"mount --types ext4 -- /dev/a {root}/real", $"mount --options ro,nosuid --types xfs -- /dev/b {root}/real/lib",
                $"umount -- {root}/real/lib", $"umount -- {root}/real",
            ], node.Calls);
    }

    [Fact]
    public void Files_Twice_AppendsOnce()
    {
        using var node = new Node(Config("\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"source\":\"data:,x%0A\"}]}]}"));
        node.Put("root/a", "old\n");
        node.Run("fetch-offline");
        node.Run("files");
        node.Run("files");
        Assert.Equal("old\nx\n", File.ReadAllText(node["root/a"]));
    }

    [Fact]
    public void Files_AnotherBoot_KeepsTheReportOfTheFirst()
    {
        using var node = new Node(Config("\"systemd\":{}"));
        node.Run("fetch-offline");
        node.Put("proc/sys/kernel/random/boot_id", "first\n");
        node.Run("files");
        node.Run("files");
        node.Put("proc/sys/kernel/random/boot_id", "second\n");
        node.Run("files");
        using var result = JsonDocument.Parse(File.ReadAllText(node["root/etc/.ignition-result.json"]));
        Assert.Equal("second", result.RootElement.GetProperty("provisioningBootID").GetString());
        Assert.True(result.RootElement.GetProperty("userConfigProvided").GetBoolean());
        var previous = result.RootElement.GetProperty("previousReport");
        Assert.Equal("first", previous.GetProperty("provisioningBootID").GetString());
        Assert.False(previous.TryGetProperty("previousReport", out _));
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(node["root/etc/.ignition-result.json"]));
    }

    [Fact]
    public void Files_NewHome_IsACopyOfTheSkeleton()
    {
        using var node = new Node(Config("\"passwd\":{\"users\":[{\"name\":\"core\"}]}"));
        node.Put("root/etc/skel/.profile", "profile");
        node.Put("root/etc/skel/.config/a/b", "b");
        File.CreateSymbolicLink(node["root/etc/skel/link"], ".profile");
        node.Run("fetch-offline");
        node.Run("files");
        Assert.Equal("profile", File.ReadAllText(node["root/home/core/.profile"]));
        Assert.Equal("b", File.ReadAllText(node["root/home/core/.config/a/b"]));
        Assert.Equal(".profile", new FileInfo(node["root/home/core/link"]).LinkTarget);
        Assert.Equal((1000U, 1000U), node.Owners.Owners["/home/core/.config/a/b"]);
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(node["root/home/core"]));
    }

    [Fact]
    public void Run_UnknownStage_ReportsHULL9010()
    {
        using var node = new Node("");
        Assert.Equal("HULL9010", Assert.Throws<HullException>(() => node.Run("nonsense")).Code.Code);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"fetchedConfigs\":[{}]}")]
    [InlineData("{\"fetchedConfigs\":{}}")]
    public void Run_StateThatIsNone_ReportsHULL8086(string text)
    {
        using var node = new Node("");
        node.Put("run/state", text);
        Assert.Equal("HULL8086", Assert.Throws<HullException>(() => node.Run("fetch-offline")).Code.Code);
    }

    [Fact]
    public void Run_SecretsOfAConfig_AreNotLogged()
    {
        using var node = new Node("{\"ignition\":{\"version\":\"3.4.0\",\"config\":{\"merge\":[{\"source\":\"data:,%7B%22ignition%22:%7B%22version%22:%223.4.0%22%7D%7D\"}]}},\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,verysecret\"}}]}}");
        node.Run("fetch-offline");
        node.Run("files");
        Assert.NotEmpty(node.Log);
        Assert.DoesNotContain("secret", string.Join('\n', node.Log), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", File.ReadAllText(node["run/state"]), StringComparison.Ordinal);
    }

    private static string Config(string section, string version = "3.4.0") => $"{{\"ignition\":{{\"version\":\"{version}\"}},{section}}}";

    private static string FileConfig(string text) =>
        Config($"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"overwrite\":true,\"contents\":{{\"source\":\"data:,{text.Replace(" ", "%20", StringComparison.Ordinal)}\"}}}}]}}");

    /// <summary>A machine that is a folder.</summary>
    private sealed class Node : IDisposable
    {
        private readonly TempFolder _folder = new();

        public Node(string config)
        {
            Directory.CreateDirectory(this["root"]);
            Put(Firmware, config);
        }

        public List<string> Log { get; } = [];

        public bool IsOffline { get; init; }

        public RecordedOwnership Owners { get; } = new();

        public FileDevices Devices => field ??= new(_folder, 4);

        /// <summary>What programs print, by their call.</summary>
        public Func<string, string?> Answer { get; set; } = _ => throw new InvalidOperationException("No program is expected.");

        public List<string> Calls { get; } = [];

        public string this[string path] => _folder[path];

        public void Dispose() => _folder.Dispose();

        public void Put(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
            File.WriteAllText(this[path], text, new UTF8Encoding(false));
        }

        public string Platform { get; init; } = "qemu";

        public FolderVolumes Volumes { get; } = new();

        public string Provision()
        {
            Run("fetch");
            Run("files");
            return File.ReadAllText(this["root/a"]);
        }

        public void Run(string stage) => new ProvisioningStage(
            new() { Stage = stage, Platform = Platform, Root = this["root"], ConfigCache = this["run/cache"], NeedNet = this["run/neednet"], StateFile = this["run/state"], IsOffline = IsOffline },
            new NodePaths(_folder.Root), Volumes, _ => { }, Owners, new(Devices, new RecordedPrograms(Answer, Calls)), TimeProvider.System, Log.Add).Run();
    }
}
