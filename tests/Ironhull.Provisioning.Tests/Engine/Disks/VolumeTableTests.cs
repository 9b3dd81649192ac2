using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

/// <summary>Arrays and encrypted volumes: what a device holds and the config, and the programs that are called for it. The programs themselves run on the booted machine.</summary>
public sealed class VolumeTableTests
{
    private const string Create = "mdadm --create m --force --run --homehost any --level ";
    private const string Probe = "blkid --probe --usages filesystem,raid,crypto,other --output export /dev/a|";
    private const string Format = "wipefs --all /dev/a|cryptsetup luksFormat --batch-mode --type luks2 --key-file KEY ";
    private const string Open = "cryptsetup luksOpen --key-file KEY ";
    private const string Id = "|cryptsetup luksUUID /dev/a";
    private const string Made = Format + "/dev/a|" + Open + "/dev/a v" + Id;
    private const string Key = "\"keyFile\":{\"source\":\"data:,secret\"}";
    private const string There = "blkid=TYPE=crypto_LUKS;LABEL=L;UUID=u-1";
    private const string Enroll = "|systemd-cryptenroll --unlock-key-file=KEY --tpm2-device=auto --tpm2-pcrs=";
    private const string Forget = " /dev/a|cryptsetup luksRemoveKey --batch-mode /dev/a KEY";

