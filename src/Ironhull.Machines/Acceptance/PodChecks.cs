namespace Ironhull.Machines.Acceptance;

/// <summary>
/// Pods as kubelet starts them, through containerd's interface for Kubernetes: it gives each its label. They need a machine where ordinary images run,
/// because containerd unpacks those of pods onto ROOT.
/// </summary>
internal static class PodChecks
{
    /// <summary>How the names of these tests begin.</summary>
    public const string Group = "pod/";

    private const string Volumes = "/var/lib/kubelet/pods";
    private const string Label = "system_u:system_r:container_t:s0:c";
    private static readonly (string, string, bool) s_host = ("/tmp/host", "/", false);

    /// <summary>All tests.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("pod/containers-are-confined", "A pod's containers, started as kubelet does, are container_t with categories of the pod's own and are denied the host's files", ConfinedAsync),
        new("pod/pods-are-kept-apart", "The containers of a pod share its volume; another pod is denied it, and the files of its containers", ApartAsync),
        new("pod/containers-outlive-containerd", "A pod's containers run on while containerd is restarted, which finds them again", OutliveAsync),
        new("pod/only-known-domains", "A privileged container and one that asks for spc_t may what root may; one that asks for a domain of the host's is not started", DomainsAsync),
    ];

    private static Task<string> ConfinedAsync(BootChecks.BootContext context, CancellationToken cancel) => OnMachineAsync(context, cancel, async (machine, client) =>
    {
        var pod = await Pod.StartAsync(machine, client, "confined", privileged: false, cancel).ConfigureAwait(false);
        var (_, said) = await pod.RunAsync("tries", SelinuxChecks.Script, new([s_host]), cancel).ConfigureAwait(false);
        var processes = await machine.SshAsync("ps --no-headers -eo label:80,comm | grep ' busybox$'", cancel: cancel).ConfigureAwait(false);
        await pod.RemoveAsync(client, cancel).ConfigureAwait(false);
        var label = LabelOf(said);
        Check.That(label.StartsWith(Label, StringComparison.Ordinal), $"The container is '{label}'.");
        Check.None([.. Check.Lines(processes).Where(p => p.Split(' ')[0] != label)], $"processes of the pod that are not {label}");
        Check.Equal(SelinuxChecks.AllDenied, SelinuxChecks.Attempts(said), "what a container of a pod could reach");
        return $"{label}, {Check.Lines(processes).Count} processes, denied the host's files";
    });

    private static Task<string> ApartAsync(BootChecks.BootContext context, CancellationToken cancel) => OnMachineAsync(context, cancel, async (machine, client) =>
    {
        const string Volume = $"{Volumes}/acceptance";
        await machine.SshAsync($"mkdir -p {Volume}", cancel: cancel).ConfigureAwait(false);
        var first = await Pod.StartAsync(machine, client, "first", privileged: false, cancel).ConfigureAwait(false);
        var second = await Pod.StartAsync(machine, client, "second", privileged: false, cancel).ConfigureAwait(false);
        var (id, written) = await first.RunAsync("writes", "echo mine > /vol/file; echo mine > /file", new([("/vol", Volume, true)]), cancel).ConfigureAwait(false);
        var (_, shared) = await first.RunAsync("shares", "busybox cat /vol/file", new([("/vol", Volume, false)]), cancel).ConfigureAwait(false);
        // The place of the first one's root on the host, and its volume there.
        var root = $"/run/containerd/io.containerd.runtime.v2.task/k8s.io/{id}/rootfs";
        var paths = $"/vol/file /tmp/host{Volume}/file /tmp/host{root}/file";
        var (_, other) = await second.RunAsync("other", $"busybox cat {paths} 2>&1; echo theirs > /vol/file", new([("/vol", Volume, false), s_host]), cancel).ConfigureAwait(false);
        var file = await machine.SshAsync($"cat {Volume}/file {root}/file; stat -c %C {Volume} {root}/file", cancel: cancel).ConfigureAwait(false);
        await first.RemoveAsync(client, cancel).ConfigureAwait(false);
        await second.RemoveAsync(client, cancel).ConfigureAwait(false);
        await machine.SshAsync($"rm -r {Volume}", cancel: cancel).ConfigureAwait(false);
        Check.Equal(LabelOf(written), LabelOf(shared), "the labels of two containers of one pod");
        Check.That(LabelOf(other) != LabelOf(written) && LabelOf(other).StartsWith(Label, StringComparison.Ordinal), $"Two pods: {LabelOf(written)} and {LabelOf(other)}.");
        Check.That(Check.Lines(shared).Contains("mine"), $"A container does not see its pod's volume:\n{shared}");
        Check.Lacks("mine", other, "what another pod read");
        Check.That(Check.Lines(other).Count(l => l.EndsWith(": Permission denied", StringComparison.Ordinal)) == 4, $"Another pod was not denied everything:\n{other}");
        var files = LabelOf(written).Replace("system_r:container_t", "object_r:container_file_t", StringComparison.Ordinal);
        Check.Equal($"mine mine {files} {files}", string.Join(' ', Check.Lines(file)), "the first pod's files and their labels");
        return $"{LabelOf(written)} and {LabelOf(other)}: the second one is denied the first one's volume and root";
    });

    private static async Task<string> OutliveAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        Pod? pod = null;
        var said = await OnMachineAsync(context, cancel, async (machine, client) =>
        {
            pod = await Pod.StartAsync(machine, client, "outlives", privileged: false, cancel).ConfigureAwait(false);
            await pod.RunAsync("runs", "echo started", new([]), cancel).ConfigureAwait(false);
            const string Processes = "ps --no-headers -eo label:80,pid,comm | grep ' busybox$'";
            var before = await machine.SshAsync(Processes, cancel: cancel).ConfigureAwait(false);
            await machine.SshAsync("systemctl restart containerd", cancel: cancel).ConfigureAwait(false);
            Check.Equal(before.Trim(), await machine.SshAsync(Processes, cancel: cancel).ConfigureAwait(false), "the pod's processes");
            return string.Join("; ", Check.Lines(before));
        }).ConfigureAwait(false);
        // Over a connection to the containerd that runs now.
        await OnMachineAsync(context, cancel, async (machine, client) =>
        {
            await pod!.RemoveAsync(client, cancel).ConfigureAwait(false);
            var left = await machine.TrySshAsync("ps --no-headers -eo comm | grep '^busybox$'", cancel: cancel).ConfigureAwait(false);
            Check.Equal("", left.Output, "processes of the pod after containerd has removed it");
            return "";
        }).ConfigureAwait(false);
        return said;
    }

    private static Task<string> DomainsAsync(BootChecks.BootContext context, CancellationToken cancel) => OnMachineAsync(context, cancel, async (machine, client) =>
    {
        var pod = await Pod.StartAsync(machine, client, "domains", privileged: true, cancel).ConfigureAwait(false);
        const string Script = "busybox head -c 4 /tmp/host/etc/shadow";
        var (_, privileged) = await pod.RunAsync("privileged", Script, new([s_host], Privileged: true), cancel).ConfigureAwait(false);
        var (_, asked) = await pod.RunAsync("asked", Script, new([s_host], "spc_t"), cancel).ConfigureAwait(false);
        string refused;
        try
        {
            refused = "started: " + (await pod.RunAsync("init", Script, new([s_host], "init_t"), cancel).ConfigureAwait(false)).Output;
        }
        catch (CheckFailedException refusal)
        {
            refused = refusal.Message;
        }

        await pod.RemoveAsync(client, cancel).ConfigureAwait(false);
        foreach (var said in (string[])[privileged, asked])
        {
            Check.Contains("system_u:system_r:spc_t:s0", LabelOf(said), "the label");
            Check.Contains("root", said, "what it read of /etc/shadow");
        }

        Check.That(refused.StartsWith("StartContainer: ", StringComparison.Ordinal) && refused.Contains("Permission denied", StringComparison.Ordinal), $"A container that asks for init_t: {refused}");
        return $"privileged: {LabelOf(privileged)}; spc_t: {LabelOf(asked)}; init_t: {refused}";
    });

    // The kernel ends it with a zero byte.
    private static string LabelOf(string said) =>
        Check.Lines(said).FirstOrDefault(l => l.StartsWith("system_u:", StringComparison.Ordinal))?.Trim('\0') ?? throw new CheckFailedException($"The container did not say its label:\n{said}");

    private static async Task<string> OnMachineAsync(BootChecks.BootContext context, CancellationToken cancel, Func<Machine, ContainerInterface, Task<string>> look)
    {
        var archive = context.Options.OciArchive ?? throw new CheckSkippedException("no OCI archive was given");
        var machine = await context.Audit.BootedAsync(IpeBootChecks.AuditAddon(context), cancel).ConfigureAwait(false);
        await Pod.PrepareAsync(machine, context.Options, archive, cancel).ConfigureAwait(false);
        using var client = new ContainerInterface(machine);
        return await look(machine, client).ConfigureAwait(false);
    }
}
