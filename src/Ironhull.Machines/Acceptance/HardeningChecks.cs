using System.Globalization;

namespace Ironhull.Machines.Acceptance;

/// <summary>One test for each claim of docs/reference/hardening.md, on the machine that all tests of the host share.</summary>
internal static class HardeningChecks
{
    private const string KernelSettings = """
        kernel.kptr_restrict = 2
        kernel.dmesg_restrict = 1
        kernel.perf_event_paranoid = 3
        kernel.printk = 5 4 1 7
        kernel.unprivileged_bpf_disabled = 1
        net.core.bpf_jit_harden = 2
        kernel.yama.ptrace_scope = 1
        kernel.sysrq = 0
        kernel.randomize_va_space = 2
        kernel.io_uring_disabled = 1
        kernel.unprivileged_userns_clone = 0
        kernel.kexec_load_disabled = 1
        kernel.core_pattern = |/bin/false
        vm.unprivileged_userfaultfd = 0
        vm.mmap_min_addr = 65536
        dev.tty.ldisc_autoload = 0
        fs.suid_dumpable = 0
        fs.protected_fifos = 2
        fs.protected_regular = 2
        fs.protected_hardlinks = 1
        fs.protected_symlinks = 1
        net.ipv4.conf.all.accept_redirects = 0
        net.ipv4.conf.all.secure_redirects = 0
        net.ipv4.conf.all.send_redirects = 0
        net.ipv4.conf.all.accept_source_route = 0
        net.ipv4.conf.default.accept_redirects = 0
        net.ipv4.conf.default.secure_redirects = 0
        net.ipv4.conf.default.send_redirects = 0
        net.ipv4.conf.default.accept_source_route = 0
        net.ipv6.conf.all.accept_redirects = 0
        net.ipv6.conf.default.accept_redirects = 0
        net.ipv6.conf.all.accept_source_route = 0
        net.ipv4.icmp_echo_ignore_broadcasts = 1
        net.ipv4.icmp_ignore_bogus_error_responses = 1
        net.ipv4.tcp_syncookies = 1
        """;

    // k8s.io/kubernetes pkg/util/sysctl: what kubelet compares with --protect-kernel-defaults.
    private const string KubeletSettings = """
        vm.overcommit_memory = 1
        vm.panic_on_oom = 0
        kernel.panic = 10
        kernel.panic_on_oops = 1
        kernel.keys.root_maxkeys = 1000000
        kernel.keys.root_maxbytes = 25000000
        """;

    private const string SshSettings = """
        disableforwarding yes
        maxauthtries 4
        maxsessions 10
        maxstartups 10:30:60
        logingracetime 60
        clientaliveinterval 60
        clientalivecountmax 3
        ignorerhosts yes
        hostbasedauthentication no
        gssapiauthentication no
        permitemptypasswords no
        permituserenvironment no
        permituserrc no
        permittunnel no
        strictmodes yes
        usepam yes
        requiredrsasize 2048
        loglevel VERBOSE
        ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr
        macs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-512,hmac-sha2-256
        """;

    private static readonly string[] s_refusedModules =
        ["cramfs", "dccp", "firewire-core", "freevxfs", "hfs", "hfsplus", "jffs2", "rds", "sctp", "tipc", "usb-storage"];

    /// <summary>All tests, in the order in which they run.</summary>
    public static IReadOnlyList<HostChecks.HostCheck> All { get; } =
    [
        new("hardening-kernel", "The kernel is locked down, wipes memory that it hands out, and takes signed modules only", KernelAsync),
        new("hardening-unsigned-module-is-refused", "A module without its signature is refused, the same one with it is loaded", UnsignedModuleAsync),
        new("hardening-sysctls", "The kernel's settings are those of the table", SysctlsAsync),
        new("hardening-kubelet-kernel-defaults", "kubelet --protect-kernel-defaults finds the settings that it would make", KubeletAsync),
        new("hardening-modules-are-refused", "Modules without a use on a node cannot be loaded", RefusedModulesAsync),
        new("hardening-sshd", "The ssh server's settings and its files' modes are those of the CIS Benchmark", SshdAsync),
        new("hardening-no-way-to-become-root", "There is no sudo, no polkit, no shell without a password and no command from outside at boot", NoRootAsync),
        new("hardening-no-core-dumps", "A program that crashes leaves nothing behind", NoCoreDumpsAsync),
        new("hardening-mount-flags", "Every writable file system is nosuid and nodev, those for files only are noexec", MountsAsync),
        new("hardening-file-modes", "What a login makes is not for everybody; keys, passwords and logs are not readable for everybody", ModesAsync),
        new("hardening-journal-limits", "The journal has bounds and hands nothing on", JournalAsync),
        new("hardening-audit-records", "Changes of accounts and of the kernel's modules are in the journal as audit records, and none was lost", AuditAsync),
        new("hardening-service-exposure", "systemd-analyze security gives no service of ours more than 4.0, and no other one more than was reviewed", ExposureAsync),
        new("hardening-no-right-over-labels", "No service may override or change the policies of the security modules", CapabilitiesAsync),
    ];

