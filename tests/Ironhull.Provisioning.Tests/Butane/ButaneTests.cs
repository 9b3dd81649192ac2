using System.Text;
using CsCheck;
using Ironhull.Provisioning.Butane;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Tests.Json;
using Ironhull.Provisioning.Tests.Validation;
using Ironhull.Provisioning.Validation;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Butane;

public sealed class ButaneTests
{
    private const string Fcos = "fcos";
    private const string Both = "";

    /// <summary>Name, variant or both, first Ignition minor, first minor of the variant, YAML, the config without "ignition" or the findings.</summary>
    private static readonly (string Name, string Variant, int Since, int Minor, string Yaml, string Result)[] Table =
    [
        ("nothing", Both, 0, 0, "", "{}"),
        ("files", Both, 0, 0, "storage:\n  files:\n    - path: /a\n      mode: 0644\n      overwrite: true\n      user: {id: 5}\n      contents:\n        source: data:,x\n", "{\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":420,\"overwrite\":true,\"user\":{\"id\":5},\"contents\":{\"source\":\"data:,x\"}}]}}"),
        ("modes of every form", Both, 0, 0, "storage:\n  directories:\n    - {path: /a, mode: 0o755}\n    - {path: /b, mode: 0755}\n    - {path: /c, mode: 493}\n    - {path: /d, mode: 0x1ed}\n", "warning $.storage.directories.2.mode"),
        ("a mode without its zero", Both, 0, 0, "storage:\n  files:\n    - {path: /a, mode: 644}\n", "warning $.storage.files.0.mode: mode 644 is decimal here; an octal mode starts with a zero: 0644\nwarning $.storage.files.0.mode: setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0"),
        ("inline contents", Both, 1, 0, "storage:\n  files:\n    - path: /a\n      contents:\n        inline: |\n          hello\n", "{\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,hello%0A\",\"compression\":\"\"}}]}}"),
        ("inline contents that are compressed", Both, 1, 0, "storage:\n  files:\n    - path: /a\n      append:\n        - {inline: zip, compression: gzip}\n", "{\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"compression\":\"gzip\",\"source\":\"data:,zip\"}]}]}}"),
        ("inline and source", Both, 0, 0, "storage:\n  files:\n    - path: /a\n      contents: {inline: x, source: y}\n", "error $.storage.files.0.contents.inline: only one of source, inline and local can be set"),
        ("inline configs", Both, 1, 0, "ignition:\n  config:\n    merge:\n      - inline: '{}'\n", "{}"),
        ("local contents without folder", Both, 1, 0, "storage:\n  files:\n    - path: /a\n      contents: {local: b}\n", "error $.storage.files.0.contents.local: 'b' is a local file, and no folder of local files was named"),
        ("names with underscores", Both, 1, 0, "storage:\n  disks:\n    - device: /dev/a\n      wipe_table: true\n      partitions:\n        - {number: 1, size_mib: 10, start_mib: 1, type_guid: 0FC63DAF-8483-4772-8E79-3D69D8477DE4, wipe_partition_entry: false}\n  filesystems:\n    - {device: /dev/b, format: ext4, mount_options: [ro], wipe_filesystem: yes}\n", "{\"storage\":{\"disks\":[{\"device\":\"/dev/a\",\"wipeTable\":true,\"partitions\":[{\"number\":1,\"sizeMiB\":10,\"startMiB\":1,\"typeGuid\":\"0FC63DAF-8483-4772-8E79-3D69D8477DE4\",\"wipePartitionEntry\":false}]}],\"filesystems\":[{\"device\":\"/dev/b\",\"format\":\"ext4\",\"mountOptions\":[\"ro\"],\"wipeFilesystem\":true}]}}"),
        ("users and groups", Both, 2, 0, "passwd:\n  users:\n    - name: core\n      ssh_authorized_keys: [k]\n      password_hash: $y$x\n      no_create_home: true\n      uid: 1000\n      should_exist: false\n  groups:\n    - {name: 123}\n", "{\"passwd\":{\"users\":[{\"name\":\"core\",\"sshAuthorizedKeys\":[\"k\"],\"passwordHash\":\"$y$x\",\"noCreateHome\":true,\"uid\":1000,\"shouldExist\":false}],\"groups\":[{\"name\":\"123\"}]}}"),
        ("units", Both, 0, 0, "systemd:\n  units:\n    - name: a.service\n      enabled: true\n      contents: |\n        [Install]\n        WantedBy=multi-user.target\n      dropins:\n        - {name: b.conf, contents: '[A]'}\n", "{\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true,\"contents\":\"[Install]\\nWantedBy=multi-user.target\\n\",\"dropins\":[{\"name\":\"b.conf\",\"contents\":\"[A]\"}]}]}}"),
        ("kernel arguments", Both, 3, 0, "kernel_arguments:\n  should_exist: [a, b=c]\n  should_not_exist: [d]\n", "{\"kernelArguments\":{\"shouldExist\":[\"a\",\"b=c\"],\"shouldNotExist\":[\"d\"]}}"),
        ("kernel arguments too early", Fcos, -2, 0, "kernel_arguments:\n  should_exist: [a]\n", "warning $.kernel_arguments: unused key kernel_arguments"),
        ("an unknown key", Both, 0, 0, "storage:\n  file: []\n", "warning $.storage.file: unused key file"),
        ("a key spelt as Ignition does", Both, 0, 0, "storage:\n  disks:\n    - {device: /a, wipeTable: true}\n", "warning $.storage.disks.0.wipeTable: unused key wipeTable"),
        ("a wrong type", Both, 0, 0, "storage:\n  files: /a\n", "error $.storage.files: a list is expected, not '/a'"),
        ("a wrong number", Both, 0, 0, "storage:\n  files:\n    - {path: /a, mode: 0999}\n", "error $.storage.files.0.mode: a whole number is expected, not '0999'"),
        ("a rule of Ignition", Both, 0, 0, "storage:\n  filesystems:\n    - {device: a, format: ext4}\n", "error $.storage.filesystems.0.device: path not absolute"),
        ("a rule whose key is spelt otherwise", Both, 0, 0, "storage:\n  disks:\n    - device: /a\n      partitions:\n        - {number: 1, type_guid: x}\n", "error $.storage.disks.0.partitions.0.type_guid: doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\""),
        ("a mount unit", Both, 1, 0, "storage:\n  filesystems:\n    - {device: /dev/disk/by-label/a-b, path: /var/lib/x, format: ext4, with_mount_unit: true, mount_options: [ro, noatime]}\n", "{\"storage\":{\"filesystems\":[{\"device\":\"/dev/disk/by-label/a-b\",\"path\":\"/var/lib/x\",\"format\":\"ext4\",\"mountOptions\":[\"ro\",\"noatime\"]}]},\"systemd\":{\"units\":[{\"name\":\"var-lib-x.mount\",\"enabled\":true,\"contents\":\"# Made by hull provision convert\\n[Unit]\\nRequires=systemd-fsck@dev-disk-by\\\\x2dlabel-a\\\\x2db.service\\nAfter=systemd-fsck@dev-disk-by\\\\x2dlabel-a\\\\x2db.service\\n\\n[Mount]\\nWhere=/var/lib/x\\nWhat=/dev/disk/by-label/a-b\\nType=ext4\\nOptions=ro,noatime\\n\\n[Install]\\nRequiredBy=local-fs.target\\n\"}]}}"),
        ("a mount unit without path", Both, 1, 0, "storage:\n  filesystems:\n    - {device: /dev/a, format: ext4, with_mount_unit: true}\n", "error $.storage.filesystems.0: with_mount_unit needs a path"),
        ("a mount unit elsewhere", Fcos, 3, 4, "storage:\n  filesystems:\n    - {device: /dev/a, format: ext4, path: /srv, with_mount_unit: true}\n", "error $.storage.filesystems.0: with_mount_unit takes paths below /etc and /var on fcos"),
        ("a swap unit", Both, 3, 0, "storage:\n  filesystems:\n    - {device: /dev/a, format: swap, with_mount_unit: true}\n", "{\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"format\":\"swap\"}]},\"systemd\":{\"units\":[{\"name\":\"dev-a.swap\",\"enabled\":true,\"contents\":\"# Made by hull provision convert\\n[Swap]\\nWhat=/dev/a\\n\\n[Install]\\nRequiredBy=swap.target\\n\"}]}}"),
        ("a mount unit of a volume by tang", Both, 2, 0, "storage:\n  luks:\n    - name: x\n      device: /dev/a\n      clevis:\n        tang: [{url: 'http://t', thumbprint: y}]\n  filesystems:\n    - {device: /dev/mapper/x, format: xfs, path: /var/x, with_mount_unit: true}\n", "{\"storage\":{\"luks\":[{\"name\":\"x\",\"device\":\"/dev/a\",\"clevis\":{\"tang\":[{\"url\":\"http://t\",\"thumbprint\":\"y\"}]}}],\"filesystems\":[{\"device\":\"/dev/mapper/x\",\"format\":\"xfs\",\"path\":\"/var/x\"}]},\"systemd\":{\"units\":[{\"name\":\"var-x.mount\",\"enabled\":true,\"contents\":\"# Made by hull provision convert\\n[Unit]\\nRequires=systemd-fsck@dev-mapper-x.service\\nAfter=systemd-fsck@dev-mapper-x.service\\n\\n[Mount]\\nWhere=/var/x\\nWhat=/dev/mapper/x\\nType=xfs\\nOptions=_netdev\\n\\n[Install]\\nRequiredBy=remote-fs.target\\n\"}]}}"),
        ("a mount unit of one's own", Both, 1, 0, "storage:\n  filesystems:\n    - {device: /dev/a, path: /var, format: ext4, with_mount_unit: true}\nsystemd:\n  units:\n    - {name: var.mount, contents: '[Mount]', enabled: false}\n", "{\"storage\":{\"filesystems\":[{\"device\":\"/dev/a\",\"path\":\"/var\",\"format\":\"ext4\"}]},\"systemd\":{\"units\":[{\"contents\":\"[Mount]\",\"enabled\":false,\"name\":\"var.mount\"}]}}"),
        ("an encrypted root", Fcos, 2, 3, "boot_device:\n  luks: {tpm2: true, threshold: 1}\n", "{\"storage\":{\"filesystems\":[{\"device\":\"/dev/mapper/root\",\"format\":\"xfs\",\"label\":\"root\",\"wipeFilesystem\":true}],\"luks\":[{\"clevis\":{\"threshold\":1,\"tpm2\":true},\"device\":\"/dev/disk/by-partlabel/root\",\"label\":\"luks-root\",\"name\":\"root\",\"wipeVolume\":true}]}}"),
        ("a mirrored boot disk", Fcos, 2, 3, "boot_device:\n  layout: aarch64\n  mirror: {devices: [/dev/a, /dev/b]}\n", "{\"storage\":{\"disks\":[" + Disk(1, "/dev/a") + "," + Disk(2, "/dev/b") + "],\"filesystems\":[{\"device\":\"/dev/disk/by-partlabel/esp-1\",\"format\":\"vfat\",\"label\":\"esp-1\",\"wipeFilesystem\":true},{\"device\":\"/dev/disk/by-partlabel/esp-2\",\"format\":\"vfat\",\"label\":\"esp-2\",\"wipeFilesystem\":true},{\"device\":\"/dev/md/md-boot\",\"format\":\"ext4\",\"label\":\"boot\",\"wipeFilesystem\":true},{\"device\":\"/dev/md/md-root\",\"format\":\"xfs\",\"label\":\"root\",\"wipeFilesystem\":true}],\"raid\":[{\"devices\":[\"/dev/disk/by-partlabel/boot-1\",\"/dev/disk/by-partlabel/boot-2\"],\"level\":\"raid1\",\"name\":\"md-boot\",\"options\":[\"--metadata=1.0\"]},{\"devices\":[\"/dev/disk/by-partlabel/root-1\",\"/dev/disk/by-partlabel/root-2\"],\"level\":\"raid1\",\"name\":\"md-root\"}]}}"),
        ("a root that is changed", Fcos, 2, 3, "boot_device:\n  luks: {tpm2: true}\nstorage:\n  filesystems:\n    - {device: /dev/mapper/root, format: ext4}\n", "{\"storage\":{\"filesystems\":[{\"device\":\"/dev/mapper/root\",\"format\":\"ext4\",\"label\":\"root\",\"wipeFilesystem\":true}],\"luks\":[{\"clevis\":{\"tpm2\":true},\"device\":\"/dev/disk/by-partlabel/root\",\"label\":\"luks-root\",\"name\":\"root\",\"wipeVolume\":true}]}}"),
        ("a mirror of one", Fcos, 2, 3, "boot_device:\n  mirror: {devices: [/dev/a]}\n", "error $.boot_device: a mirror needs two devices"),
        ("an unknown layout", Fcos, 2, 3, "boot_device:\n  layout: riscv\n  luks: {tpm2: true}\n", "error $.boot_device: the layout riscv is not known"),
        ("a mainframe", Fcos, 5, 6, "boot_device:\n  layout: s390x-eckd\n  luks: {device: /dev/dasda, cex: {enabled: true}}\n", "{\"storage\":{\"filesystems\":[{\"device\":\"/dev/mapper/root\",\"format\":\"xfs\",\"label\":\"root\",\"wipeFilesystem\":true}],\"luks\":[{\"cex\":{\"enabled\":true},\"device\":\"/dev/dasda2\",\"label\":\"luks-root\",\"name\":\"root\",\"wipeVolume\":true}]}}"),
        ("a user of grub", Fcos, 4, 5, "grub:\n  users:\n    - {name: root, password_hash: grub.pbkdf2.x}\n", "{\"storage\":{\"files\":[{\"append\":[{\"source\":\"data:,%23%20Made%20by%20hull%20provision%20convert%0A%0Aset%20superusers=%22root%22%0Apassword_pbkdf2%20root%20grub.pbkdf2.x%0A\",\"compression\":\"\"}],\"path\":\"/boot/grub2/user.cfg\"}],\"filesystems\":[{\"device\":\"/dev/disk/by-label/boot\",\"format\":\"ext4\",\"path\":\"/boot\"}]}}"),
        ("a user of grub without hash", Fcos, 4, 5, "grub:\n  users:\n    - {name: root}\n", "error $.grub.users: a user of grub needs a name and a password_hash, without blanks"),
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in Table)
            {
                foreach (var version in ButaneVersion.All.Where(v => (row.Since >= 0 ? v.Target.Minor >= row.Since : v.Target.Minor <= -row.Since) && (row.Variant.Length == 0 || (v.Variant == row.Variant && v.Minor >= row.Minor))))
                {
                    data.Add(row.Name, version.ToString());
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Convert_CaseOfTheTable_GivesTheConfigOrTheFindings(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        var kind = ButaneVersion.All.Single(v => v.ToString() == version);
        var conversion = new ButaneConverter(null).Convert(Head(kind) + row.Yaml, "a.bu");
        var findings = conversion.Findings.Select(f => $"{f.LevelName} {f.Path}: {f.Message}").ToList();
        if (!row.Result.StartsWith('{'))
        {
            // What newer specs allow is not warned of there.
            var expected = row.Result.Split('\n').Where(e => kind.Target.Minor < 4 || !e.Contains("older than 3.4.0", StringComparison.Ordinal)).ToList();
            Assert.Equal(expected.Count(e => e.Contains(": ", StringComparison.Ordinal)), expected.Count(findings.Contains));
            Assert.True(expected.Count == findings.Count || !expected[0].Contains(": ", StringComparison.Ordinal), string.Join('\n', findings));
            Assert.Equal(row.Result.StartsWith("error", StringComparison.Ordinal), conversion.Config is null);
            return;
        }

        Assert.Empty(findings);
        var json = Encoding.UTF8.GetString(ConfigJson.Write(conversion.Config!.Node));
        Assert.Contains($"\"version\":\"{kind.Target}\"", json, StringComparison.Ordinal);
        var body = string.Join(',', conversion.Config.Node.Entries.Where(e => e.Key != "ignition").Select(e => $"\"{e.Key}\":{Encoding.UTF8.GetString(ConfigJson.Write(e.Value))}"));
        Assert.Equal(Canonical.Of(row.Result), Canonical.Of($"{{{body}}}"));
        var reading = ConfigReader.Read(Encoding.UTF8.GetBytes(json), "a.ign");
        Assert.False(reading.IsRefused, string.Join('\n', reading.Findings));
    }

    [Fact]
    public void Convert_LocalFilesAndTrees_AreEmbedded()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["tree/etc/b"]);
        File.WriteAllText(folder["tree/etc/plain"], "p");
        File.WriteAllText(folder["tree/etc/b/run"], "r");
        HostTool.Run("chmod", "755", folder["tree/etc/b/run"]);
        File.CreateSymbolicLink(folder["tree/etc/link"], "plain");
        File.WriteAllText(folder["unit"], "[A]\n");
        File.WriteAllText(folder["keys"], "k1\r\n\nk2\n");
        var conversion = new ButaneConverter(folder.Root).Convert(
            """
            variant: flatcar
            version: 1.1.0
            storage:
              files:
                - {path: /etc/plain, mode: 0600}
                - {path: /c, contents: {local: keys}}
              trees:
                - local: tree
            systemd:
              units:
                - {name: a.service, contents_local: unit}
            passwd:
              users:
                - {name: core, ssh_authorized_keys: [k0], ssh_authorized_keys_local: [keys]}
            """,
            "a.bu");
        Assert.Empty(conversion.Findings);
        var config = conversion.Config!;
        Assert.Equal([("/etc/plain", 384L), ("/c", null), ("/etc/b/run", 493L)], config.Storage.Files.Select(f => (f.Path, f.Mode)));
        Assert.Equal("data:,p", config.Storage.Files[0].Contents.Source);
        Assert.Equal(("/etc/link", "plain"), (config.Storage.Links[0].Path, config.Storage.Links[0].Target));
        Assert.Equal("[A]\n", config.Systemd.Units[0].Contents);
        Assert.Equal(["k0", "k1", "k2"], config.Passwd.Users[0].SshAuthorizedKeys);
    }

