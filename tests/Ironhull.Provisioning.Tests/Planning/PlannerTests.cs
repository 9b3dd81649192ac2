using System.Globalization;
using System.Text;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Trees;
using Ironhull.Provisioning.Planning;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Tests.Planning;

public sealed class PlannerTests
{
    private const string Unit = "[Install]\\nWantedBy=x.target\\n";

    /// <summary>A config's keys, and the lines of its plan that are not of folders made in passing: nodes, accounts, units, partitions, volumes, findings.</summary>
    private static readonly (string Name, string Config, string Plan)[] Table =
    [
        ("nothing", "\"storage\":{}", ""),
        ("a new file", "\"storage\":{\"files\":[{\"path\":\"/etc/new\",\"mode\":384,\"user\":{\"id\":7},\"contents\":{\"source\":\"data:,x\"}}]}", "Added file /etc/new 600 7:0 1 data"),
        ("a new file in new folders", "\"storage\":{\"files\":[{\"path\":\"/opt/a/b\"}]}", "Added directory /opt/a 755 0:0|Added file /opt/a/b 644 0:0 0 nothing"),
        ("a file that is there", "\"storage\":{\"files\":[{\"path\":\"/etc/hosts\",\"mode\":420,\"contents\":{\"source\":\"data:,hosts\"}}]}", "Unchanged file /etc/hosts 644 0:0 5 data"),
        ("a file that is replaced", "\"storage\":{\"files\":[{\"path\":\"/etc/hosts\",\"overwrite\":true,\"contents\":{\"source\":\"data:,other\"}}]}", "Replaced file /etc/hosts 644 0:0 5 data"),
        ("a file that is added to keeps its owner", "\"storage\":{\"files\":[{\"path\":\"/etc/owned\",\"append\":[{\"source\":\"data:,x\"}]}]}", "Changed file /etc/owned 640 5:6 6 data"),
        ("a file's mode", "\"storage\":{\"files\":[{\"path\":\"/etc/hosts\",\"mode\":384}]}", "Changed file /etc/hosts 600 0:0 5 nothing"),
        ("a file that nobody can read", "\"storage\":{\"files\":[{\"path\":\"/etc/closed\",\"append\":[{\"source\":\"data:,x\"}]}]}", "Changed file /etc/closed 0 0:0 7 data"),
        ("a file in the way", "\"storage\":{\"files\":[{\"path\":\"/etc/hosts\",\"contents\":{\"source\":\"data:,x\"}}]}", "Unchanged file /etc/hosts 644 0:0 5 -|error $.storage.files.0 HULL8060"),
        ("a link in the way", "\"storage\":{\"files\":[{\"path\":\"/etc/release\",\"contents\":{\"source\":\"data:,x\"}}]}", "Unchanged link /etc/release -> ../usr/lib/release|error $.storage.files.0 HULL8060"),
        ("a folder instead of what was in it", "\"storage\":{\"directories\":[{\"path\":\"/etc/d\",\"overwrite\":true}]}", "Unchanged directory /etc/d 755 0:0|Removed file /etc/d/f 644 0:0 1 -"),
        ("a file instead of a folder", "\"storage\":{\"files\":[{\"path\":\"/etc/d\",\"overwrite\":true,\"contents\":{\"source\":\"\"}}]}", "Replaced file /etc/d 644 0:0 0 data"),
        ("a folder that is there", "\"storage\":{\"directories\":[{\"path\":\"/etc/d\"}]}", "Unchanged directory /etc/d 755 0:0"),
        ("a link", "\"storage\":{\"links\":[{\"path\":\"/etc/l\",\"target\":\"hosts\"}]}", "Added link /etc/l -> hosts"),
        ("below /usr", "\"storage\":{\"files\":[{\"path\":\"/usr/local/x\"}]}", "error $.storage.files.0 HULL8063"),
        ("below /usr in new folders", "\"storage\":{\"files\":[{\"path\":\"/usr/new/x\"}]}", "error $.storage.files.0 HULL8063"),
        ("below /usr by a link", "\"storage\":{\"files\":[{\"path\":\"/bin/x\"}]}", "error $.storage.files.0 HULL8063"),
        ("below /usr by a link of the config", "\"storage\":{\"links\":[{\"path\":\"/usr/lib/l\",\"target\":\"x\"}]}", "error $.storage.links.0 HULL8063"),
        ("a folder below /usr that is there", "\"storage\":{\"directories\":[{\"path\":\"/usr/lib\"}]}", ""),
        ("a folder below /usr with another mode", "\"storage\":{\"directories\":[{\"path\":\"/usr/lib\",\"mode\":448}]}", "error $.storage.directories.0 HULL8063"),
        ("/usr itself", "\"storage\":{\"directories\":[{\"path\":\"/usr\",\"overwrite\":true}]}", "Unchanged directory /usr 755 0:0|error $.storage.directories.0 HULL8063"),
        ("several conflicts at once", "\"storage\":{\"files\":[{\"path\":\"/usr/x\"},{\"path\":\"/etc/hosts\",\"contents\":{\"source\":\"data:,x\"}},{\"path\":\"/etc/new\",\"user\":{\"name\":\"nobody\"}}]}", "Unchanged file /etc/hosts 644 0:0 5 -|error $.storage.files.0 HULL8063|error $.storage.files.1 HULL8060|error $.storage.files.2 HULL8062"),
        ("a wrong hash", "\"storage\":{\"files\":[{\"path\":\"/etc/new\",\"contents\":{\"source\":\"data:,x\",\"verification\":{\"hash\":\"sha256-0000000000000000000000000000000000000000000000000000000000000000\"}}}]}", "error $.storage.files.0 HULL8031"),
        ("from elsewhere", "\"storage\":{\"files\":[{\"path\":\"/etc/new\",\"contents\":{\"source\":\"https://u:secret@h/x?sig=secret\"}}]}", "Added file /etc/new 644 0:0 ? https://h/x|fetched https://h/x"),
        ("from elsewhere, in place of what is there", "\"storage\":{\"files\":[{\"path\":\"/etc/hosts\",\"contents\":{\"source\":\"https://h/x\"}}]}", "Unchanged file /etc/hosts 644 0:0 5 -|fetched https://h/x|warning $.storage.files.0 HULL8060"),
        ("a config from elsewhere", "\"storage\":{},\"ignition\":{\"version\":\"3.4.0\",\"config\":{\"merge\":[{\"source\":\"https://h/x\"}]}}", "fetched https://h/x"),
        ("a unit", $"\"systemd\":{{\"units\":[{{\"name\":\"a.service\",\"enabled\":true,\"contents\":\"{Unit}\",\"dropins\":[{{\"name\":\"b.conf\",\"contents\":\"[A]\"}}]}}]}}", "unit Added a.service True  b.conf /etc/systemd/system/x.target.wants/a.service"),
        ("a unit of the image", "\"systemd\":{\"units\":[{\"name\":\"i.service\",\"enabled\":true}]}", "unit Unchanged i.service True   /etc/systemd/system/x.target.wants/i.service"),
        ("a mask", "\"systemd\":{\"units\":[{\"name\":\"i.service\",\"mask\":true}]}", "unit Added i.service  True  "),
        ("a unit that is nowhere", "\"systemd\":{\"units\":[{\"name\":\"n.service\",\"enabled\":true}]}", "unit Unchanged n.service True   |warning $.systemd.units.0 HULL8064"),
        ("a new user", "\"passwd\":{\"users\":[{\"name\":\"u\",\"passwordHash\":\"secret\",\"sshAuthorizedKeys\":[\"secret\"]}]}", "Added user u 1001 [gid 1001  home /home/u  shell /bin/bash  password set  1 ssh key]|Added group u 1001 []"),
        ("a user that changes", "\"passwd\":{\"users\":[{\"name\":\"core\",\"shell\":\"/s\"}]}", "Changed user core 1000 [shell /bin/bash -> /s]"),
        ("a user that stays", "\"passwd\":{\"users\":[{\"name\":\"core\"}]}", "Unchanged user core 1000 []"),
        ("a user that goes", "\"passwd\":{\"users\":[{\"name\":\"core\",\"shouldExist\":false}]}", "Removed user core 1000 []|Removed group core 1000 []"),
        ("a group that is not there", "\"passwd\":{\"users\":[{\"name\":\"core\",\"groups\":[\"g\"]}]}", "Unchanged user core 1000 []|error $.passwd.users.0 HULL8062"),
        ("an empty disk", "\"storage\":{\"disks\":[{\"device\":\"/dev/vdb\",\"partitions\":[{\"label\":\"a\",\"number\":1,\"sizeMiB\":4},{\"label\":\"b\",\"number\":2}]}]}", "/dev/vdb False Added 1 a 1048576+4194304 made|/dev/vdb False Added 2 b 5242880+? made"),
        ("the system disk", "\"storage\":{\"disks\":[{\"device\":\"/dev/vda\",\"partitions\":[{\"label\":\"USR\",\"number\":1}]}]}", "/dev/vda True Unchanged 1 USR 1048576+1048576 given|/dev/vda True Unchanged 2 OTHER 2097152+1048576 given"),
        ("another partition on the system disk", "\"storage\":{\"disks\":[{\"device\":\"/dev/vda\",\"partitions\":[{\"label\":\"b\",\"sizeMiB\":1}]}]}", "/dev/vda True Unchanged 1 USR 1048576+1048576 given|/dev/vda True Unchanged 2 OTHER 2097152+1048576 given|/dev/vda True Added 3 b 3145728+1048576 made|warning $.storage.disks.0 HULL8071"),
        ("a partition that differs", "\"storage\":{\"disks\":[{\"device\":\"/dev/vda\",\"partitions\":[{\"label\":\"x\",\"number\":1}]}]}", "error $.storage.disks.0 HULL8070"),
        ("a partition that goes", "\"storage\":{\"disks\":[{\"device\":\"/dev/vda\",\"partitions\":[{\"number\":2,\"shouldExist\":false,\"wipePartitionEntry\":true}]}]}", "/dev/vda True Unchanged 1 USR 1048576+1048576 given|/dev/vda True Removed 2 OTHER 2097152+1048576 given"),
        ("the system disk erased", "\"storage\":{\"disks\":[{\"device\":\"/dev/vda\",\"wipeTable\":true}]}", "/dev/vda True Removed 1 USR 1048576+1048576 given|/dev/vda True Removed 2 OTHER 2097152+1048576 given|error $.storage.disks.0 HULL8075"),
        ("volumes", "\"storage\":{\"raid\":[{\"name\":\"r\",\"level\":\"raid1\",\"devices\":[\"/dev/a\",\"/dev/b\"]}],\"luks\":[{\"name\":\"l\",\"device\":\"/dev/md/r\",\"keyFile\":{\"source\":\"data:,secret\"}}],\"filesystems\":[{\"device\":\"/dev/mapper/l\",\"format\":\"ext4\",\"label\":\"L\",\"path\":\"/var/l\"}]}", "Added raid /dev/md/r [level raid1  of /dev/a, /dev/b]|Added luks /dev/mapper/l [on /dev/md/r  key data]|Added ext4 /dev/mapper/l [label L  mounted at /var/l]"),
        ("the running system", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/disk/by-partlabel/USR\",\"format\":\"ext4\",\"wipeFilesystem\":true}]}", "Replaced ext4 /dev/disk/by-partlabel/USR []|error $.storage.filesystems.0 HULL8075"),
        ("a way of unlocking", "\"storage\":{\"luks\":[{\"name\":\"l\",\"device\":\"/dev/x\",\"clevis\":{\"tang\":[{\"url\":\"http://h\",\"thumbprint\":\"t\"}]}}]}", "Added luks /dev/mapper/l [on /dev/x]|error $.storage.luks.0 HULL8076"),
        ("kernel arguments that hold", "\"kernelArguments\":{\"shouldExist\":[\"quiet\"],\"shouldNotExist\":[\"debug\"]}", "quiet True True|debug False True"),
        ("kernel arguments that do not", "\"kernelArguments\":{\"shouldExist\":[\"debug\"]}", "debug True False|error $.kernelArguments HULL8087"),
    ];