    private static async Task<string> KernelAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync("cat /sys/kernel/security/lockdown /sys/module/module/parameters/sig_enforce /proc/cmdline; dmesg | grep 'mem auto-init'", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count == 4, $"unexpected output: {output}");
        Check.Contains("[integrity]", lines[0], "lockdown");
        Check.Equal("Y", lines[1], "module.sig_enforce");
        foreach (var word in (string[])["lockdown=integrity", "module.sig_enforce=1", "init_on_alloc=1", "slab_nomerge"])
        {
            Check.Contains(word, lines[2], "the kernel's command line");
        }

        Check.Contains("heap alloc:on", lines[3], "the kernel's own word");
        return $"lockdown {lines[0]}, sig_enforce {lines[1]}, {lines[3]}";
    }

    private static async Task<string> UnsignedModuleAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // The last 28 bytes of a signed module are its marker; without them it is an unsigned one.
        var output = await machine.SshAsync(
            "m=$(modinfo -n dummy); head -c -28 $m > /var/tmp/unsigned.ko; [ ! -e /sys/fs/selinux/enforce ] || chcon --reference=$m /var/tmp/unsigned.ko; insmod /var/tmp/unsigned.ko 2>&1; echo unsigned $?; rm /var/tmp/unsigned.ko; " +
            "modprobe dummy && rmmod dummy; echo signed $?", cancel: cancel).ConfigureAwait(false);
        Check.Lacks("unsigned 0", output, "insmod of a module without its signature");
        Check.Contains("signed 0", output.Replace("unsigned", "", StringComparison.Ordinal), "modprobe of the same module");
        return output.Trim();
    }

    private static Task<string> SysctlsAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel) => SysctlsAsync(machine, KernelSettings, cancel);

    private static Task<string> KubeletAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel) => SysctlsAsync(machine, KubeletSettings, cancel);

    private static async Task<string> SysctlsAsync(Machine machine, string expected, CancellationToken cancel)
    {
        var names = Settings.Names(expected);
        var output = await machine.SshAsync($"sysctl {string.Join(' ', names)}", cancel: cancel).ConfigureAwait(false);
        Check.None(Settings.Differences(expected, output), "kernel settings");
        return $"{names.Count} settings";
    }

    private static async Task<string> RefusedModulesAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var names = string.Join(' ', s_refusedModules);
        var output = await machine.SshAsync(
            $"for m in {names}; do modprobe $m 2>/dev/null && echo $m was loaded; modprobe --showconfig | grep -qx \"install ${{m/-/_}} /bin/false\" || echo $m is not in the list; done; " +
            "modprobe -n sctp; echo sctp $?; modprobe -n udf; echo udf $?", cancel: cancel).ConfigureAwait(false);
        Check.Equal("sctp 0 udf 0", string.Join(' ', Check.Lines(output)), "modprobe");
        return names;
    }

    private static async Task<string> SshdAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync("sshd -T", cancel: cancel).ConfigureAwait(false);
        Check.None(Settings.Differences(SshSettings, output), "sshd -T");
        var exchange = Check.Lines(output).Single(l => l.StartsWith("kexalgorithms ", StringComparison.Ordinal));
        Check.Lacks("sha1", exchange, "sshd -T");
        var modes = await machine.SshAsync("stat -c '%a %U:%G %n' /etc/ssh/sshd_config /etc/ssh/ssh_host_*_key /etc/ssh/sshd_config.d/* 2>/dev/null || true; stat -c '%a %U:%G %n' /etc/ssh/sshd_config.d", cancel: cancel).ConfigureAwait(false);
        var wrong = Check.Lines(modes).Where(l => !l.StartsWith(l.EndsWith(".d", StringComparison.Ordinal) ? "700 root:root " : "600 root:root ", StringComparison.Ordinal));
        Check.None([.. wrong], "modes of the ssh server's files");
        return modes.Trim();
    }

    private static async Task<string> NoRootAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var found = await machine.SshAsync(
            "for p in sudo doas pkexec; do command -v $p; done; ls -d /etc/sudoers* /etc/polkit-1 /etc/rc.local 2>/dev/null; cd /usr/lib/systemd; " +
            "ls system/debug-shell.service system/rc-local.service system/systemd-udev-load-credentials.service system-generators/systemd-debug-generator system-generators/systemd-run-generator system-generators/systemd-ssh-generator 2>/dev/null; true", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(found), "ways to become root");
        return "none";
    }

    private static async Task<string> NoCoreDumpsAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "d=$(mktemp -d /var/tmp/crash-XXXX); cd $d; ulimit -Hc; bash -c 'kill -SEGV $$' 2>/dev/null; ls $d; ls /var/lib/systemd/coredump 2>/dev/null; cd /; rmdir $d; systemctl show -p DefaultLimitCORE", cancel: cancel).ConfigureAwait(false);
        Check.Equal("0 DefaultLimitCORE=0", string.Join(' ', Check.Lines(output)), "the hard limit, files after a crash, and the limit of services");
        return "limit 0, no file after SIGSEGV";
    }

    private static async Task<string> MountsAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // The ESP is mounted when somebody looks.
        var output = await machine.SshAsync("ls $(bootctl -p) >/dev/null; findmnt -rno TARGET,FSTYPE,OPTIONS", cancel: cancel).ConfigureAwait(false);
        var mounts = Check.Lines(output).Select(l => l.Split(' ')).Where(f => f.Length == 3).ToLookup(f => f[0], f => (Type: f[1], Options: f[2].Split(',')));
        var wrong = new List<string>();
        void Want(string target, string type, params string[] flags)
        {
            var options = mounts[target].LastOrDefault(m => m.Type != "autofs").Options ?? [];
            wrong.AddRange(flags.Where(f => !options.Contains(f)).Select(f => $"{target} ({type}) has no {f}: {string.Join(',', options)}"));
        }

        Want("/", "ROOT, with /var, /home and /opt", "nosuid", "nodev");
        Want("/usr", "EROFS", "ro");
        Want("/tmp", "memory", "nosuid", "nodev", "noexec");
        Want("/dev/shm", "memory", "nosuid", "nodev", "noexec");
        Want("/run", "memory", "nosuid", "nodev");
        Want("/dev", "device nodes", "nosuid");
        Want("/proc", "kernel", "nosuid", "nodev", "noexec");
        Want("/sys", "kernel", "nosuid", "nodev", "noexec");
        var esp = (await machine.SshAsync("bootctl -p", cancel: cancel).ConfigureAwait(false)).Trim();
        Want(esp, "EFI system partition", "nosuid", "nodev", "noexec");
        Check.None(wrong, "mount flags");
        return string.Join('\n', new[] { "/", "/usr", "/tmp", "/dev/shm", "/run", esp }.Select(t => $"{t} {string.Join(',', mounts[t].Last().Options)}"));
    }

    private static async Task<string> ModesAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "umask; stat -c '%a %U:%G %n' /root /etc/shadow /etc/gshadow /etc/passwd /etc/group /etc/security/opasswd $(bootctl -p); " +
            "find /var/log -type f -perm /0007 -printf 'for everybody %m %p\\n'; find /root /home -perm /0007 ! -type l ! -path /home -printf 'for everybody %m %p\\n'", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count > 6, $"unexpected output: {output}");
        Check.Equal("0027", lines[0], "umask of a login");
        Check.Equal("700 root:root /root", lines[1], "mode");
        Check.Equal("640 root:shadow /etc/shadow", lines[2], "mode");
        Check.Equal("640 root:shadow /etc/gshadow", lines[3], "mode");
        Check.Equal("644 root:root /etc/passwd", lines[4], "mode");
        Check.Equal("644 root:root /etc/group", lines[5], "mode");
        Check.Equal("600 root:root /etc/security/opasswd", lines[6], "mode");
        Check.That(lines[7].StartsWith("700 root:root ", StringComparison.Ordinal), $"mode of the ESP: {lines[7]}");
        Check.None([.. lines.Where(l => l.StartsWith("for everybody", StringComparison.Ordinal))], "files that everybody can read");
        return string.Join('\n', lines);
    }

    private static async Task<string> JournalAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync("systemd-analyze cat-config systemd/journald.conf --tldr | grep =", cancel: cancel).ConfigureAwait(false);
        Check.None(Settings.Differences(
            """
            Storage=persistent
            Compress=yes
            SystemMaxUse=512M
            SystemKeepFree=256M
            SystemMaxFileSize=64M
            RuntimeMaxUse=64M
            RateLimitIntervalSec=30s
            RateLimitBurst=10000
            ForwardToSyslog=no
            """,
            output), "journald.conf");
        return string.Join(' ', Check.Lines(output));
    }

    private static async Task<string> AuditAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "auditctl -s | grep -E '^(enabled|lost) '; auditctl -l | wc -l; chmod 0600 /etc/security/opasswd; modprobe dummy && rmmod dummy; " +
            "for i in 1 2 3 4 5 6 7 8 9 10; do journalctl --sync; r=$(journalctl -b -q _TRANSPORT=audit -o cat --since -5min); [[ $r == *'key=\"identity\"'* && $r == *'key=\"modules\"'* ]] && break; sleep 1; done; " +
            "grep -o 'key=\"identity\"' <<<\"$r\" | sort -u; grep -o 'key=\"modules\"' <<<\"$r\" | sort -u", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count == 5, $"unexpected output: {output}");
        Check.Equal("enabled 1", lines[0], "the kernel's audit");
        Check.Equal("lost 0", lines[1], "records");
        return $"{lines[2]} rules, {string.Join(' ', lines.Skip(3))}, {lines[1]}";
    }

    private static async Task<string> ExposureAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // Without a unit, the long-running services; each of those and of ours is then asked for.
        var output = await machine.SshAsync(
            "systemd-analyze security --no-pager | awk 'NR > 1 && $1 ~ /[.]service$/ {print \"Overall exposure level for \" $1 \": \" $2}'; " +
            "for u in $(ls /usr/lib/systemd/system | grep -E '^ironhull-.*[.]service$' | grep -v @) sshd-keygen.service fstrim.service; do systemd-analyze security --no-pager $u | tail -n 1; done", cancel: cancel).ConfigureAwait(false);
        var exposures = ServiceExposure.Parse(output);
        Check.That(exposures.ContainsKey("containerd.service") && exposures.ContainsKey("ironhull-disk-guid.service"), $"unexpected output: {output}");
        Check.None(ServiceExposure.Violations(exposures), "exposures");
        return string.Join('\n', exposures.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Value:F1} {e.Key}")));
    }

    private static async Task<string> CapabilitiesAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // CAP_MAC_OVERRIDE is bit 32, CAP_MAC_ADMIN bit 33 (linux/capability.h).
        var output = await machine.SshAsync(
            "for s in containerd dbus-broker ssh serial-getty@ttyS0 systemd-journald systemd-logind systemd-networkd systemd-resolved systemd-timesyncd systemd-udevd; do " +
            "p=$(systemctl show -P MainPID $s); [ $p = 0 ] || echo $s $(( (0x$(awk '$1 == \"CapBnd:\" {print $2}' /proc/$p/status) >> 32) & 3 )); done; " +
            "echo session $(( (0x$(awk '$1 == \"CapBnd:\" {print $2}' /proc/self/status) >> 32) & 3 ))", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count >= 8, $"unexpected output: {output}");
        Check.None([.. lines.Where(l => !l.EndsWith(" 0", StringComparison.Ordinal))], "services with CAP_MAC_OVERRIDE (1) or CAP_MAC_ADMIN (2)");
        return string.Join(", ", lines.Select(l => l.Split(' ')[0]));
    }
}
