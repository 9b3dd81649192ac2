using System.Globalization;

namespace Ironhull.Machines.Acceptance;

/// <summary>The tests that look at one booted machine; they change nothing that another one reads.</summary>
internal static class HostChecks
{
    private const string Variables = "/sys/firmware/efi/efivars";
    private const string GlobalVendor = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

    /// <summary>A test of the booted machine: a title, and what is looked at.</summary>
    internal sealed record HostCheck(string Name, string Title, Func<Machine, AcceptanceOptions, CancellationToken, Task<string>> Run);

    /// <summary>All tests, in the order in which they run.</summary>
    public static IReadOnlyList<HostCheck> All { get; } =
    [
        new("secure-boot-is-on", "Secure Boot is on, in user mode, and the kernel is locked down", SecureBoot),
        new("usr-is-verified-with-signature", "/usr is opened by dm-verity and the kernel has checked its signed root hash", Verity),
        new("usr-is-read-only", "/usr cannot be written to", UsrReadOnly),
        new("system-is-running", "systemctl is-system-running says running", IsRunning),
        new("no-unit-failed", "No unit has failed", NoFailedUnit),
        new("root-fills-the-disk", "ROOT was made at first boot and fills the disk", RootGrown),
        new("second-slot-exists", "The second slot was made at first boot, each partition as large as the first slot's", SecondSlot),
        new("etc-is-a-writable-overlay", "/etc is an overlay of verified defaults and can be written to", EtcOverlay),
        new("boot-was-counted-good", "The boot counter is gone: systemd-bless-boot has marked the boot as good", Blessed),
        new("only-expected-listeners", "Only the expected sockets listen", OnlyListeners),
        new("no-suid-files", "No file has the set-user-ID or set-group-ID bit", NoSuid),
        new("only-root-logs-in-by-key", "No account but root has a login shell, no account has a password, ssh takes keys only", Logins),
        new("no-interpreter-or-package-manager", "There is no python, perl or package manager", NoInterpreters),
        new("kubelet-preflight-tools", "The tools that kubelet's preflight wants are there", PreflightTools),
        new("kubelet-preflight-kernel", "The kernel settings that kubelet's preflight wants are set", PreflightKernel),
        new("network-names-and-time", "networkd, resolved and timesyncd run, and the card has an address", Network),
        new("journal-is-persistent", "The journal is kept on ROOT", Journal),
        .. IpeChecks.All,
        .. FileTreeChecks.All,
        .. CapabilityChecks.All,
        .. HardeningChecks.All,
        .. LockoutChecks.All,
        .. ExtensionChecks.All,
        .. NodeChecks.All,
        .. KernelTrustChecks.All,
        .. SelinuxChecks.All,
    ];