    /// <summary>Name, first spec, what programs answer, the keys of the array or volume, and the calls; or the code of the error.</summary>
    private static readonly (string Name, int Since, string Answers, string Keys, string After)[] Table =
    [
        Raid("raid: a mirror", "raid1", 2, "", "raid1 --raid-devices 2 /dev/1 /dev/2"),
        Raid("raid: a mirror by its other name", "mirror", 2, "", "mirror --raid-devices 2 /dev/1 /dev/2"),
        Raid("raid: a mirror by its number", "1", 3, "", "1 --raid-devices 3 /dev/1 /dev/2 /dev/3"),
        Raid("raid: a stripe", "stripe", 2, "", "stripe --raid-devices 2 /dev/1 /dev/2"),
        Raid("raid: of one device", "raid0", 1, "", "raid0 --raid-devices 1 /dev/1"),
        Raid("raid: linear", "linear", 2, "", "linear --raid-devices 2 /dev/1 /dev/2"),
        Raid("raid: parity", "raid5", 3, "", "raid5 --raid-devices 3 /dev/1 /dev/2 /dev/3"),
        Raid("raid: a spare", "raid5", 4, ",\"spares\":1", "raid5 --raid-devices 3 --spare-devices 1 /dev/1 /dev/2 /dev/3 /dev/4"),
        Raid("raid: no spares", "raid6", 4, ",\"spares\":0", "raid6 --raid-devices 4 /dev/1 /dev/2 /dev/3 /dev/4"),
        Raid("raid: two spares", "raid10", 4, ",\"spares\":2", "raid10 --raid-devices 2 --spare-devices 2 /dev/1 /dev/2 /dev/3 /dev/4"),
        Raid("raid: options come before devices", "raid4", 3, ",\"options\":[\"--chunk=64\",\"--metadata=1.2\"]", "raid4 --raid-devices 3 --chunk=64 --metadata=1.2 /dev/1 /dev/2 /dev/3"),
        ("raid: mdadm refuses", 0, "mdadm!", Array("raid1", 2, ""), "HULL8072"),
        ("raid: there is no mdadm", 0, "mdadm-", Array("raid1", 2, ""), "HULL8077"),

        Luks("luks: a key file", "", Key, Probe + Made),
        Luks("luks: a key of its own", "", "", Probe + Made),
        Luks("luks: label and identifier", "", Key + ",\"label\":\"L\",\"uuid\":\"u-1\"", Probe + Format + "--label L --uuid u-1 /dev/a|" + Open + "/dev/a v" + Id),
        Luks("luks: options", "", Key + ",\"options\":[\"--cipher\",\"c\"]", Probe + Format + "--cipher c /dev/a|" + Open + "/dev/a v" + Id),
        Luks("luks: discards", "", Key + ",\"discard\":true", Probe + Format + "/dev/a|" + Open + "--allow-discards --persistent /dev/a v" + Id, 4),
        Luks("luks: options of opening", "", Key + ",\"openOptions\":[\"--perf-no_read_workqueue\"]", Probe + Format + "/dev/a|" + Open + "--perf-no_read_workqueue /dev/a v" + Id, 4),
        Luks("luks: there already", There, Key, Probe + Open + "/dev/a v" + Id),
        Luks("luks: there already, of this label", There, Key + ",\"label\":\"L\"", Probe + Open + "/dev/a v" + Id),
        Luks("luks: there already, of this identifier", There, Key + ",\"uuid\":\"u-1\"", Probe + Open + "/dev/a v" + Id),
        Luks("luks: there already, of another label", There, Key + ",\"label\":\"M\"", "HULL8074"),
        Luks("luks: there already, of another identifier", There, Key + ",\"uuid\":\"u-2\"", "HULL8074"),
        Luks("luks: there already, and nobody has the key", There, "", "HULL8074"),
        Luks("luks: a file system is there", "blkid=TYPE=ext4", Key, "HULL8074"),
        Luks("luks: several things are there", "blkid!", Key, "HULL8072"),
        Luks("luks: wiped, whatever is there", There, Key + ",\"wipeVolume\":true", Made),
        Luks("luks: the wrong key", There + "|cryptsetup luksOpen!", Key, "HULL8072"),
        Luks("luks: cryptsetup refuses the options", "cryptsetup luksFormat!", Key, "HULL8072"),
        Luks("luks: the TPM", "", Tpm("\"tpm2\":true"), Probe + Made + Enroll + "7" + Forget),
        Luks("luks: the TPM, one of one", "", Tpm("\"tpm2\":true,\"threshold\":1"), Probe + Made + Enroll + "7" + Forget),
        Luks("luks: the TPM and a key file", "", Key + "," + Tpm("\"tpm2\":true"), Probe + Made + Enroll + "7 /dev/a"),
        Luks("luks: no TPM after all", "", Tpm("\"tpm2\":false"), Probe + Made),
        Luks("luks: the TPM by its pin", "", Custom("tpm2", "{}"), Probe + Made + Enroll + "7" + Forget),
        Luks("luks: the TPM by its pin, registers", "", Custom("tpm2", "{'pcr_bank':'sha256','pcr_ids':'7, 11'}"), Probe + Made + Enroll + "7:sha256+11:sha256" + Forget),
        Luks("luks: the TPM by its pin, a list of registers", "", Custom("tpm2", "{'pcr_ids':[4,7],'hash':'sha256','key':'ecc'}"), Probe + Made + Enroll + "4+7" + Forget),
        Luks("luks: the TPM by its pin, a register that is none", "", Custom("tpm2", "{'pcr_ids':'7,24'}"), "HULL8076"),
        Luks("luks: the TPM by its pin, an option of another program", "", Custom("tpm2", "{'pcr_ids':'7 --wipe-slot=all'}"), "HULL8076"),
        Luks("luks: the TPM by its pin, an unknown bank", "", Custom("tpm2", "{'pcr_bank':'md5'}"), "HULL8076"),
        Luks("luks: the TPM by its pin, a digest", "", Custom("tpm2", "{'pcr_digest':'x'}"), "HULL8076"),
        Luks("luks: shares, one of the TPM", "", Custom("sss", "{'t':1,'pins':{'tpm2':{'pcr_ids':'7'}}}"), Probe + Made + Enroll + "7" + Forget),
        Luks("luks: shares, one of the TPM in a list", "", Custom("sss", "{'t':1,'pins':{'tpm2':[{}]}}"), Probe + Made + Enroll + "7" + Forget),
        Luks("luks: shares, two of the TPM", "", Custom("sss", "{'t':2,'pins':{'tpm2':[{},{}]}}"), "HULL8076"),
        Luks("luks: shares, the TPM or a server", "", Custom("sss", "{'t':1,'pins':{'tpm2':{},'tang':{'url':'http://t'}}}"), "HULL8076"),
        Luks("luks: a server by its pin", "", Custom("tang", "{'url':'http://t'}"), "HULL8076"),
        Luks("luks: a server", "", Tpm("\"tang\":[{\"url\":\"http://t\",\"thumbprint\":\"z\"}]"), "HULL8076"),
        Luks("luks: the TPM and a server", "", Tpm("\"tpm2\":true,\"threshold\":2,\"tang\":[{\"url\":\"http://t\",\"thumbprint\":\"z\"}]"), "HULL8076"),
        Luks("luks: a threshold", "", Tpm("\"tpm2\":true,\"threshold\":2"), "HULL8076"),
        Luks("luks: a card", "", "\"cex\":{\"enabled\":true}", "HULL8076", 5),
        Luks("luks: the TPM does not want to", "systemd-cryptenroll!", Tpm("\"tpm2\":true"), "HULL8072"),
        Luks("luks: there is no cryptsetup", "cryptsetup-", Key, "HULL8077"),
        Luks("luks: there is nothing for the TPM", "systemd-cryptenroll-", Tpm("\"tpm2\":true"), "HULL8077"),
        Luks("luks: in use", "busy", Key, "HULL8075"),
        Luks("luks: there already and in use", "busy|" + There, Key, Probe + Open + "/dev/a v" + Id),
    ];