    [Theory]
    [InlineData("storage: {files: [{path: /a, contents: {local: ../x}}]}", "HULL8051")]
    [InlineData("storage: {files: [{path: /a, contents: {local: nothing}}]}", "HULL8051")]
    [InlineData("storage: {trees: [{local: ..}]}", "HULL8051")]
    [InlineData("storage: {trees: [{local: file}]}", "HULL8051")]
    [InlineData("storage: {trees: [{path: /a}]}", "HULL8052")]
    [InlineData("storage: {trees: [{local: tree}], files: [{path: /f, contents: {inline: x}}]}", "HULL8052")]
    [InlineData("storage: {trees: [{local: tree}], directories: [{path: /f}]}", "HULL8052")]
    [InlineData("storage: {trees: [{local: tree}, {local: tree}]}", "HULL8052")]
    [InlineData("storage: {files: [&a {path: /a}]}", "HULL4002")]
    [InlineData("storage: {files: [", "HULL4001")]
    public void Convert_WhatCannotBe_HasACodedError(string yaml, string code)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["tree"]);
        File.WriteAllText(folder["tree/f"], "");
        File.WriteAllText(folder["file"], "");
        var conversion = new ButaneConverter(folder.Root).Convert($"variant: fcos\nversion: 1.4.0\n{yaml}\n", "a.bu");
        Assert.Null(conversion.Config);
        Assert.Equal(code, conversion.Findings[0].Code.Code);
    }

    [Theory]
    [InlineData("variant: fcos\nversion: 1.9.0\n", "HULL8050")]
    [InlineData("variant: rhcos\nversion: 1.0.0\n", "HULL8050")]
    [InlineData("storage: {}\n", "HULL8050")]
    [InlineData("- a\n", "HULL8006")]
    public void Convert_WhatIsNoKnownVariant_HasACodedError(string yaml, string code) => Assert.Equal(code, Assert.Single(new ButaneConverter(null).Convert(yaml, "a.bu").Findings).Code.Code);

    [Fact]
    public void Convert_Finding_HasTheYamlsPlace() =>
        Assert.Equal("error at $.storage.files.0.path, line 5 col 13: path not absolute (HULL8011)", Assert.Single(new ButaneConverter(null).Convert("variant: fcos\nversion: 1.4.0\nstorage:\n  files:\n    - path: a\n", "a.bu").Findings).ToString());

    [Fact]
    public void Convert_LongText_IsCompressedAndComesBack()
    {
        var text = string.Concat(Enumerable.Repeat("some words again and again\n", 100));
        var conversion = new ButaneConverter(null).Convert($"variant: fcos\nversion: 1.4.0\nstorage:\n  files:\n    - path: /a\n      contents:\n        inline: {System.Text.Json.JsonSerializer.Serialize(text)}\n", "a.bu");
        var contents = conversion.Config!.Storage.Files[0].Contents;
        Assert.Equal("gzip", contents.Compression);
        Assert.Equal(text, Encoding.UTF8.GetString(Provisioning.Resources.ResourceContents.FromUrl(contents)));
    }

    // Every config of the table, written as YAML, converts to itself where the target spec is the same.
    [Fact]
    public void Convert_ConfigsOfTheTable_GiveTheSameFindingsAsJson()
    {
        foreach (var (@case, version) in ConfigCases.Registered().Where(r => r.Version.Minor == 4 && !r.Case.Expect.Contains("HULL8006", StringComparison.Ordinal)))
        {
            var reading = ConfigReader.Read(Encoding.UTF8.GetBytes(@case.Text(version)), "a");
            if (reading.Config is null || reading.Findings.Count > 0)
            {
                continue;
            }

            var conversion = new ButaneConverter(null).Convert("variant: fcos\nversion: 1.5.0\n" + Yaml(reading.Config.Node, top: true), "a.bu");
            Assert.True(conversion.Config is not null, $"{@case.Name}: {string.Join('\n', conversion.Findings)}");
            Assert.Equal(ConfigJson.Write(reading.Config.Storage.Node), ConfigJson.Write(conversion.Config.Storage.Node));
        }
    }

    [Fact]
    public void Convert_ChangedText_NeverThrows()
    {
        var seeds = Table.Select(r => $"variant: fcos\nversion: 1.5.0\n{r.Yaml}").ToArray();
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Int[0, 2000], Gen.Char["{}[]:-&*\"'\n 0a~é|>"]).List[1, 5]).Sample(
            (which, edits) =>
            {
                var text = seeds[which].ToCharArray();
                foreach (var (at, value) in edits)
                {
                    text[at % text.Length] = value;
                }

                var conversion = new ButaneConverter(null).Convert(new string(text), "a.bu");
                Assert.Equal(conversion.Config is null, conversion.Findings.Any(f => f.Level == FindingLevel.Error));
            },
            iter: 5000,
            threads: 1);
    }

    [Theory]
    [InlineData("/", "-")]
    [InlineData("/var/lib", "var-lib")]
    [InlineData("//var//lib/", "var-lib")]
    [InlineData("/.a/b.c", "\\x2ea-b.c")]
    [InlineData("/a-b/ü", "a\\x2db-\\xc3\\xbc")]
    public void Escape_Path_IsAsSystemdEscapeMakesIt(string path, string name) => Assert.Equal(name, UnitName.Escape(path));

    private static string Head(ButaneVersion version) => $"variant: {version.Variant}\nversion: 1.{version.Minor}.0\n";

    private static string Disk(int number, string device) =>
        $"{{\"device\":\"{device}\",\"wipeTable\":true,\"partitions\":[{{\"label\":\"reserved-{number}\",\"sizeMiB\":1,\"typeGuid\":\"8DA63339-0007-60C0-C436-083AC8230908\"}},{{\"label\":\"esp-{number}\",\"sizeMiB\":127,\"typeGuid\":\"C12A7328-F81F-11D2-BA4B-00A0C93EC93B\"}},{{\"label\":\"boot-{number}\",\"sizeMiB\":384}},{{\"label\":\"root-{number}\"}}]}}";

    // JSON is YAML, but for the spelling of the keys.
    private static string Yaml(ConfigNode node, bool top = false) => node switch
    {
        ConfigObject map when top => string.Concat(map.Entries.Select(e => $"{SnakeCase.Of(e.Key)}: {Yaml(e.Key == "ignition" ? new ConfigObject(e.Value.Where, [.. ((ConfigObject)e.Value).Entries.Where(x => x.Key != "version")]) : e.Value)}\n")),
        ConfigObject map => $"{{{string.Join(", ", map.Entries.Select(e => $"{SnakeCase.Of(e.Key)}: {Yaml(e.Value)}"))}}}",
        ConfigList list => $"[{string.Join(", ", list.Items.Select(i => Yaml(i)))}]",
        _ => Encoding.UTF8.GetString(ConfigJson.Write(node)),
    };
}
