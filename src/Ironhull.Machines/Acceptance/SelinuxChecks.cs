using System.Text;
using static Ironhull.Machines.Acceptance.HostChecks;

namespace Ironhull.Machines.Acceptance;

/// <summary>SELinux on the booted machine: enforcing, labelled as the policy says, quiet, and in the way of containers.</summary>
internal static class SelinuxChecks
{
    // What a fresh ROOT, /etc and /usr hold, and the type that each must have.
    private static readonly (string Path, string Type)[] s_labels =
    [
        ("/", "root_t"), ("/etc", "etc_t"), ("/etc/passwd", "etc_t"), ("/etc/shadow", "shadow_t"), ("/etc/machine-id", "etc_runtime_t"),
        ("/etc/ssh/ssh_host_ed25519_key", "sshd_key_t"), ("/home", "home_root_t"), ("/root", "user_home_dir_t"), ("/opt", "usr_t"),
        ("/opt/cni/bin", "container_plugin_t"), ("/run", "var_run_t"), ("/tmp", "tmp_t"), ("/usr", "usr_t"), ("/usr/bin/bash", "shell_exec_t"),
        ("/usr/lib/systemd/systemd", "init_exec_t"), ("/usr/sbin/sshd", "sshd_exec_t"), ("/var", "var_t"), ("/var/lib", "var_lib_t"),
        ("/var/lib/containerd", "container_var_lib_t"), ("/var/lib/kubelet", "container_var_lib_t"), ("/var/log", "var_log_t"),
        ("/var/log/journal", "systemd_journal_t"), ("/var/lib/etc-overlay/upper", "etc_t"),
    ];

    // What a Kubernetes node has beyond the image.
    private static readonly (string Path, string Type)[] s_kubernetes =
    [
        ("/usr/bin/kubelet", "kubelet_exec_t"), ("/usr/bin/kubeadm", "kubeadm_exec_t"), ("/usr/lib/systemd/system/kubelet.service", "kubernetes_unit_t"), ("/opt/cni/bin/bridge", "container_plugin_t"),
        ("/etc/kubernetes/kubelet.conf", "kubernetes_config_t"), ("/etc/cni/net.d/10-bridge.conf", "container_config_t"), ("/var/lib/kubelet/config.yaml", "container_var_lib_t"),
        ("/var/lib/kubelet/pods/a/volumes/b", "container_file_t"), ("/var/log/pods/a/b/0.log", "container_log_t"),
    ];

    private const string Categories = "s0:c1,c2";
    private const string Capabilities = "\"CAP_DAC_OVERRIDE\", \"CAP_DAC_READ_SEARCH\", \"CAP_CHOWN\", \"CAP_FOWNER\"";

    // What a container of root's would read and write if only modes were asked.
    private static readonly string[] s_secrets = ["/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/var/lib/ironhull/disk-guid", "/var/lib/systemd/random-seed"];
    private static readonly string[] s_folders = ["/etc", "/root", "/var/lib", "/var/log", "/run", "/opt"];

    /// <summary>All tests, in the order in which they run.</summary>
    public static IReadOnlyList<HostCheck> All { get; } =
    [
        new("selinux-is-enforcing", "SELinux enforces the image's own policy, from the first process of the system on", Enforcing),
        new("selinux-cannot-be-switched-off", "root cannot switch SELinux to permissive, change a boolean or load a policy", CannotBeSwitchedOff),
        new("selinux-labels-of-a-new-root", "ROOT, /etc, /var and the rest are labelled right though nothing ever relabelled them", Labels),
        new("selinux-labels-are-the-policys", "Every file of /usr and ROOT has the label that libselinux gives it", Verify),
        new("selinux-new-file-in-etc", "A file that is made in /etc has the type of /etc", NewFile),
        new("selinux-process-domains", "Every process runs in the domain that is listed for it", Domains),
        new("selinux-confines-a-container", "A container runs as container_t and is denied the host's files that are mounted into it", Container),
        new("selinux-confines-kubelet", "A kubelet that an extension brings would run in its own domain, and what belongs to it has the types for that", Kubelet),
        new("selinux-confines-users", "An account other than root's logs in as an ordinary user of SELinux', without a way to what is root's", User),
        new("selinux-denied-nothing", "Nothing of the host was denied since the machine was started", NoDenials),
    ];