    public static TheoryData<string> Names => [.. Table.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan_CaseOfTheTable_SaysWhatHappens(string name)
    {
        var row = Table.Single(r => r.Name == name);
        var version = row.Config.Contains("\"ignition\"", StringComparison.Ordinal) ? "" : "\"ignition\":{\"version\":\"3.4.0\"},";
        Assert.Equal(row.Plan.Replace('|', '\n'), Render(Plan($"{{{version}{row.Config}}}")));
    }

    [Fact]
    public void Plan_Finding_HasThePlaceInTheFile()
    {
        var finding = Assert.Single(Plan("{\"ignition\":{\"version\":\"3.4.0\"},\n \"storage\":{\"files\":[\n  {\"path\":\"/usr/x\"}]}}").Findings);
        Assert.Equal((3, 3, "$.storage.files.0"), (finding.Where.Line, finding.Where.Column, finding.Path));
    }

    [Fact]
    public void Plan_LeavesNothingBehind()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "ironhull-plan-*").ToHashSet();
        Plan("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"directories\":[{\"path\":\"/closed\",\"mode\":0}]}}");
        Assert.DoesNotContain(Directory.GetDirectories(Path.GetTempPath(), "ironhull-plan-*"), f => !before.Contains(f) && Directory.Exists(f + "/closed"));
    }

    private static ProvisioningPlan Plan(string config) => new ProvisioningPlanner(Image(), ["/dev/vda"]).Plan(Encoding.UTF8.GetBytes(config), "a.ign", "metal");

    private static PlanImage Image()
    {
        var tree = new FileTree();
        Inode File(string text, int mode = 0x1A4) => Inode.File(Content.FromText(text), mode);
        tree.Set("/usr/lib/systemd/system/i.service", File("[Install]\nWantedBy=x.target\n"));
        tree.Set("/usr/lib/release", File("r"));
        tree.EnsureDirectory("/usr/bin");
        tree.EnsureDirectory("/usr/local");
        tree.Set("/bin", Inode.SymbolicLink("usr/bin"));
        tree.EnsureDirectory("/opt");
        tree.EnsureDirectory("/home");
        tree.EnsureDirectory("/etc/systemd/system");
        tree.Set("/etc/hosts", File("hosts"));
        tree.Set("/etc/release", Inode.SymbolicLink("../usr/lib/release"));
        tree.Set("/etc/d/f", File("f"));
        tree.Set("/etc/owned", File("owned", 0x1A0).With(uid: 5, gid: 6));
        tree.Set("/etc/closed", File("closed", 0));
        tree.Set("/etc/passwd", File("root:x:0:0::/root:/bin/sh\ncore:x:1000:1000::/home/core:/bin/bash\n"));
        tree.Set("/etc/shadow", File("root:*:::::::\ncore:!:::::::\n", 0x1A0));
        tree.Set("/etc/group", File("root:x:0:\ncore:x:1000:\n"));
        tree.Set("/etc/gshadow", File("root:*::\ncore:!::\n", 0x1A0));
        var table = new GptTable(Guid.Parse("00000000-0000-0000-0000-00000000000a"), [
            new(PartitionTypes.Usr, Guid.Parse("00000000-0000-0000-0000-00000000000b"), "USR", 2048, 4095) { Number = 1 },
            new(PartitionTypes.LinuxGeneric, Guid.Parse("00000000-0000-0000-0000-00000000000c"), "OTHER", 4096, 6143) { Number = 2 }]);
        return new(tree, table, "quiet usrhash=0");
    }

    private static string Render(ProvisioningPlan plan)
    {
        var lines = new List<string>();
        lines.AddRange(plan.Disks.SelectMany(d => d.Partitions.Select(p => string.Create(
            CultureInfo.InvariantCulture, $"{d.Device} {d.IsSystem} {p.Change} {p.Number} {p.Label} {p.Offset}+{p.Length?.ToString(CultureInfo.InvariantCulture) ?? "?"} {(p.Id is null ? "made" : "given")}"))));
        lines.AddRange(plan.Volumes.Select(v => $"{v.Change} {v.Kind} {v.Device} [{v.Details}]"));
        lines.AddRange(plan.Accounts.Select(a => $"{a.Change} {a.Kind} {a.Name} {a.Id} [{a.Details}]"));
        lines.AddRange(plan.Units.Select(u => $"unit {u.Change} {u.Name} {u.Enabled} {u.Masked} {string.Join(',', u.Dropins)} {string.Join(',', u.Links)}"));
        lines.AddRange(plan.Nodes.Where(n => n.Source is not ("systemd" or "passwd") && !n.Path.StartsWith("/home/", StringComparison.Ordinal)).Select(n => n.Kind switch
        {
            "link" => $"{n.Change} link {n.Path} -> {n.Target}",
            "file" => $"{n.Change} file {n.Path} {Convert.ToString(n.Mode, 8)} {n.User}:{n.Group} {n.Length?.ToString(CultureInfo.InvariantCulture) ?? "?"} {n.Source ?? "-"}",
            _ => $"{n.Change} {n.Kind} {n.Path} {Convert.ToString(n.Mode, 8)} {n.User}:{n.Group}",
        }));
        lines.AddRange(plan.KernelArguments.Select(k => $"{k.Word} {k.ShouldExist} {k.Holds}"));
        lines.AddRange(plan.FetchedOnNode.Select(u => $"fetched {u}"));
        lines.AddRange(plan.Findings.Where(f => f.Level != FindingLevel.Info).Select(f => $"{f.LevelName} {f.Path} {f.Code.Code}"));
        return string.Join('\n', lines);
    }
}