    internal static IEnumerable<TableCase> Rows => Table.Select(r => TableCase.Applied(TableCase.SectionOf(r.Name), r.Name, r.Since, r.After));

    public static TheoryData<string, string> Cases => VersionedCases.Of(Table.Select(r => (r.Name, r.Since)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_CaseOfTheTable_CallsPrograms(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["keys"]);
        var programs = new ScriptedPrograms(row.Answers);
        var devices = new FileDevices(folder, 1) { Busy = row.Answers.StartsWith("busy", StringComparison.Ordinal) ? "the mount /" : null };
        var stage = new DisksStage(devices, programs, _ => { }, new(null, new RecordedOwnership()), ResourceContents.FromUrl, folder["keys"], Guid.NewGuid);
        var config = ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"{version}\"}},\"storage\":{{{row.Keys}}}}}"), "a.ign").Require();
        if (row.After.StartsWith("HULL", StringComparison.Ordinal))
        {
            Assert.Equal(row.After, Assert.Throws<HullException>(() => stage.Apply(config.Storage)).Code.Code);
            Assert.True(row.After is not ("HULL8076" or "HULL8077") || programs.Calls.Count == 0, "It is refused before anything is done.");
        }
        else
        {
            stage.Apply(config.Storage);
            Assert.Equal(row.After.Split('|'), programs.Calls);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder["keys"]));
        CaseReport.Pass(Rows.Single(r => r.Name == name), version);
    }

    private static string Array(string level, int devices, string more) =>
        $"\"raid\":[{{\"name\":\"m\",\"level\":\"{level}\",\"devices\":[{string.Join(',', Enumerable.Range(1, devices).Select(i => $"\"/dev/{i}\""))}]{more}}}]";

    private static (string, int, string, string, string) Raid(string name, string level, int devices, string more, string after) => (name, 0, "", Array(level, devices, more), Create + after);

    private static (string, int, string, string, string) Luks(string name, string answers, string keys, string after, int since = 2) =>
        (name, since, answers, $"\"luks\":[{{\"name\":\"v\",\"device\":\"/dev/a\"{(keys.Length > 0 ? "," : "")}{keys}}}]", after);

    private static string Tpm(string keys) => $"\"clevis\":{{{keys}}}";

    private static string Custom(string pin, string config) => Tpm($"\"custom\":{{\"pin\":\"{pin}\",\"config\":\"{config.Replace("'", "\\\"", StringComparison.Ordinal)}\"}}");
}