    private static async Task<string> SecureBoot(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // An efivarfs file: four bytes of attributes, then the value.
        var values = await machine.SshAsync($"for v in SecureBoot SetupMode; do od -An -tu1 -j4 -N1 {Variables}/$v-{GlobalVendor}; done; cat /sys/kernel/security/lockdown", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(values);
        Check.That(lines.Count == 3 && lines[0] == "1", $"SecureBoot is not 1: {values}");
        Check.That(lines[1] == "0", $"SetupMode is not 0: {values}");
        Check.Lacks("[none]", lines[2], "lockdown");
        return $"SecureBoot=1 SetupMode=0 lockdown: {lines[2]}";
    }

    private static async Task<string> Verity(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var status = await machine.SshAsync("veritysetup status usr; cat /proc/cmdline; dmsetup table usr", cancel: cancel).ConfigureAwait(false);
        Check.Contains("verified (with signature)", status, "veritysetup status usr");
        Check.Contains("root_hash_sig_key_desc", status, "dmsetup table usr");
        Check.Contains("panic_on_corruption", status, "dmsetup table usr");
        return "status: verified (with signature), panic_on_corruption";
    }

    private static async Task<string> UsrReadOnly(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // The verified file system, and over it, read-only too, the extensions.
        var type = await machine.SshAsync("findmnt -no FSTYPE,OPTIONS --mountpoint /usr", cancel: cancel).ConfigureAwait(false);
        Check.Contains("erofs", type, "/usr");
        foreach (var layer in Check.Lines(type))
        {
            Check.That(layer.Split(' ', ',').Contains("ro"), $"a layer of /usr is writable: {layer}");
        }

        var write = await machine.TrySshAsync("touch /usr/acceptance 2>&1; mount -o remount,rw /usr 2>&1 && touch /usr/acceptance 2>&1; test ! -e /usr/acceptance", cancel: cancel).ConfigureAwait(false);
        Check.That(write.Succeeded, $"a file was made in /usr: {write.Output}");
        return type.Trim();
    }

    private static async Task<string> IsRunning(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var state = await machine.TrySshAsync("systemctl is-system-running --wait", cancel: cancel).ConfigureAwait(false);
        Check.Equal("running", state.Output, "systemctl is-system-running");
        return (await machine.SshAsync("systemd-analyze time | head -1", cancel: cancel).ConfigureAwait(false)).Trim();
    }

    private static async Task<string> NoFailedUnit(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var failed = await machine.SshAsync("systemctl list-units --failed --plain --no-legend --all", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(failed), "failed units");
        var jobs = await machine.SshAsync("systemctl list-jobs --plain --no-legend", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(jobs), "jobs that have not ended");
        return "0 failed units, 0 waiting jobs";
    }

    private static async Task<string> RootGrown(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "set -e; p=$(realpath /dev/disk/by-partlabel/ROOT); n=${p##*/}; d=$(lsblk -ndo PKNAME $p); " +
            "cat /sys/class/block/$d/size /sys/class/block/$n/start /sys/class/block/$n/size; " +
            "df -B512 --output=size / | tail -1; findmnt -no SOURCE /; echo $p", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count == 6, $"unexpected output: {output}");
        Check.Equal(lines[5], lines[4], "the device of /");
        var sectors = lines.Take(4).Select(l => long.Parse(l, CultureInfo.InvariantCulture)).ToArray();
        var unused = sectors[0] - sectors[1] - sectors[2];
        Check.That(unused <= 4096, $"{unused} sectors of 512 bytes follow ROOT on the disk.");
        Check.That(sectors[3] >= sectors[2] * 9 / 10, $"the file system has {sectors[3]} sectors, its partition {sectors[2]}.");
        return $"disk {sectors[0] / 2048} MiB, ROOT {sectors[2] / 2048} MiB, file system {sectors[3] / 2048} MiB";
    }

    private static async Task<string> SecondSlot(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "for s in A B; do for k in '' -VERITY -VERITY-SIG; do l=USR-$s$k; p=$(realpath -e /dev/disk/by-partlabel/$l) && echo $l $(lsblk -ndbo SIZE,PARTTYPE $p); done; done", cancel: cancel).ConfigureAwait(false);
        var found = Check.Lines(output).Select(l => l.Split(' ', 2)).ToDictionary(f => f[0], f => f[1], StringComparer.Ordinal);
        foreach (var part in (string[])["", "-VERITY", "-VERITY-SIG"])
        {
            Check.That(found.ContainsKey("USR-A" + part) && found.ContainsKey("USR-B" + part), $"a partition of the slots is missing:\n{output}");
            Check.Equal(found["USR-A" + part], found["USR-B" + part], $"size and type of USR-B{part}");
        }

