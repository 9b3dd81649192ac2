using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

/// <summary>The stage on devices that are files; partitions, file systems and their makers are the real ones.</summary>
public sealed class DisksStageTests
{
    private const string Disk = "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":1,\"label\":\"data\",\"sizeMiB\":10}]}]}";

    /// <summary>Name, first spec, what the device holds before, the file system's keys, and blkid's words for it afterwards; or the code of the error.</summary>
    private static readonly (string Name, int Since, string Before, string Filesystem, string After)[] Table =
    [
        ("ext4", 0, "", "\"format\":\"ext4\"", "ext4"),
        ("ext4, label and UUID", 0, "", "\"format\":\"ext4\",\"label\":\"data\",\"uuid\":\"0D2B9F43-3C1C-4C5B-8A9D-0123456789ab\"", "ext4 data 0d2b9f43-3c1c-4c5b-8a9d-0123456789ab"),
        ("ext4, options", 0, "", "\"format\":\"ext4\",\"options\":[\"-L\",\"opt\"]", "ext4 opt"),
        ("vfat", 0, "", "\"format\":\"vfat\"", "vfat"),
        ("vfat, label and identifier", 0, "", "\"format\":\"vfat\",\"label\":\"ESP\",\"uuid\":\"CAFE-0123\"", "vfat ESP CAFE-0123"),
        ("swap", 0, "", "\"format\":\"swap\",\"label\":\"more\"", "swap more"),
        ("ext4 that is there", 0, "ext4 data", "\"format\":\"ext4\",\"label\":\"data\"", "same"),
        ("ext4 of any label", 0, "ext4 data", "\"format\":\"ext4\"", "same"),
        ("ext4 of another label", 0, "ext4 data", "\"format\":\"ext4\",\"label\":\"other\"", "HULL8074"),
        ("ext4 of another UUID", 0, "ext4 data", "\"format\":\"ext4\",\"uuid\":\"0d2b9f43-3c1c-4c5b-8a9d-0123456789ab\"", "HULL8074"),
        ("another format", 0, "ext4 data", "\"format\":\"vfat\"", "HULL8074"),
        ("another format, wiped", 0, "ext4 data", "\"format\":\"vfat\",\"wipeFilesystem\":true", "vfat"),
        ("the same, wiped all the same", 0, "ext4 data", "\"format\":\"ext4\",\"wipeFilesystem\":true", "ext4"),
        ("none leaves what is there", 3, "ext4 data", "\"format\":\"none\"", "same"),
        ("none, wiped", 3, "ext4 data", "\"format\":\"none\",\"wipeFilesystem\":true", ""),
        ("options that mkfs does not know", 0, "", "\"format\":\"ext4\",\"options\":[\"--nonsense\"]", "HULL8072"),
        ("in use", 0, "busy", "\"format\":\"ext4\"", "HULL8075"),
        ("there already and in use", 0, "busy ext4 data", "\"format\":\"ext4\"", "same"),
    ];

    internal static IEnumerable<TableCase> Rows => Table.Select(r => TableCase.Applied("filesystems", r.Name, r.Since, r.After));

