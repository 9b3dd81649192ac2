using Ironhull.Formats.Ipe;

namespace Ironhull.Machines.Acceptance;

/// <summary>The tests of Integrity Policy Enforcement that look at the shared machine: code that nothing has verified does not run.</summary>
internal static class IpeChecks
{
    private const string Ipe = "/sys/kernel/security/ipe";
    private const string State = "/run/ironhull/enforcement";
    private const int MacAdmin = 33; // CAP_MAC_ADMIN, include/uapi/linux/capability.h

    /// <summary>The places that root can write to.</summary>
    private static readonly string[] s_writable = ["/var/tmp", "/tmp", "/run", "/dev/shm", "/root", "/etc", "/opt"];

    /// <summary>All tests, in the order in which they run.</summary>
    public static IReadOnlyList<HostChecks.HostCheck> All { get; } =
    [
        new("ipe-policy-is-enforced", "IPE enforces the image's policy, which asks for verification, and the state that is reported says so", Policy),
        new("ipe-refuses-copied-programs", "A program copied to any place that root can write to is refused, with an audit record each", CopiedPrograms),
        new("ipe-refuses-copied-libraries", "The dynamic linker cannot map a copied program", CopiedLibrary),
        new("ipe-and-scripts", "A copied script is refused as a program; given to its interpreter it runs (a known hole)", Scripts),
        new("ipe-refuses-copied-modules", "A copied kernel module is refused, the same module in /usr is loaded", Modules),
        new("ipe-runs-signed-volumes-only", "A program on a verity volume runs with a trusted signature of its root hash and not without", Volumes),
        new("ipe-refuses-anonymous-code", "Anonymous memory cannot be executed: neither a program in it, nor writable and executable pages (so no JIT)", AnonymousCode),
        new("ipe-runs-signed-containers-only", "A container from a signed verity volume runs, one from an ordinary OCI layer is refused", Containers),
        new("ipe-cannot-be-switched-off", "root cannot switch IPE off, nor load or delete a policy: no process has CAP_MAC_ADMIN", CannotBeSwitchedOff),
    ];