        return output.Trim();
    }

    private static async Task<string> EtcOverlay(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var mount = await machine.SshAsync("findmnt -no FSTYPE,OPTIONS /etc", cancel: cancel).ConfigureAwait(false);
        Check.Contains("overlay", mount, "/etc");
        Check.Contains("/usr/share/ironhull/etc", mount, "/etc");
        await machine.SshAsync("echo kept > /etc/acceptance && grep -q kept /var/lib/etc-overlay/upper/acceptance && rm /etc/acceptance", cancel: cancel).ConfigureAwait(false);
        return mount.Trim();
    }

    private static async Task<string> Blessed(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync("systemctl is-active systemd-bless-boot.service; ls $(bootctl -p)/EFI/Linux", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count > 1 && lines[0] == "active", $"systemd-bless-boot is not active: {output}");
        Check.None([.. lines.Skip(1).Where(l => l.Contains('+', StringComparison.Ordinal))], "boot files with a counter");
        return string.Join(' ', lines.Skip(1));
    }

    private static async Task<string> OnlyListeners(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var sockets = await machine.SshAsync("ss -Hlntup", cancel: cancel).ConfigureAwait(false);
        Check.None(Listeners.Unexpected(sockets), "unexpected listeners");
        Check.Contains(":22 ", sockets, "ssh");
        return sockets.Trim();
    }

    private static async Task<string> NoSuid(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var files = await machine.SshAsync("find / /usr -xdev -type f -perm /6000", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(files), "set-user-ID or set-group-ID files");
        return "0 files";
    }

    private static async Task<string> Logins(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "awk -F: '$7 !~ /(nologin|false)$/ {print \"shell\", $1}' /etc/passwd; awk -F: '$2 !~ /^[!*]/ {print \"password\", $1}' /etc/shadow; " +
            "sshd -T | grep -E '^(passwordauthentication|kbdinteractiveauthentication|permitemptypasswords|permitrootlogin|authenticationmethods) '", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.None([.. lines.Where(l => l.StartsWith("password ", StringComparison.Ordinal))], "accounts with a password");
        Check.None([.. lines.Where(l => l.StartsWith("shell ", StringComparison.Ordinal) && l != "shell root")], "accounts with a login shell");
        Check.Contains("passwordauthentication no", output, "sshd");
        Check.Contains("kbdinteractiveauthentication no", output, "sshd");
        Check.Contains("permitemptypasswords no", output, "sshd");
        Check.That(lines.Contains("permitrootlogin without-password") || lines.Contains("permitrootlogin prohibit-password"), $"permitrootlogin: {output}");
        return string.Join("; ", lines);
    }

    private static async Task<string> NoInterpreters(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var found = await machine.SshAsync("ls -d /usr/bin/python* /usr/bin/perl* /usr/bin/dpkg* /usr/bin/apt* /usr/bin/rpm* /usr/lib/python* /usr/share/perl* 2>/dev/null || true", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(found), "interpreters or package managers");
        return "none";
    }

    private static async Task<string> PreflightTools(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var missing = await machine.SshAsync("for t in conntrack ethtool socat iptables mount nsenter modprobe ip crun; do command -v $t >/dev/null || echo $t; done; iptables -V >/dev/null && modprobe -n overlay", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(missing), "missing tools");
        return "conntrack ethtool socat iptables mount nsenter modprobe ip crun";
    }

    private static async Task<string> PreflightKernel(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync("cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/bridge/bridge-nf-call-ip6tables; stat -fc %T /sys/fs/cgroup; wc -l < /proc/swaps", cancel: cancel).ConfigureAwait(false);
        Check.Equal("1 1 1 cgroup2fs 1", string.Join(' ', Check.Lines(output)), "ip_forward, bridge-nf-call-*, cgroup file system, lines of /proc/swaps");
        return "ip_forward=1 bridge-nf-call-iptables=1 cgroup v2, no swap";
    }

    private static async Task<string> Network(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync("systemctl is-active systemd-networkd systemd-resolved systemd-timesyncd containerd ssh.socket; readlink /etc/resolv.conf; ip -4 -o addr show scope global", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Take(5).All(l => l == "active"), $"not all of networkd, resolved, timesyncd, containerd, ssh.socket are active: {output}");
        Check.Contains("resolve/stub-resolv.conf", output, "/etc/resolv.conf");
        Check.Contains("inet ", output, "addresses");
        return lines[^1];
    }

    private static async Task<string> Journal(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var files = await machine.SshAsync("ls /var/log/journal/$(cat /etc/machine-id)/", cancel: cancel).ConfigureAwait(false);
        Check.Contains("system.journal", files, "/var/log/journal");
        return files.Trim();
    }
}