    private static async Task<string> Enforcing(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "getenforce; cat /sys/kernel/security/lsm; echo; tr -d '\\0' </proc/1/attr/current; echo; grep -o 'enforcing=1' /proc/cmdline; " +
            "journalctl -b -o cat | grep 'Successfully loaded SELinux policy'; findmnt -no OPTIONS /etc/selinux; touch /etc/selinux/acceptance 2>&1 || true", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.Equal("Enforcing", lines[0], "getenforce");
        Check.Contains("selinux", lines[1], "/sys/kernel/security/lsm");
        Check.Contains(":init_t:", lines[2], "the domain of PID 1");
        Check.Contains("enforcing=1", output, "the kernel's command line");
        Check.Contains("Successfully loaded SELinux policy", output, "the journal");
        Check.Contains("Read-only file system", output, "a file in /etc/selinux");
        return string.Join("; ", lines);
    }

    private static async Task<string> CannotBeSwitchedOff(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "setenforce 0 2>&1; b=/sys/fs/selinux/booleans/allow_execmem; v=$(cut -c1 $b); (echo $((1 - v)) >$b) 2>&1; (echo 1 >/sys/fs/selinux/commit_pending_bools) 2>&1; " +
            "cat /etc/selinux/*/policy/policy.* 2>&1 >/sys/fs/selinux/load; (echo 1 >/sys/fs/selinux/disable) 2>&1; getenforce; [ $v = $(cut -c1 $b) ] && echo the same", cancel: cancel).ConfigureAwait(false);
        Check.Equal("Enforcing the same", string.Join(' ', Check.Lines(output).TakeLast(2)), "the state afterwards");
        Check.That(Check.Lines(output).Count(l => l.Contains("ermission denied", StringComparison.Ordinal)) >= 4, $"Not everything was refused by the policy: {output}");
        return output.Trim();
    }

    private static async Task<string> Labels(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync($"stat -c '%n %C' {string.Join(' ', s_labels.Select(l => l.Path))}", cancel: cancel).ConfigureAwait(false);
        var found = Check.Lines(output).Select(l => l.Split(' ')).ToDictionary(f => f[0], f => f[^1].Split(':').ElementAtOrDefault(2) ?? "no type", StringComparer.Ordinal);
        Check.None([.. s_labels.Where(l => found.GetValueOrDefault(l.Path) != l.Type).Select(l => $"{l.Path} has {found.GetValueOrDefault(l.Path)}; expected: {l.Type}")], "wrong labels");
        return $"{s_labels.Length} paths: {string.Join(' ', s_labels.Select(l => $"{l.Path}={l.Type}"))}";
    }

    // matchpathcon is libselinux' own judgement. The lock of the account tools is made by whoever runs them. The overlay's own work folder is
    // made by the kernel before there is a policy; nobody ever looks into it. What the policy calls <<none>> may have any label.
    private static async Task<string> Verify(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.TrySshAsync(
            "find /etc /var /usr /opt /root /home /srv /mnt -xdev -not -name .pwd.lock -not -path /var/lib/etc-overlay/work/work -print0 > /run/acceptance-paths; tr -cd '\\0' < /run/acceptance-paths | wc -c; " +
            "xargs -0 matchpathcon -V < /run/acceptance-paths | grep -v -e ' verified\\.$' -e 'should be <<none>>$' | head -n 200; rm /run/acceptance-paths", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output.Output);
        Check.That(lines.Count > 0 && int.TryParse(lines[0], out var count) && count > 4000, $"too few paths: {output.Output}");
        // The owner's part of a context is not compared: a file that root makes in /etc keeps root's SELinux user.
        Check.None([.. lines.Skip(1).Where(l => !DiffersInUserOnly(l))], "labels that are not the policy's");
        return $"{lines[0]} paths";
    }

    // "PATH has context A, should be B".
    private static bool DiffersInUserOnly(string line)
    {
        static string WithoutUser(string context) => context.Trim()[(context.Trim().IndexOf(':', StringComparison.Ordinal) + 1)..];
        var (has, should) = (line.IndexOf(" has context ", StringComparison.Ordinal), line.IndexOf(", should be ", StringComparison.Ordinal));
        return has > 0 && should > has && WithoutUser(line[(has + 13)..should]) == WithoutUser(line[(should + 12)..]);
    }

    private static async Task<string> NewFile(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var label = await machine.SshAsync("echo x > /etc/acceptance-label && stat -c %C /etc/acceptance-label; rm /etc/acceptance-label", cancel: cancel).ConfigureAwait(false);
        Check.Contains(":etc_t:", label, "the label of a new file in /etc");
        return label.Trim();
    }

    private static async Task<string> Domains(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var output = await machine.SshAsync("ps --no-headers -eo label:80,pid,ppid,comm", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.None(ProcessDomains.Unexpected(lines), "processes in unexpected domains");
        return string.Join('\n', lines.Where(l => !l.Contains(":kernel_t:", StringComparison.Ordinal)));
    }

    // Both run the same program from the same signed volume with all of root's capabilities; only the label differs.
    private static async Task<string> Container(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        if (options.OciArchive is null)
        {
            throw new CheckSkippedException("no OCI archive was given");
        }

        await ProbeVolume.OpenImageAsync(machine, options.OciArchive, cancel).ConfigureAwait(false);
        var client = await IpeChecks.ClientAsync(machine, options, cancel).ConfigureAwait(false);
        var said = new List<string>();
        foreach (var domain in (string[])["container_t", "spc_t"])
        {
            using var specification = new MemoryStream(Encoding.UTF8.GetBytes(ContainerSpecification($"system_u:system_r:{domain}:{Categories}")));
            await machine.SshAsync("cat > /run/acceptance-spec", specification, cancel).ConfigureAwait(false);
            said.Add((await machine.TrySshAsync($"{client} -n acceptance run --rm --runc-binary /usr/bin/crun --config /run/acceptance-spec acceptance-{domain[..3]} 2>&1", cancel: cancel).ConfigureAwait(false)).Output);
        }

        await ProbeVolume.CloseAsync(machine, cancel).ConfigureAwait(false);
        await machine.SshAsync("rm /run/acceptance-spec", cancel: cancel).ConfigureAwait(false);
        Check.Contains($"system_u:system_r:container_t:{Categories}", said[0], "the container's own label");
        Check.Equal(AllDenied, Attempts(said[0]), "what a container could reach");
        // Nothing but the label stands in its way.
        Check.Equal(string.Join('\n', s_secrets.Select(p => $"READ {p}").Concat(s_folders.Select(f => $"WROTE {f}"))), Attempts(said[1]), "what a privileged container could reach");
        var audit = await machine.SshAsync($"journalctl -b -o cat _TRANSPORT=audit | grep 'avc: *denied' | grep 'scontext=system_u:system_r:container_t:{Categories}'", cancel: cancel).ConfigureAwait(false);
        return $"{said[0].Trim()}\n{Check.Lines(audit).Count} audit records, for example {Check.Lines(audit)[0]}";
    }

    /// <summary>What <see cref="Script"/> writes when it reaches nothing.</summary>
    internal static string AllDenied => string.Join('\n', s_secrets.Concat(s_folders).Select(p => $"denied {p}"));

    /// <summary>The attempts in the output of <see cref="Script"/>.</summary>
    internal static string Attempts(string output) =>
        string.Join('\n', Check.Lines(output).Where(l => l.StartsWith("READ ", StringComparison.Ordinal) || l.StartsWith("WROTE ", StringComparison.Ordinal) || l.StartsWith("denied ", StringComparison.Ordinal)));

    /// <summary>Says its own label, then tries to read and write the host's files, which are below <c>/tmp/host</c>.</summary>
    internal static string Script =>
        "busybox cat /proc/self/attr/current; echo; " +
        $"for f in {string.Join(' ', s_secrets)}; do if busybox head -c 1 /tmp/host$f >/dev/null 2>&1; then echo READ $f; else echo denied $f; fi; done; " +
        $"for d in {string.Join(' ', s_folders)}; do if (echo x >/tmp/host$d/acceptance-escape) 2>/dev/null; then echo WROTE $d; busybox rm /tmp/host$d/acceptance-escape; else echo denied $d; fi; done";

    // What containerd's interface for Kubernetes would make of a pod that has the host's root mounted (OCI runtime specification).
    private static string ContainerSpecification(string label) =>
        $$"""
            {
              "ociVersion": "1.0.2",
              "process": {
                "user": {"uid": 0, "gid": 0}, "cwd": "/", "env": ["PATH=/usr/bin"], "selinuxLabel": "{{label}}",
                "args": ["/usr/bin/busybox", "sh", "-c", "{{Script}}"],
                "capabilities": {"bounding": [{{Capabilities}}], "effective": [{{Capabilities}}], "permitted": [{{Capabilities}}]}
              },
              "root": {"path": "{{ProbeVolume.MountPoint}}", "readonly": true},
              "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
                {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev"]},
                {"destination": "/tmp/host", "type": "bind", "source": "/", "options": ["rbind", "rw"]}
              ],
              "linux": {
                "mountLabel": "system_u:object_r:container_file_t:{{Categories}}",
                "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "network"}]
              }
            }
            """;

    // Nobody has to run kubelet for that: libselinux says what a file of that name would be, the kernel what a process of it would be.
    private static async Task<string> Kubelet(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var labels = await machine.SshAsync(
            $"matchpathcon -m file {string.Join(' ', s_kubernetes.Select(k => k.Path))}", cancel: cancel).ConfigureAwait(false);
        var found = Check.Lines(labels).Select(l => l.Split('\t')).ToDictionary(f => f[0], f => f[^1].Split(':').ElementAtOrDefault(2) ?? "no type", StringComparer.Ordinal);
        Check.None([.. s_kubernetes.Where(k => found.GetValueOrDefault(k.Path) != k.Type).Select(k => $"{k.Path} would be {found.GetValueOrDefault(k.Path)}; expected: {k.Type}")], "wrong labels");
        var domain = await machine.SshAsync(
            "exec 3<>/sys/fs/selinux/create; printf '%s %s %d' system_u:system_r:init_t:s0 system_u:object_r:kubelet_exec_t:s0 $(cat /sys/fs/selinux/class/process/index) >&3; tr -d '\\0' <&3", cancel: cancel).ConfigureAwait(false);
        Check.Equal("system_u:system_r:kubelet_t:s0", domain, "what PID 1 starts from /usr/bin/kubelet");
        return $"{domain.Trim()}; {string.Join(' ', s_kubernetes.Select(k => $"{k.Path}={k.Type}"))}";
    }

    private static async Task<string> User(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        const string Name = "acceptance-user";
        await machine.SshAsync(
            $"set -e; useradd -m -s /usr/bin/bash {Name}; mkdir -m 700 /home/{Name}/.ssh; cp /root/.ssh/authorized_keys /home/{Name}/.ssh/; chown -R {Name}: /home/{Name}; " +
            $"for f in /home/{Name} /home/{Name}/.ssh /home/{Name}/.ssh/authorized_keys; do chcon $(matchpathcon -n $f) $f; done", cancel: cancel).ConfigureAwait(false);
        var result = await machine.TrySshAsUserAsync(
            Name, "id -Z; touch ~/file && echo own; for f in /etc/shadow /run/containerd/containerd.sock /var/lib/containerd; do cat $f >/dev/null 2>&1 && echo READ $f; done; echo end", cancel).ConfigureAwait(false);
        var processes = await machine.SshAsync($"ps --no-headers -u {Name} -o label:60,comm; loginctl terminate-user {Name}; while pgrep -u {Name} >/dev/null; do sleep 0.2; done; userdel -r {Name} 2>&1 || true", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(result.Output);
        Check.That(lines is ["user_u:user_r:user_t:s0", "own", "end"], $"As another user: {result.Output}{result.Error}\nIts processes:\n{processes}");
        return $"{lines[0]}; {string.Join("; ", Check.Lines(processes))}";
    }

    private static async Task<string> NoDenials(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var (records, denials) = await DenialWatch.UnprovokedAsync(machine, cancel).ConfigureAwait(false);
        Check.None([.. denials.Where(d => !d.Contains("ipe_op=", StringComparison.Ordinal))], "denials since boot");
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no denial among {records} audit records");
    }
}