    private static async Task<string> Policy(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var modules = await machine.SshAsync("cat /sys/kernel/security/lsm", cancel: cancel).ConfigureAwait(false);
        Check.That(modules.Trim().Split(',').Contains("ipe"), $"ipe is not among the security modules: {modules}");
        var state = await machine.SshAsync($"cd {Ipe}; echo $(cat enforce); cd policies; for p in *; do echo $p $(cat $p/active) $(cat $p/name) $(cat $p/version); done", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(state);
        Check.Equal("1", lines[0], "enforce");
        Check.That(lines.Count == 2, $"There is not exactly one policy: {state}");
        var words = lines[1].Split(' ');
        Check.That(words.Length == 4 && words[1] == "1" && words[0] == words[2], $"The policy is not active under its name: {lines[1]}");
        var policy = IpePolicy.Parse(await machine.SshAsync($"cat {Ipe}/policies/{words[0]}/policy", cancel: cancel).ConfigureAwait(false), words[0]);
        policy.RequireVerification(words[0]);
        Check.Equal($"{words[2]} {words[3]}", $"{policy.Name} {policy.Version}", "the policy's name and version");
        var reported = await machine.SshAsync($"cat {State}", cancel: cancel).ConfigureAwait(false);
        Check.Contains($"profile=enforcing\npolicy={policy.Name}\nversion={policy.Version}\nunsigned-words=\n", reported, State);
        return $"{policy.Name} {policy.Version}, {policy.Rules.Count} rules, enforcing; {modules.Trim()}";
    }

    private static async Task<string> CopiedPrograms(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // Some are mounted noexec, which would refuse first: a mount namespace of its own leaves that to IPE alone.
        var result = await machine.SshAsync(
            "unshare --mount bash -s <<'END'\nfor m in /tmp /dev/shm; do mount -o remount,bind,exec $m || exit 1; done\n" +
            $"for d in {string.Join(' ', s_writable)}; do cp /usr/bin/true $d/acceptance-copy; $d/acceptance-copy 2>/dev/null; echo $d $?; rm $d/acceptance-copy; done; /usr/bin/true; echo /usr/bin $?\nEND",
            cancel: cancel).ConfigureAwait(false);
        Check.Equal(string.Join('\n', [.. s_writable.Select(d => $"{d} 126"), "/usr/bin 0"]), result.Trim(), "exit codes (126: the shell could not execute it)");
        var records = await AuditAsync(machine, "acceptance-copy", cancel).ConfigureAwait(false);
        foreach (var folder in s_writable)
        {
            Check.That(records.Any(r => r.Contains("ipe_op=EXECUTE", StringComparison.Ordinal) && r.Contains($"{folder}/acceptance-copy", StringComparison.Ordinal)), $"There is no audit record for {folder}:\n{string.Join('\n', records)}");
        }

        return records[0];
    }

    private static async Task<string> CopiedLibrary(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var result = await machine.TrySshAsync(
            "cp /usr/bin/true /var/tmp/acceptance-map; /lib64/ld-linux-x86-64.so.2 /var/tmp/acceptance-map 2>&1; code=$?; rm /var/tmp/acceptance-map; exit $code", cancel: cancel).ConfigureAwait(false);
        Check.That(!result.Succeeded, "The dynamic linker ran it.");
        Check.Contains("failed to map segment", result.Output, "the dynamic linker's message");
        return result.Output.Trim();
    }

    private static async Task<string> Scripts(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var result = await machine.SshAsync(
            "printf '#!/usr/bin/bash\\nexit 7\\n' > /var/tmp/acceptance-script; chmod 755 /var/tmp/acceptance-script; /var/tmp/acceptance-script 2>/dev/null; echo $?; bash /var/tmp/acceptance-script; echo $?; rm /var/tmp/acceptance-script", cancel: cancel).ConfigureAwait(false);
        Check.Equal("126\n7", result.Trim(), "exit codes of the script as a program and of bash with it");
        return "execve: refused; bash FILE: runs";
    }

    private static async Task<string> Modules(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var result = await machine.SshAsync(
            "set -e; path=$(modinfo -n dummy 2>/dev/null || modprobe -n --show-depends dummy | sed 's/^insmod //; s/ *$//'); cp $path /var/tmp/; copy=/var/tmp/${path##*/}; " +
            // Labelled as a module, or SELinux would refuse before IPE is asked.
            "[ ! -e /sys/fs/selinux/enforce ] || chcon --reference=$path $copy; " +
            "insmod $copy 2>&1 && echo LOADED || true; rm $copy; modprobe dummy; grep -c ^dummy /proc/modules; rmmod dummy", cancel: cancel).ConfigureAwait(false);
        Check.Lacks("LOADED", result, "insmod");
        Check.That(Check.Lines(result)[^1] == "1", $"The module of /usr was not loaded: {result}");
        var records = await AuditAsync(machine, "ipe_op=KMODULE", cancel).ConfigureAwait(false);
        Check.That(records.Count > 0, "There is no audit record.");
        return $"{Check.Lines(result)[0]}; {records[^1]}";
    }

    private static async Task<string> Volumes(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var codes = new List<string>();
        foreach (var signed in (bool[])[true, false])
        {
            await ProbeVolume.OpenAsync(machine, options.KeysFolder, signed, cancel).ConfigureAwait(false);
            var result = await machine.TrySshAsync($"{ProbeVolume.MountPoint}{ProbeVolume.Program} 2>/dev/null; echo $?", cancel: cancel).ConfigureAwait(false);
            codes.Add(result.Output.Trim());
            await ProbeVolume.CloseAsync(machine, cancel).ConfigureAwait(false);
        }

        Check.Contains(ProbeProgram.Greeting, codes[0], "the probe on the signed volume");
        Check.Equal("126", codes[1], "the exit code on the volume without a signature");
        return "signed: runs; without a signature: refused";
    }

    private static async Task<string> AnonymousCode(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        await ProbeVolume.OpenAsync(machine, options.KeysFolder, signed: true, cancel).ConfigureAwait(false);
        var probe = ProbeVolume.MountPoint + ProbeVolume.Program;
        var result = await machine.SshAsync($"{probe} >/dev/null; echo $?; {probe} x >/dev/null; echo $?", cancel: cancel).ConfigureAwait(false);
        await ProbeVolume.CloseAsync(machine, cancel).ConfigureAwait(false);
        Check.Equal("13\n13", result.Trim(), "error numbers of execveat(memfd) and mmap(PROT_WRITE | PROT_EXEC), 13 being EACCES");
        return "execveat(memfd): EACCES; mmap(anonymous, writable and executable): EACCES";
    }

    private static async Task<string> Containers(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        await ProbeVolume.OpenAsync(machine, options.KeysFolder, signed: true, cancel).ConfigureAwait(false);
        var signed = await machine.TrySshAsync(await SignedContainerAsync(machine, options, cancel).ConfigureAwait(false), cancel: cancel).ConfigureAwait(false);
        await ProbeVolume.CloseAsync(machine, cancel).ConfigureAwait(false);
        Check.Contains(ProbeProgram.Greeting, signed.Output, "the container from the signed volume");
        if (options.OciArchive is null)
        {
            return "signed: runs; no OCI archive was given to try";
        }

        var ordinary = await OrdinaryContainerAsync(machine, options, options.OciArchive, cancel).ConfigureAwait(false);
        Check.Lacks(options.ContainerOutput, ordinary, "the container from an ordinary OCI layer");
        Check.Contains("ermission denied", ordinary, "the container from an ordinary OCI layer");
        return $"signed: runs; ordinary: {Check.Lines(ordinary)[^1]}";
    }

    private static async Task<string> CannotBeSwitchedOff(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var result = await machine.SshAsync(
            $"cd {Ipe}; for f in enforce success_audit new_policy policies/*/delete policies/*/update policies/*/active; do echo 0 2>/dev/null > $f && echo \"$f WRITTEN\"; done; (echo 0 > enforce) 2>&1; echo $(cat enforce)", cancel: cancel).ConfigureAwait(false);
        Check.Lacks("WRITTEN", result, "writing to securityfs");
        Check.Contains("Operation not permitted", result, "writing to securityfs");
        Check.Equal("1", Check.Lines(result)[^1], "enforce");
        // The kernel's own threads have no user space in which somebody's code could run.
        var holders = await machine.SshAsync(
            "for s in /proc/[0-9]*/status; do k= b=; while read -r key value; do case $key in Kthread:) k=$value;; CapBnd:) b=$value;; Name:) n=$value;; esac; done 2>/dev/null <$s; " +
            $"[ \"$k\" = 1 ] || [ -z \"$b\" ] || (( (0x$b >> {MacAdmin} & 1) == 0 )) || echo $n $b; done; echo bset $(cat /proc/sys/kernel/usermodehelper/bset)", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(holders);
        Check.None([.. lines.Where(l => !l.StartsWith("bset ", StringComparison.Ordinal))], "processes that could have CAP_MAC_ADMIN");
        Check.That((uint.Parse(lines[^1].Split('\t', ' ')[2], System.Globalization.CultureInfo.InvariantCulture) >> (MacAdmin - 32) & 1) == 0, $"Helpers that the kernel starts could have CAP_MAC_ADMIN: {lines[^1]}");
        return Check.Lines(result)[0];
    }

    /// <summary>containerd's client on a machine.</summary>
    internal static Task<string> ClientAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel) => NodeTools.FindAsync(machine, options.ImagePath, "ctr", cancel);

    /// <summary>The command that runs the probe as a container whose root is the signed volume.</summary>
    internal static async Task<string> SignedContainerAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel) =>
        $"{await ClientAsync(machine, options, cancel).ConfigureAwait(false)} -n acceptance run --rm --runc-binary /usr/bin/crun --read-only --rootfs {ProbeVolume.MountPoint} acceptance-signed {ProbeVolume.Program} 2>&1";

    /// <summary>Imports an OCI archive and runs its container; gives what is written, whether it ran or not.</summary>
    internal static async Task<string> OrdinaryContainerAsync(Machine machine, AcceptanceOptions options, string archive, CancellationToken cancel)
    {
        var client = await ClientAsync(machine, options, cancel).ConfigureAwait(false);
        await using (var stream = File.OpenRead(archive))
        {
            await machine.SshAsync($"{client} -n acceptance image import --index-name ironhull.invalid/acceptance:1 -", stream, cancel).ConfigureAwait(false);
        }

        var result = await machine.TrySshAsync(
            $"{client} -n acceptance run --rm --runc-binary /usr/bin/crun $({client} -n acceptance image ls -q | head -n 1) acceptance-ordinary 2>&1", cancel: cancel).ConfigureAwait(false);
        return result.Output.Trim();
    }

    /// <summary>IPE's audit records that hold a text.</summary>
    internal static async Task<IReadOnlyList<string>> AuditAsync(Machine machine, string text, CancellationToken cancel) =>
        Check.Lines(await machine.SshAsync($"journalctl -b --no-pager -o cat | grep ipe_op= | grep -F '{text}' || true", cancel: cancel).ConfigureAwait(false));
}