    public static TheoryData<string, string> Cases => VersionedCases.Of(Table.Select(r => (r.Name, r.Since)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_FileSystemOfTheTable_LeavesWhatBlkidFinds(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 12);
        var path = devices.Files["/dev/a"];
        var words = row.Before.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Contains("ext4"))
        {
            HostTool.Run("mkfs.ext4", "-q", "-L", words[^1], path);
        }

        devices.Busy = words.Contains("busy") ? "the mount /" : null;
        var before = SHA256.HashData(File.ReadAllBytes(path));
        var stage = Stage(devices, folder, new FilePrograms(devices));
        var config = Config(version, $"\"storage\":{{\"filesystems\":[{{\"device\":\"/dev/a\",\"path\":\"/x\",{row.Filesystem}}}]}}");
        if (row.After.StartsWith("HULL", StringComparison.Ordinal))
        {
            Assert.Equal(row.After, Assert.Throws<HullException>(() => stage.Apply(config.Storage)).Code.Code);
            Assert.True(row.After != "HULL8074" || SHA256.HashData(File.ReadAllBytes(path)).SequenceEqual(before));
            CaseReport.Pass(Rows.Single(r => r.Name == name), version);
            return;
        }

        stage.Apply(config.Storage);
        Assert.Equal(row.After == "same", SHA256.HashData(File.ReadAllBytes(path)).SequenceEqual(before));
        if (row.After != "same")
        {
            var found = HostTool.Try("blkid", ["-p", "-o", "export", path]).Output.Split('\n').Select(l => l.Split('=', 2)).Where(p => p.Length == 2).ToLookup(p => p[0], p => p[1]);
            var told = row.After.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(row.After, string.Join(' ', new[] { found["TYPE"].FirstOrDefault(""), found["LABEL"].FirstOrDefault(""), found["UUID"].FirstOrDefault("") }.Take(told.Length)));
        }

        CaseReport.Pass(Rows.Single(r => r.Name == name), version);
    }

