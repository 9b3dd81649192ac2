using System.Text;
using Ironhull.Cli.Output;
using Ironhull.Compose.Inspection;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Trees;
using Ironhull.Provisioning.Planning;

namespace Ironhull.Cli.Tests.Output;

public sealed class PlanOutputTests
{
    private const string Config = """
        {"ignition":{"version":"3.4.0"},
         "passwd":{"users":[{"name":"core","passwordHash":"secret","sshAuthorizedKeys":["secret"]}]},
         "kernelArguments":{"shouldExist":["quiet","missing"]},
         "storage":{
          "disks":[{"device":"/dev/vdb","partitions":[{"number":1,"label":"data","sizeMiB":64},{"number":2,"label":"rest"}]}],
          "filesystems":[{"device":"/dev/disk/by-partlabel/data","format":"ext4","path":"/var/lib/data"}],
          "files":[
           {"path":"/etc/hostname","contents":{"source":"data:,secret"}},
           {"path":"/etc/hosts","append":[{"source":"data:,secret"}]},
           {"path":"/etc/motd","overwrite":true,"contents":{"source":"data:,secret"}},
           {"path":"/opt/big","contents":{"source":"https://user:secret@host/big?sig=secret"}},
           {"path":"/usr/local/tool","contents":{"source":"data:,secret"}}],
          "links":[{"path":"/etc/localtime","target":"../usr/share/zoneinfo/UTC"}]},
         "systemd":{"units":[{"name":"a.service","enabled":true,"contents":"[Install]\nWantedBy=x.target\n","dropins":[{"name":"b.conf","contents":"[Unit]"}]},{"name":"i.service","mask":true}]}}
        """;

    [Fact]
    public void Text_EveryKindOfThing_IsTheGolden() => Golden.Check("tests/hull.Tests/Output/plan.verified.txt", PlanText.Of(Plan()) + PlanText.Summary(Plan()) + "\n");

    [Fact]
    public void Json_EveryKindOfThing_IsTheGolden() => Golden.Check("tests/hull.Tests/Output/plan.verified.json", Json());

    [Fact]
    public void Output_Secrets_AreNotShown()
    {
        Assert.DoesNotContain("secret", PlanText.Of(Plan()), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Json(), StringComparison.Ordinal);
    }

    private static string Json() => JsonText.Of(json =>
    {
        json.WriteStartObject();
        PlanJson.Write(json, Plan());
        FindingJson.Write(json, Plan().Findings);
        json.WriteEndObject();
    });

    private static ProvisioningPlan Plan()
    {
        var usr = new FileTree();
        usr.Set("/usr/lib/repart.d/50-root.conf", Inode.File(Content.FromText("[Partition]\nMakeDirectories=/etc /usr /var /opt\nMakeDirectories=/home\nMakeSymlinks=/bin:usr/bin\n")));
        usr.Set("/usr/lib/systemd/system/i.service", Inode.File(Content.FromText("")));
        usr.Set("/usr/share/ironhull/etc/hosts", Inode.File(Content.FromText("hosts\n")));
        usr.Set("/usr/share/ironhull/etc/motd", Inode.File(Content.FromText("old\n")));
        usr.Set("/usr/share/ironhull/etc/localtime", Inode.SymbolicLink("../usr/share/zoneinfo/UTC"));
        var table = new GptTable(Guid.Parse("00000000-0000-0000-0000-00000000000a"), [new(PartitionTypes.Usr, Guid.Parse("00000000-0000-0000-0000-00000000000b"), "USR", 2048, 4095) { Number = 1 }]);
        return new ProvisioningPlanner(new(FirstBootTree.Of(usr), table, "quiet"), ProvisioningPlanner.UsualSystemDisks).Plan(Encoding.UTF8.GetBytes(Config), "a.ign", "metal");
    }
}
