using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Merging;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Provisioning.Tests.Json;
using Ironhull.Provisioning.Tests.Validation;

namespace Ironhull.Provisioning.Tests.Merging;

public sealed class MergeTests
{
    /// <summary>Name, since, parent, child, result; the keys beside "ignition".</summary>
    private static readonly (string Name, int Since, string Parent, string Child, string Result)[] Table =
    [
        ("a value that only the parent has stays", 0, "\"passwd\":{\"users\":[{\"name\":\"a\",\"uid\":1}]}", "", "\"passwd\":{\"users\":[{\"name\":\"a\",\"uid\":1}]}"),
        ("a value that only the child has comes", 0, "", "\"passwd\":{\"users\":[{\"name\":\"a\",\"uid\":1}]}", "\"passwd\":{\"users\":[{\"name\":\"a\",\"uid\":1}]}"),
        ("entries of the same key are merged", 0, "\"passwd\":{\"users\":[{\"name\":\"a\",\"uid\":1,\"shell\":\"x\"}]}", "\"passwd\":{\"users\":[{\"name\":\"a\",\"uid\":2,\"gecos\":\"g\"}]}", "\"passwd\":{\"users\":[{\"gecos\":\"g\",\"name\":\"a\",\"shell\":\"x\",\"uid\":2}]}"),
        ("entries keep the parent's place and new ones follow", 0, "\"storage\":{\"files\":[{\"path\":\"/a\"},{\"path\":\"/b\"}]}", "\"storage\":{\"files\":[{\"path\":\"/c\"},{\"path\":\"/a\",\"mode\":1}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":1},{\"path\":\"/b\"},{\"path\":\"/c\"}]}"),
        ("lists of keys are united", 0, "\"passwd\":{\"users\":[{\"name\":\"a\",\"sshAuthorizedKeys\":[\"k\",\"l\"]}]}", "\"passwd\":{\"users\":[{\"name\":\"a\",\"sshAuthorizedKeys\":[\"m\",\"k\"]}]}", "\"passwd\":{\"users\":[{\"name\":\"a\",\"sshAuthorizedKeys\":[\"k\",\"l\",\"m\"]}]}"),
        ("appended contents are joined", 0, "\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"source\":\"data:,x\"}]}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"source\":\"data:,x\"}]}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"source\":\"data:,x\"},{\"source\":\"data:,x\"}]}]}"),
        ("options of file systems are joined", 0, "\"storage\":{\"filesystems\":[{\"device\":\"/a\",\"format\":\"ext4\",\"options\":[\"x\"]}]}", "\"storage\":{\"filesystems\":[{\"device\":\"/a\",\"format\":\"xfs\",\"options\":[\"x\"]}]}", "\"storage\":{\"filesystems\":[{\"device\":\"/a\",\"format\":\"xfs\",\"options\":[\"x\",\"x\"]}]}"),
        ("mount options are joined", 1, "\"storage\":{\"filesystems\":[{\"device\":\"/a\",\"format\":\"ext4\",\"mountOptions\":[\"x\"]}]}", "\"storage\":{\"filesystems\":[{\"device\":\"/a\",\"mountOptions\":[\"y\"],\"format\":\"ext4\"}]}", "\"storage\":{\"filesystems\":[{\"device\":\"/a\",\"format\":\"ext4\",\"mountOptions\":[\"x\",\"y\"]}]}"),
        ("options of arrays are joined and devices united", 0, "\"storage\":{\"raid\":[{\"name\":\"a\",\"level\":\"1\",\"devices\":[\"/a\",\"/b\"],\"options\":[\"o\"]}]}", "\"storage\":{\"raid\":[{\"name\":\"a\",\"level\":\"5\",\"devices\":[\"/c\",\"/a\"],\"options\":[\"o\"]}]}", "\"storage\":{\"raid\":[{\"devices\":[\"/a\",\"/b\",\"/c\"],\"level\":\"5\",\"name\":\"a\",\"options\":[\"o\",\"o\"]}]}"),
        ("options of volumes are joined", 2, "\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/a\",\"options\":[\"o\"]}]}", "\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/b\",\"options\":[\"o\"]}]}", "\"storage\":{\"luks\":[{\"device\":\"/b\",\"name\":\"a\",\"options\":[\"o\",\"o\"]}]}"),
        ("a file takes a directory's place", 0, "\"storage\":{\"directories\":[{\"path\":\"/a\",\"mode\":1},{\"path\":\"/b\"}]}", "\"storage\":{\"files\":[{\"path\":\"/a\"}]}", "\"storage\":{\"directories\":[{\"path\":\"/b\"}],\"files\":[{\"path\":\"/a\"}]}"),
        ("a link takes a file's place", 0, "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":1}]}", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}]}", "\"storage\":{\"files\":[],\"links\":[{\"path\":\"/a\",\"target\":\"b\"}]}"),
        ("partitions meet by number", 0, "\"storage\":{\"disks\":[{\"device\":\"/d\",\"partitions\":[{\"number\":1,\"label\":\"a\"}]}]}", "\"storage\":{\"disks\":[{\"device\":\"/d\",\"partitions\":[{\"number\":1,\"label\":\"b\"}]}]}", "\"storage\":{\"disks\":[{\"device\":\"/d\",\"partitions\":[{\"label\":\"b\",\"number\":1}]}]}"),
        ("partitions meet by label where they have no number", 0, "\"storage\":{\"disks\":[{\"device\":\"/d\",\"partitions\":[{\"label\":\"a\",\"sizeMiB\":1}]}]}", "\"storage\":{\"disks\":[{\"device\":\"/d\",\"partitions\":[{\"label\":\"a\",\"sizeMiB\":2},{\"number\":2,\"label\":\"c\"}]}]}", "\"storage\":{\"disks\":[{\"device\":\"/d\",\"partitions\":[{\"label\":\"a\",\"sizeMiB\":2},{\"number\":2,\"label\":\"c\"}]}]}"),
        ("drop-ins meet by name", 0, "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true,\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[A]\"},{\"name\":\"b.conf\"}]}]}", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[B]\"}]}]}", "\"systemd\":{\"units\":[{\"dropins\":[{\"contents\":\"[B]\",\"name\":\"a.conf\"},{\"name\":\"b.conf\"}],\"enabled\":true,\"name\":\"a.service\"}]}"),
        ("a header without value goes", 1, "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"http://a\",\"httpHeaders\":[{\"name\":\"x\",\"value\":\"1\"},{\"name\":\"y\",\"value\":\"2\"}]}}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"http://a\",\"httpHeaders\":[{\"name\":\"x\"},{\"name\":\"y\",\"value\":\"3\"}]}}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"httpHeaders\":[{\"name\":\"y\",\"value\":\"3\"}],\"source\":\"http://a\"}}]}"),
        ("an empty text of the child counts", 0, "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\",\"compression\":\"gzip\"}}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,y\",\"compression\":\"\"}}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"compression\":\"\",\"source\":\"data:,y\"}}]}"),
        ("a false of the child counts", 0, "\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"\"}}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":false}]}", "\"storage\":{\"files\":[{\"overwrite\":false,\"path\":\"/a\",\"contents\":{\"source\":\"\"}}]}"),
        ("a null of the child does not", 0, "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":1}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":null}]}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":1}]}"),
        ("a kernel argument that the child does not want goes", 3, "\"kernelArguments\":{\"shouldExist\":[\"a\",\"b\"]}", "\"kernelArguments\":{\"shouldNotExist\":[\"a\"]}", "\"kernelArguments\":{\"shouldExist\":[\"b\"],\"shouldNotExist\":[\"a\"]}"),
        ("tang servers meet by url", 2, "\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/a\",\"clevis\":{\"tang\":[{\"url\":\"http://t\",\"thumbprint\":\"x\"}]}}]}", "\"storage\":{\"luks\":[{\"name\":\"a\",\"device\":\"/a\",\"clevis\":{\"tang\":[{\"url\":\"http://t\",\"thumbprint\":\"y\"}]}}]}", "\"storage\":{\"luks\":[{\"clevis\":{\"tang\":[{\"thumbprint\":\"y\",\"url\":\"http://t\"}]},\"device\":\"/a\",\"name\":\"a\"}]}"),
    ];

    internal static IEnumerable<TableCase> Rows => Table.Select(r => TableCase.Applied("merge", r.Name, r.Since, ""));

    public static TheoryData<string, string> Cases => VersionedCases.Of(Table.Select(r => (r.Name, r.Since)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Merge_CaseOfTheTable_GivesTheResult(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        var merged = ConfigMerger.Merge(Read(row.Parent, version), Read(row.Child, version));
        Assert.Equal(Canonical.Of(Text(row.Result, version)), Canonical.Of(Encoding.UTF8.GetString(ConfigJson.Write(merged.Node))));
        CaseReport.Pass(Rows.Single(r => r.Name == name), version);
    }

    [Fact]
    public void Merge_WithNothing_ChangesNothing()
    {
        foreach (var (@case, version) in ConfigCases.Registered())
        {
            if (ConfigReader.Read(Encoding.UTF8.GetBytes(@case.Text(version)), "a").Config is not { } config)
            {
                continue;
            }

            var empty = Read("", version.ToString());
            var text = Canonical.Of(Encoding.UTF8.GetString(ConfigJson.Write(config.Node)));
            Assert.Equal(text, Canonical.Of(Encoding.UTF8.GetString(ConfigJson.Write(ConfigMerger.Merge(config, empty).Node))));
            Assert.Equal(text, Canonical.Of(Encoding.UTF8.GetString(ConfigJson.Write(ConfigMerger.Merge(empty, config).Node))));
        }
    }

    [Fact]
    public void Merge_InAnyGrouping_GivesTheSame()
    {
        var configs = ConfigCases.Registered().Where(r => r.Version.Minor == 4).Select(r => ConfigReader.Read(Encoding.UTF8.GetBytes(r.Case.Text(r.Version)), "a").Config).OfType<Provisioning.Model.IgnitionConfig>().ToArray();
        var which = Gen.Int[0, configs.Length - 1];
        Gen.Select(which, which, which).Sample((a, b, c) =>
        {
            // What is a file in one and a link in another goes; what comes later begins anew, so there the grouping counts.
            if (HaveAPathOfTwoKinds(configs[a], configs[b], configs[c]))
            {
                return;
            }

            var left = ConfigMerger.Merge(ConfigMerger.Merge(configs[a], configs[b]), configs[c]);
            var right = ConfigMerger.Merge(configs[a], ConfigMerger.Merge(configs[b], configs[c]));
            Assert.Equal(Canonical.Of(left.Node), Canonical.Of(right.Node));
        }, iter: 20_000, seed: "0000KOIPcNg4");
    }

    [Fact]
    public void Merge_PathOfTwoKinds_BeginsAnewWithTheLast()
    {
        var file = Read("\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\"}}]}", "3.4.0");
        var link = Read("\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}]}", "3.4.0");
        var append = Read("\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"source\":\"data:,y\"}]}]}", "3.4.0");
        var merged = ConfigMerger.Merge(ConfigMerger.Merge(file, link), append);
        Assert.Empty(merged.Storage.Links);
        var left = Assert.Single(merged.Storage.Files);
        Assert.Null(left.Contents.Source);
        Assert.Single(left.Append);
    }

    private static bool HaveAPathOfTwoKinds(params Provisioning.Model.IgnitionConfig[] configs) => configs
        .SelectMany(c => c.Storage.Files.Select(f => ("file", f.Path)).Concat(c.Storage.Directories.Select(d => ("directory", d.Path))).Concat(c.Storage.Links.Select(l => ("link", l.Path))))
        .Distinct().GroupBy(e => e.Path, StringComparer.Ordinal).Any(g => g.Count() > 1);

    [Fact]
    public void Assemble_MergeAndReplace_FollowsThemDepthFirst()
    {
        var leaf = Config("", "\"storage\":{\"files\":[{\"path\":\"/leaf\"},{\"path\":\"/a\",\"mode\":3}]}");
        var middle = Config($"\"config\":{{\"merge\":[{{\"source\":\"{DataUrl.Encode(Encoding.UTF8.GetBytes(leaf))}\"}}]}}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":2}]}");
        var second = Config("", "\"storage\":{\"files\":[{\"path\":\"/a\",\"user\":{\"id\":7}}]}");
        var root = Config($"\"config\":{{\"merge\":[{{\"source\":\"{DataUrl.Encode(Encoding.UTF8.GetBytes(middle))}\"}},{{\"source\":\"{DataUrl.Encode(Encoding.UTF8.GetBytes(second))}\"}}]}}", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":1}]}");
        var (config, _) = new ConfigAssembler(ResourceContents.FromUrl).Assemble(Encoding.UTF8.GetBytes(root), "a.ign");
        Assert.Equal(["/a", "/leaf"], config.Storage.Files.Select(f => f.Path));
        Assert.Equal((3L, 7L), (config.Storage.Files[0].Mode, config.Storage.Files[0].User.Id));
        Assert.Empty(config.Ignition.Merge);

        var replaced = Config($"\"config\":{{\"replace\":{{\"source\":\"{DataUrl.Encode(Encoding.UTF8.GetBytes(second))}\"}}}}", "\"storage\":{\"files\":[{\"path\":\"/x\"}]}");
        Assert.Equal(["/a"], new ConfigAssembler(ResourceContents.FromUrl).Assemble(Encoding.UTF8.GetBytes(replaced), "a.ign").Config.Storage.Files.Select(f => f.Path));
    }

    [Fact]
    public void Assemble_OlderAndNewer_TakesTheNewerVersionAndTheOldersSpecialBitsAway()
    {
        var child = "{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"path\":\"/b\",\"mode\":2541}]}}";
        var root = $"{{\"ignition\":{{\"version\":\"3.1.0\",\"config\":{{\"merge\":[{{\"source\":\"{DataUrl.Encode(Encoding.UTF8.GetBytes(child))}\"}}]}}}},\"storage\":{{\"files\":[{{\"path\":\"/a\",\"mode\":2541}}]}}}}";
        var (config, version) = new ConfigAssembler(ResourceContents.FromUrl).Assemble(Encoding.UTF8.GetBytes(root), "a.ign");
        Assert.Equal("3.4.0", version.ToString());
        Assert.Equal("3.4.0", config.Ignition.Version);
        Assert.Equal([493L, 2541L], config.Storage.Files.Select(f => f.Mode));
    }

    [Fact]
    public void Assemble_ResultThatBreaksARule_IsRefused()
    {
        var child = Config("", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}]}");
        var root = Config($"\"config\":{{\"merge\":[{{\"source\":\"{DataUrl.Encode(Encoding.UTF8.GetBytes(child))}\"}}]}}", "\"storage\":{\"files\":[{\"path\":\"/a/c\"}]}");
        Assert.Equal("HULL8021", Assert.Throws<HullException>(() => new ConfigAssembler(ResourceContents.FromUrl).Assemble(Encoding.UTF8.GetBytes(root), "a.ign")).Code.Code);
    }

    [Fact]
    public void Assemble_ConfigThatMergesItself_Ends()
    {
        var root = Encoding.UTF8.GetBytes(Config("\"config\":{\"merge\":[{\"source\":\"http://a\"},{\"source\":\"http://b\"}]}", ""));
        Assert.Equal("HULL8005", Assert.Throws<HullException>(() => new ConfigAssembler(_ => root).Assemble(root, "a.ign")).Code.Code);
    }

    private static Provisioning.Model.IgnitionConfig Read(string body, string version) => ConfigReader.Read(Encoding.UTF8.GetBytes(Text(body, version)), "a").Require();

    private static string Text(string body, string version) => $"{{\"ignition\":{{\"version\":\"{version}\"}}{(body.Length > 0 ? "," : "")}{body}}}";

    private static string Config(string ignition, string body) => $"{{\"ignition\":{{\"version\":\"3.4.0\"{(ignition.Length > 0 ? "," : "")}{ignition}}}{(body.Length > 0 ? "," : "")}{body}}}";
}