    [Fact]
    public void Apply_Twice_ChangesNothingTheSecondTime()
    {
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 12);
        var config = Config("3.4.0", Disk);
        Stage(devices, folder, new FilePrograms(devices)).Apply(config.Storage);
        var once = File.ReadAllBytes(devices.Files["/dev/a"]);
        Stage(devices, folder, new FilePrograms(devices)).Apply(config.Storage);
        Assert.Equal(once, File.ReadAllBytes(devices.Files["/dev/a"]));
        Assert.Equal("data", Assert.Single(GptTable.Read(new MemoryStream(once)).Partitions).Name);
    }

    [Fact]
    public void Apply_DiskInUse_IsRefusedAndUntouched()
    {
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 12);
        Stage(devices, folder, new FilePrograms(devices)).Apply(Config("3.4.0", Disk).Storage);
        var before = File.ReadAllBytes(devices.Files["/dev/a"]);
        devices.Busy = "the mount /";
        foreach (var change in new[] { "\"wipeTable\":true", "\"partitions\":[{\"number\":1,\"shouldExist\":false,\"wipePartitionEntry\":true}]", "\"partitions\":[{\"number\":1,\"sizeMiB\":5,\"resize\":true}]" })
        {
            var config = Config("3.4.0", $"\"storage\":{{\"disks\":[{{\"device\":\"/dev/a\",{change}}}]}}");
            Assert.Equal("HULL8075", Assert.Throws<HullException>(() => Stage(devices, folder, new FilePrograms(devices)).Apply(config.Storage)).Code.Code);
        }

        Assert.Equal(before, File.ReadAllBytes(devices.Files["/dev/a"]));

        // A new partition beside those in use is none of their business.
        Stage(devices, folder, new FilePrograms(devices)).Apply(Config("3.4.0", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":2,\"label\":\"b\"}]}]}").Storage);
        Assert.Equal(2, GptTable.Read(new MemoryStream(File.ReadAllBytes(devices.Files["/dev/a"]))).Partitions.Count);
    }

    [Fact]
    public void Apply_DiskWithAnMbr_IsRefusedUnlessWiped()
    {
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 12);
        HostTool.Try("sfdisk", ["--label", "dos", devices.Files["/dev/a"]], input: "start=2048,size=4096,type=83\n").Success();
        Assert.Equal("HULL8074", Assert.Throws<HullException>(() => Stage(devices, folder, new FilePrograms(devices)).Apply(Config("3.4.0", Disk).Storage)).Code.Code);
        Stage(devices, folder, new FilePrograms(devices)).Apply(Config("3.4.0", Disk.Replace("\"device\"", "\"wipeTable\":true,\"device\"", StringComparison.Ordinal)).Storage);
        Assert.Equal("data", Assert.Single(GptTable.Read(new MemoryStream(File.ReadAllBytes(devices.Files["/dev/a"]))).Partitions).Name);
    }

    /// <summary>The power fails while the table is written, after every prefix of what reaches the disk: one table or the other is there, whole.</summary>
    [Fact]
    public void Apply_PowerCutAtAnyWrite_LeavesTheOldTableOrTheNew()
    {
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 12);
        Stage(devices, folder, new FilePrograms(devices)).Apply(Config("3.4.0", Disk).Storage);
        var before = File.ReadAllBytes(devices.Files["/dev/a"]);
        var config = Config("3.4.0", "\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"partitions\":[{\"number\":2,\"label\":\"b\"}]}]}");
        var outcomes = new HashSet<int>();
        for (var writes = 0; ; writes++)
        {
            File.WriteAllBytes(devices.Files["/dev/a"], before);
            devices.WritesLeft = writes;
            var cut = false;
            try
            {
                Stage(devices, folder, new FilePrograms(devices)).Apply(config.Storage);
            }
            catch (PowerCutException)
            {
                cut = true;
            }

            outcomes.Add(GptTable.Read(new MemoryStream(File.ReadAllBytes(devices.Files["/dev/a"]))).Partitions.Count);
            devices.WritesLeft = null;
            Stage(devices, folder, new FilePrograms(devices)).Apply(config.Storage);
            Assert.Equal(["data", "b"], GptTable.Read(new MemoryStream(File.ReadAllBytes(devices.Files["/dev/a"]))).Partitions.Select(p => p.Name));
            if (!cut)
            {
                break;
            }
        }

        Assert.Equal([1, 2], outcomes.Order());
    }

    [Theory]
    [InlineData("\"name\":\"m\",\"level\":\"raid1\",\"devices\":[\"/dev/b\",\"/dev/c\"]", "mdadm --create m --force --run --homehost any --level raid1 --raid-devices 2 /dev/b /dev/c")]
    [InlineData("\"name\":\"m\",\"level\":\"raid5\",\"devices\":[\"/dev/b\",\"/dev/c\",\"/dev/d\",\"/dev/e\"],\"spares\":1,\"options\":[\"--chunk=64\"]", "mdadm --create m --force --run --homehost any --level raid5 --raid-devices 3 --spare-devices 1 --chunk=64 /dev/b /dev/c /dev/d /dev/e")]
    public void Apply_Raid_CallsMdadm(string raid, string call)
    {
        using var folder = new TempFolder();
        var programs = new RecordedPrograms(_ => "");
        Stage(new FileDevices(folder, 1), folder, programs).Apply(Config("3.4.0", $"\"storage\":{{\"raid\":[{{{raid}}}]}}").Storage);
        Assert.Equal([call], programs.Calls);
    }

    [Fact]
    public void Apply_LuksWithAKey_FormatsOpensAndKeepsTheKey()
    {
        using var folder = new TempFolder();
        var programs = new RecordedPrograms(c => c.Contains("luksUUID", StringComparison.Ordinal) ? "uuid-1\n" : "");
        var volume = Assert.Single(Stage(new FileDevices(folder, 1), folder, programs).Apply(
            Config("3.4.0", "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/b\",\"label\":\"L\",\"options\":[\"--cipher=x\"],\"discard\":true,\"openOptions\":[\"--perf-no_read_workqueue\"],\"keyFile\":{\"source\":\"data:,secret\"}}]}").Storage));
        Assert.Equal(
            [
                "blkid --probe --usages filesystem,raid,crypto,other --output export /dev/b",
                "wipefs --all /dev/b",
                "cryptsetup luksFormat --batch-mode --type luks2 --key-file KEY(secret) --label L --cipher=x /dev/b",
                "cryptsetup luksOpen --key-file KEY(secret) --allow-discards --persistent --perf-no_read_workqueue /dev/b v",
                "cryptsetup luksUUID /dev/b",
            ], programs.Calls);
        Assert.Equal(("v", "uuid-1", "secret"), (volume.Name, volume.Uuid, Encoding.UTF8.GetString(volume.Key.Span)));
        Assert.False(File.Exists(folder["keys/v"]));
    }

    [Fact]
    public void Apply_LuksWithTheTpm_EnrollsItAndForgetsTheKey()
    {
        using var folder = new TempFolder();
        var programs = new RecordedPrograms(c => c.Contains("luksUUID", StringComparison.Ordinal) ? "uuid-1\n" : "");
        var volume = Assert.Single(Stage(new FileDevices(folder, 1), folder, programs).Apply(
            Config("3.4.0", "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/b\",\"wipeVolume\":true,\"clevis\":{\"tpm2\":true}}]}").Storage));
        Assert.Equal(["wipefs", "cryptsetup luksFormat", "cryptsetup luksOpen", "cryptsetup luksUUID", "systemd-cryptenroll", "cryptsetup luksRemoveKey"],
            programs.Calls.Select(c => c.Split(' ') is ["cryptsetup", var verb, ..] ? $"cryptsetup {verb}" : c.Split(' ')[0]));
        Assert.Equal((0, "tpm2-device=auto"), (volume.Key.Length, volume.Options[^1]));
    }

    /// <summary>cryptsetup itself, on a file: what it formats is what blkid then recognises, so a second run would keep it.</summary>
    [Fact]
    public void Apply_LuksOnAFile_IsMadeByCryptsetup()
    {
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 24);
        var real = new FilePrograms(devices);
        var programs = new RecordedPrograms(c => c.Contains("luksOpen", StringComparison.Ordinal) ? "" : null, real);
        var config = Config("3.4.0", "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/a\",\"label\":\"L\",\"options\":[\"--pbkdf=pbkdf2\",\"--pbkdf-force-iterations=1000\"],\"keyFile\":{\"source\":\"data:,secret\"}}]}");
        var first = Assert.Single(Stage(devices, folder, programs).Apply(config.Storage));
        var made = File.ReadAllBytes(devices.Files["/dev/a"]);
        var second = Assert.Single(Stage(devices, folder, programs).Apply(config.Storage));
        Assert.Equal((first.Uuid, true), (second.Uuid, made.AsSpan().SequenceEqual(File.ReadAllBytes(devices.Files["/dev/a"]))));
        var other = Config("3.4.0", "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/a\",\"label\":\"M\",\"keyFile\":{\"source\":\"data:,secret\"}}]}");
        Assert.Equal("HULL8074", Assert.Throws<HullException>(() => Stage(devices, folder, programs).Apply(other.Storage)).Code.Code);
    }

    [Theory]
    [InlineData("\"clevis\":{\"tang\":[{\"url\":\"http://t\",\"thumbprint\":\"z\"}]}", "Tang")]
    [InlineData("\"clevis\":{\"custom\":{\"pin\":\"sss\",\"config\":\"{}\"}}", "sss")]
    [InlineData("\"clevis\":{\"tpm2\":true,\"threshold\":2}", "threshold")]
    public void Apply_LuksUnlockedByWhatIsNotThere_IsRefusedBeforeAnythingIsWritten(string keys, string word)
    {
        using var folder = new TempFolder();
        var programs = new RecordedPrograms(_ => "");
        var config = Config("3.4.0", $"\"storage\":{{\"luks\":[{{\"name\":\"v\",\"device\":\"/dev/b\",{keys}}}]}}");
        var error = Assert.Throws<HullException>(() => Stage(new FileDevices(folder, 1), folder, programs).Apply(config.Storage));
        Assert.Equal("HULL8076", error.Code.Code);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Empty(programs.Calls);
    }

    [Fact]
    public void Run_ProgramThatIsNotThere_ReportsHULL8077() =>
        Assert.Equal("HULL8077", Assert.Throws<HullException>(() => new HostPrograms().Run("mkfs.no-such-format", "x")).Code.Code);

    private static DisksStage Stage(FileDevices devices, TempFolder folder, IPrograms programs)
    {
        Directory.CreateDirectory(folder["keys"]);
        var next = 0;
        return new(devices, programs, _ => { }, new(null, new RecordedOwnership()), ResourceContents.FromUrl, folder["keys"], () => new Guid(++next, 1, 1, new byte[8]));
    }

    private static Provisioning.Model.IgnitionConfig Config(string version, string body) =>
        ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"{version}\"}},{body}}}"), "a.ign").Require();
}
