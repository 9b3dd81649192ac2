using Ironhull.Formats.Gpt;

namespace Ironhull.Machines.Acceptance;

/// <summary>The test that boots the image with disks beside its own and a config that partitions, mirrors, encrypts and formats them, and that cuts the power meanwhile.</summary>
internal static class DiskProvisionChecks
{
    private const long MiB = 1 << 20;
    private const long SectorsPerMiB = MiB / GptTable.SectorSize;

    private static readonly TimeSpan s_restartLimit = TimeSpan.FromSeconds(180);

    // Into the stage: while partitions, arrays and volumes are made, and while file systems are.
    private static readonly TimeSpan[] s_cuts = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(7)];

    /// <summary>All tests.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("provision/disks-of-a-first-boot", "A first boot whose power fails twice while it partitions, mirrors, encrypts (by key file and by TPM) and formats disks is completed, and the second boot mounts them all", RunAsync),
    ];

    /// <summary>What the second disk holds beforehand: a partition that is kept, one that is replaced, one that grows, one that goes.</summary>
    internal static GptTable Before { get; } = new(new Guid("5f0c6e8a-5a3e-4cf5-9a53-0e0f3a1f7a01"),
    [
        Partition(1, "mirror-b", 1, 64), Partition(2, "old", 65, 64), Partition(3, "grows", 160, 16), Partition(9, "gone", 140, 16),
    ]);

    private static async Task<string> RunAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var addon = ProvisionedDisk.AddonOf(context.Options.ImagePath);
        if (!File.Exists(addon))
        {
            throw new CheckSkippedException($"{addon} is not there");
        }

        var (disk, config) = (Path.Combine(context.Folder, "provision.raw"), Path.Combine(context.Folder, "provision.ign"));
        ProvisionedDisk.SwitchOn(context.Image, addon, disk);
        await File.WriteAllTextAsync(config, Config(), cancel).ConfigureAwait(false);
        await using var machine = await Machine.StartAsync(
            BootChecks.Options(context, disk) with { IgnitionPath = config, Disks = [new("a", 1024 * MiB), new("b", 256 * MiB) { Fill = stream => Before.WriteTo(stream) }, new("c", 256 * MiB)] }, cancel).ConfigureAwait(false);
        try
        {
            foreach (var cut in s_cuts)
            {
                await CutAsync(machine, cut, cancel).ConfigureAwait(false);
            }

            var first = await BootedAsync(machine, cancel).ConfigureAwait(false);
            await machine.PowerOffAsync(s_restartLimit, cancel).ConfigureAwait(false);
            await machine.StartAgainAsync(new Dictionary<string, string>(), cancel).ConfigureAwait(false);
            var second = await BootedAsync(machine, cancel).ConfigureAwait(false);
            Check.Equal(first, second, "what the second boot finds");
            return $"{second}\n{await KilledAsync(machine, cancel).ConfigureAwait(false)}";
        }
        finally
        {
            context.Keep(machine);
        }
    }

    private static async Task CutAsync(Machine machine, TimeSpan after, CancellationToken cancel)
    {
        var seen = await machine.WaitForConsoleAsync(["stage disks", .. Machine.BootMarkers], TimeSpan.FromSeconds(600), cancel).ConfigureAwait(false);
        Check.That(seen == "stage disks", $"The stage disks did not begin. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        await Task.Delay(after, cancel).ConfigureAwait(false);
        await machine.CutPowerAsync().ConfigureAwait(false);
        await machine.StartAgainAsync(new Dictionary<string, string>(), cancel).ConfigureAwait(false);
    }

    // The stage is killed at moments that get later and later, and run to its end then: file systems are whole, nothing is left behind.
    private static async Task<string> KilledAsync(Machine machine, CancellationToken cancel)
    {
        using var config = new MemoryStream(System.Text.Encoding.UTF8.GetBytes("""
            {
              "ignition": {"version": "3.4.0"},
              "storage": {
                "disks": [{"device": "/dev/disk/by-id/virtio-c", "partitions": [{"number": 1, "label": "kill-a", "sizeMiB": 100}, {"number": 2, "label": "kill-b", "sizeMiB": 50}]}],
                "filesystems": [{"device": "/dev/disk/by-partlabel/kill-a", "format": "ext4", "label": "A"}, {"device": "/dev/disk/by-partlabel/kill-b", "format": "vfat", "label": "B"}]
              }
            }
            """));
        await machine.SshAsync("cat > /run/kill.json", config, cancel).ConfigureAwait(false);
        const string Stage = "hull-node provision --stage=disks --platform=qemu --config-cache=/run/kill.json --state-file=/run/kill.state";
        var output = await machine.SshAsync(
            $"for t in 0.2 0.5 0.8 1.1 1.4 1.8 2.2 2.6; do setsid {Stage} >/dev/null 2>&1 & p=$!; sleep $t; kill -9 -- -$p 2>/dev/null && echo killed after $t s; wait $p; done 2>/dev/null; {Stage} 2>&1; " +
            "fsck.ext4 -fn /dev/disk/by-partlabel/kill-a 2>&1; fsck.vfat -n /dev/disk/by-partlabel/kill-b; ls /var/lib/ironhull; lsblk -nro PARTLABEL,FSTYPE,LABEL /dev/disk/by-id/virtio-c", cancel: cancel).ConfigureAwait(false);
        foreach (var expected in (string[])["disks: passed", "kill-a ext4 A", "kill-b vfat B"])
        {
            Check.Contains(expected, output, "the stage after the last kill");
        }

        Check.Lacks("unfinished-devices", output, "what is left behind");
        Check.That(Check.Lines(output).Any(l => l.StartsWith("killed", StringComparison.Ordinal)), $"Nothing was killed:\n{output}");
        return $"{Check.Lines(output).Count(l => l.StartsWith("killed", StringComparison.Ordinal))} runs of the stage killed, the next one completes";
    }

    private static async Task<string> BootedAsync(Machine machine, CancellationToken cancel)
    {
        await machine.WaitForBootAsync(cancel).ConfigureAwait(false);
        await machine.ConnectAsync(cancel).ConfigureAwait(false);
        var state = (await machine.TrySshAsync("systemctl is-system-running --wait", cancel: cancel).ConfigureAwait(false)).Output.Trim();
        var failed = await machine.SshAsync("systemctl --failed --no-legend --plain", cancel: cancel).ConfigureAwait(false);
        Check.Equal("", failed.Trim(), "systemctl --failed");
        Check.Equal("running", state, "systemctl is-system-running");

        var tree = await machine.SshAsync(
            "for d in mirror fast keyed bound interchange; do findmnt -rno TARGET,FSTYPE,LABEL /var/lib/$d; cat /var/lib/$d/sub/file; done; " +
            "for p in /dev/disk/by-id/virtio-[ab]-part*; do echo $(basename $p) $(lsblk -dnro PARTLABEL,SIZE $p); done; swapon --noheadings --show=NAME | wc -l; " +
            "mdadm --detail /dev/md/mirror | grep -E 'Raid Level|Active Devices' | tr -s ' '; cryptsetup luksDump /dev/disk/by-partlabel/bound | grep -c systemd-tpm2; " +
            "cryptsetup luksDump --dump-json-metadata /dev/disk/by-partlabel/bound | grep -c '\"kdf\"'; stat -c '%n %a' /etc/luks /etc/luks/* /etc/crypttab; lsblk -dnro PARTLABEL $(findmnt -nro SOURCE /)", cancel: cancel).ConfigureAwait(false);
        foreach (var expected in (string[])
        [
            "/var/lib/mirror ext4 MIRROR\nmirror", "/var/lib/fast xfs FAST\nfast", "/var/lib/keyed ext4 KEYED\nkeyed", "/var/lib/bound ext4 BOUND\nbound", "/var/lib/interchange vfat INTERCHANGE\ninterchange",
            "virtio-a-part1 mirror-a 64M", "virtio-a-part2 keyed 64M", "virtio-a-part3 interchange 40M", "virtio-a-part4 more 32M", "virtio-a-part5 fast",
            "virtio-b-part1 mirror-b 64M", "virtio-b-part2 bound 64M", "virtio-b-part3 grows 32M\n1\n", "Raid Level : raid1", "Active Devices : 2", "/etc/luks 700", "/etc/luks/keyed 600", "/etc/crypttab 600", "ROOT",
        ])
        {
            Check.Contains(expected, tree, "the disks");
        }

        var labels = await machine.SshAsync(
            "for d in mirror fast keyed bound; do echo /var/lib/$d /var/lib/$d/sub /var/lib/$d/sub/file; done | xargs matchpathcon -V /var/lib/mirror/lost+found /etc/luks /etc/luks/keyed /etc/crypttab | grep -v ' verified' || true", cancel: cancel).ConfigureAwait(false);
        Check.Equal("", labels.Trim(), "labels that are not the policy's");
        var denials = await machine.SshAsync("journalctl -b -o cat | grep -E 'avc: +denied|SELINUX_ERR' | sort | uniq -c | head -n 50 || true", cancel: cancel).ConfigureAwait(false);
        Check.Equal("", denials.Trim(), "denials since boot");
        return tree.Trim();
    }

    /// <summary>The config: one disk that is made anew, one whose partitions are matched, and the system's own, which is left as it is.</summary>
    internal static string Config() => $$$"""
        {
          "ignition": {"version": "3.4.0"},
          "storage": {
            "disks": [
              {"device": "/dev/disk/by-id/virtio-a", "wipeTable": true, "partitions": [
                {"number": 1, "label": "mirror-a", "sizeMiB": 64}, {"number": 2, "label": "keyed", "sizeMiB": 64},
                {"number": 3, "label": "interchange", "sizeMiB": 40}, {"number": 4, "label": "more", "sizeMiB": 32}, {"label": "fast", "sizeMiB": 0}]},
              {"device": "/dev/disk/by-id/virtio-b", "partitions": [
                {"number": 1, "label": "mirror-b", "startMiB": 1, "sizeMiB": 64}, {"number": 2, "label": "bound", "sizeMiB": 64, "wipePartitionEntry": true},
                {"number": 3, "label": "grows", "sizeMiB": 32, "resize": true}, {"number": 9, "shouldExist": false, "wipePartitionEntry": true}]},
              {"device": "/dev/disk/by-id/virtio-system", "partitions": [{"number": 8, "label": "ROOT"}]}
            ],
            "raid": [{"name": "mirror", "level": "raid1", "devices": ["/dev/disk/by-partlabel/mirror-a", "/dev/disk/by-partlabel/mirror-b"]}],
            "luks": [
              {"name": "keyed", "device": "/dev/disk/by-partlabel/keyed", "wipeVolume": true, "keyFile": {"source": "data:,a%20key%20of%20its%20own"}, {{{Quick}}}},
              {"name": "bound", "device": "/dev/disk/by-partlabel/bound", "wipeVolume": true, "clevis": {"tpm2": true}, {{{Quick}}}}
            ],
            "filesystems": [
              {{{Filesystem("/dev/md/mirror", "ext4", "mirror")}}}, {{{Filesystem("/dev/disk/by-partlabel/fast", "xfs", "fast")}}}, {{{Filesystem("/dev/mapper/keyed", "ext4", "keyed")}}},
              {{{Filesystem("/dev/mapper/bound", "ext4", "bound")}}}, {{{Filesystem("/dev/disk/by-partlabel/interchange", "vfat", "interchange")}}},
              {"device": "/dev/disk/by-partlabel/more", "format": "swap"}
            ],
            "files": [{{{string.Join(", ", s_names.Select(Written))}}}]
          },
          "systemd": {"units": [
            {{{Mount("/dev/md/mirror", "ext4", "mirror")}}}, {{{Mount("/dev/disk/by-partlabel/fast", "xfs", "fast")}}}, {{{Mount("/dev/mapper/keyed", "ext4", "keyed")}}},
            {{{Mount("/dev/mapper/bound", "ext4", "bound")}}}, {{{Mount("/dev/disk/by-partlabel/interchange", "vfat", "interchange")}}},
            {"name": "dev-disk-by\\x2dpartlabel-more.swap", "enabled": true, "contents": "[Swap]\nWhat=/dev/disk/by-partlabel/more\n[Install]\nRequiredBy=swap.target\n"}
          ]}
        }
        """;

    private static readonly string[] s_names = ["mirror", "fast", "keyed", "bound", "interchange"];

    // A key of full length needs no slow derivation.
    private const string Quick = "\"options\": [\"--pbkdf\", \"pbkdf2\", \"--pbkdf-force-iterations\", \"1000\"]";

    private static string Filesystem(string device, string format, string name) =>
        $$"""{"device": "{{device}}", "path": "/var/lib/{{name}}", "format": "{{format}}", "label": "{{name.ToUpperInvariant()}}", "wipeFilesystem": true}""";

    private static string Written(string name) => $$"""{"path": "/var/lib/{{name}}/sub/file", "contents": {"source": "data:,{{name}}%0A"} }""";

    private static string Mount(string device, string format, string name) =>
        $$"""{"name": "var-lib-{{name}}.mount", "enabled": true, "contents": "[Unit]\nBefore=local-fs.target\n[Mount]\nWhat={{device}}\nWhere=/var/lib/{{name}}\nType={{format}}\n[Install]\nRequiredBy=local-fs.target\n"}""";

    private static GptPartition Partition(int number, string name, long startMiB, long sizeMiB) =>
        new(PartitionTypes.LinuxGeneric, new Guid(number, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), name, startMiB * SectorsPerMiB, ((startMiB + sizeMiB) * SectorsPerMiB) - 1) { Number = number };
}
