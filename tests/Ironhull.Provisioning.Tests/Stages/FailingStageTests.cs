using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Stages;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Provisioning.Tests.Engine.Disks;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Stages;

/// <summary>A config that cannot be applied fails in the stage in which upstream's engine fails it, and the stages before pass.</summary>
public sealed class FailingStageTests
{
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Name, first spec, the machine ("partition", "mbr", "ext4", "busy" on /dev/a; "file" in the way; answers of programs), the config's keys, and the stage with the error's code.</summary>
    private static readonly (string Name, int Since, string Machine, string Keys, string After)[] Table =
    [
        ("nothing to do", 0, "", "\"storage\":{}", "passes"),
        ("all of it", 0, "", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"label\":\"x\"}]}],\"files\":[{\"path\":\"/f\",\"contents\":{\"source\":\"data:,x\"}}]},\"passwd\":{\"users\":[{\"name\":\"u\"}]}", "passes"),

        // What the config itself says is validated when it is fetched.
        ("no JSON", 0, "", "\"storage\":", "fetch-offline HULL8001"),
        ("a wrong type", 0, "", "\"storage\":[]", "fetch-offline HULL8006"),
        ("a path that is none", 0, "", "\"storage\":{\"files\":[{\"path\":\"a\"}]}", "fetch-offline HULL8011"),
        ("a mode that is none", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":99999}]}", "fetch-offline HULL8015"),
        ("an owner by name and number", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"user\":{\"id\":1,\"name\":\"a\"}}]}", "fetch-offline HULL8016"),
        ("a scheme that is none", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"ftp://a\"}}]}", "fetch-offline HULL8012"),
        ("a hash that is none", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,\",\"verification\":{\"hash\":\"md5-0\"}}}]}", "fetch-offline HULL8014"),
        ("a file twice", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\"},{\"path\":\"/a\"}]}", "fetch-offline HULL8010"),
        ("a file below a link", 0, "", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}],\"files\":[{\"path\":\"/a/c\"}]}", "fetch-offline HULL8021"),
        ("a hard link to a folder", 0, "", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"/d\",\"hard\":true}],\"directories\":[{\"path\":\"/d\"}]}", "fetch-offline HULL8022"),
        ("partitions that overlap", 0, "", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"startMiB\":1,\"sizeMiB\":2},{\"number\":2,\"startMiB\":2,\"sizeMiB\":1}]}]}", "fetch-offline HULL8017"),
        ("an array of an unknown level", 0, "", "\"storage\":{\"raid\":[{\"name\":\"m\",\"level\":\"raid7\",\"devices\":[\"/a\"]}]}", "fetch-offline HULL8019"),
        ("a volume without device", 2, "", "\"storage\":{\"luks\":[{\"name\":\"v\"}]}", "fetch-offline HULL8020"),
        ("a format that is none", 0, "", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext3\"}]}", "fetch-offline HULL8018"),
        ("a unit's name that is none", 0, "", "\"systemd\":{\"units\":[{\"name\":\"a\"}]}", "fetch-offline HULL8023"),
        ("a kernel argument wanted and not", 3, "", "\"kernelArguments\":{\"shouldExist\":[\"a\"],\"shouldNotExist\":[\"a\"]}", "fetch-offline HULL8010"),
        ("a merged config that is none", 0, "", "\"ignition+\":{\"config\":{\"merge\":[{\"source\":\"data:,x\"}]}}", "fetch-offline HULL8001"),
        ("a merged config of an unknown version", 0, "", "\"ignition+\":{\"config\":{\"merge\":[{\"source\":\"data:,%7B%22ignition%22:%7B%22version%22:%224.0.0%22%7D%7D\"}]}}", "fetch-offline HULL8004"),
        ("a merged config of another hash", 1, "", $"\"ignition+\":{{\"config\":{{\"merge\":[{{\"source\":\"data:,x\",\"verification\":{{\"hash\":\"sha256-{Zeros}\"}}}}]}}}}", "fetch-offline HULL8031"),
        ("a certificate authority that is none", 0, "", "\"ignition+\":{\"security\":{\"tls\":{\"certificateAuthorities\":[{\"source\":\"data:,x\"}]}}},\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,\"}}]}", "fetch-offline HULL8083"),

        ("a kernel argument that is not there", 3, "", "\"kernelArguments\":{\"shouldExist\":[\"quiet\"]}", "kargs HULL8087"),

        ("a partition that differs", 0, "partition", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"label\":\"other\"}]}]}", "disks HULL8070"),
        ("a partition that must not be there", 0, "partition", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"shouldExist\":false}]}]}", "disks HULL8070"),
        ("no room for a partition", 0, "", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"sizeMiB\":100}]}]}", "disks HULL8071"),
        ("a partition table of another kind", 0, "mbr", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1}]}]}", "disks HULL8074"),
        ("a disk in use", 0, "busy", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"wipeTable\":true}]}", "disks HULL8075"),
        ("another file system", 0, "ext4", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"vfat\"}]}", "disks HULL8074"),
        ("options that mkfs does not know", 0, "", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext4\",\"options\":[\"--nonsense\"]}]}", "disks HULL8072"),
        ("no program for a format", 0, "mkfs.btrfs-", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"btrfs\"}]}", "disks HULL8077"),
        ("an array that mdadm refuses", 0, "mdadm!", "\"storage\":{\"raid\":[{\"name\":\"m\",\"level\":\"raid1\",\"devices\":[\"/dev/a\",\"/dev/b\"]}]}", "disks HULL8072"),
        ("a volume unlocked by two", 2, "", "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/a\",\"clevis\":{\"tpm2\":true,\"threshold\":2}}]}", "disks HULL8076"),
        ("a volume over a file system", 2, "ext4", "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/a\"}]}", "disks HULL8074"),
        ("a key of another hash", 2, "", $"\"storage\":{{\"luks\":[{{\"name\":\"v\",\"device\":\"/dev/a\",\"keyFile\":{{\"source\":\"data:,k\",\"verification\":{{\"hash\":\"sha256-{Zeros}\"}}}}}}]}}", "disks HULL8031"),

        ("a file system that cannot be mounted", 0, "mount!", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext4\",\"path\":\"/m\"}]}", "mount HULL8072"),
        ("a file where a file system is to be", 0, "file", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext4\",\"path\":\"/there\"}]}", "mount HULL8060"),

        ("contents of another hash", 1, "", $"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"contents\":{{\"source\":\"data:,x\",\"verification\":{{\"hash\":\"sha256-{Zeros}\"}}}}}}]}}", "files HULL8031"),
        ("contents that are not compressed", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\",\"compression\":\"gzip\"}}]}", "files HULL8030"),
        ("contents of a scheme that is not fetched", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"s3://bucket/key\"}}]}", "files HULL8082"),
        ("a file that is in the way", 0, "file", "\"storage\":{\"files\":[{\"path\":\"/there\",\"contents\":{\"source\":\"data:,x\"}}]}", "files HULL8060"),
        ("a file where a folder is to be", 0, "file", "\"storage\":{\"directories\":[{\"path\":\"/there\"}]}", "files HULL8060"),
        ("a hard link to nothing", 0, "", "\"storage\":{\"links\":[{\"path\":\"/l\",\"target\":\"/nothing\",\"hard\":true}]}", "files HULL8060"),
        ("an owner that nobody knows", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"user\":{\"name\":\"nobody-knows\"}}]}", "files HULL8062"),
        ("a group that nobody knows", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"groups\":[\"nobody-knows\"]}]}", "files HULL8062"),

        ("a file system that does not go", 0, "umount!", "\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"ext4\",\"path\":\"/m\"}]}", "umount HULL8072"),
    ];

    internal static IEnumerable<TableCase> Rows => Table.Select(r => TableCase.Applied("stages", r.Name, r.Since, r.After));

    public static TheoryData<string, string> Cases => VersionedCases.Of(Table.Select(r => (r.Name, r.Since)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_CaseOfTheTable_FailsInItsStage(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 12);
        var programs = new ScriptedPrograms($"mount=|umount=|mdadm=|cryptsetup=|{row.Machine}", new FilePrograms(devices));
        Prepare(row.Machine, folder, devices);
        const string Own = "\"ignition+\":{";
        var text = row.Keys.StartsWith(Own, StringComparison.Ordinal)
            ? $"{{\"ignition\":{{\"version\":\"{version}\",{row.Keys[Own.Length..]}}}"
            : $"{{\"ignition\":{{\"version\":\"{version}\"}},{row.Keys}}}";
        Put(folder["sys/firmware/qemu_fw_cfg/by_name/opt/com.coreos/config/raw"], text);
        Assert.Equal(row.After, Run(folder, new(devices, programs)));
        CaseReport.Pass(Rows.Single(r => r.Name == name), version);
    }

    private static string Run(TempFolder folder, DiskTools disks)
    {
        foreach (var stage in ProvisioningStage.Names)
        {
            if (stage == "fetch" && !File.Exists(folder["run/neednet"]))
            {
                continue;
            }

            try
            {
                new ProvisioningStage(
                    new() { Stage = stage, Platform = "qemu", Root = folder["root"], ConfigCache = folder["run/cache"], NeedNet = folder["run/neednet"], StateFile = folder["run/state"] },
                    new NodePaths(folder.Root), new FolderVolumes(), _ => { }, new RecordedOwnership(), disks, TimeProvider.System, _ => { }).Run();
            }
            catch (HullException error)
            {
                return $"{stage} {error.Diagnostics.First(d => d.Code.Code is not "HULL8007").Code.Code}";
            }
        }

        return "passes";
    }

    private static void Prepare(string machine, TempFolder folder, FileDevices devices)
    {
        Directory.CreateDirectory(folder["root"]);
        Put(folder["proc/cmdline"], "ro panic=5");
        var disk = devices.Files["/dev/a"];
        switch (machine)
        {
            case "partition":
                using (var stream = File.Open(disk, FileMode.Open))
                {
                    new GptTable(new Guid(1, 2, 3, new byte[8]), [new(PartitionTypes.LinuxGeneric, new Guid(4, 5, 6, new byte[8]), "data", 2048, 4095) { Number = 1 }]).WriteTo(stream);
                }

                break;
            case "mbr":
                HostTool.Try("sfdisk", ["--label", "dos", disk], input: "start=2048,size=4096,type=83\n").Success();
                break;
            case "ext4":
                HostTool.Run("mkfs.ext4", "-q", disk);
                break;
            case "busy":
                devices.Busy = "the mount /";
                break;
            case "file":
                Put(folder["root/there"], "old");
                break;
        }
    }

    private static void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
    }
}
