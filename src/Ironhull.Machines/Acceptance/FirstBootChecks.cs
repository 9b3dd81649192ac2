using System.Text;
using Ironhull.Formats.Trees;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// What becomes of a machine whose first boot fails, of its next one, and of machines that are reset: one machine, and the configs that users send,
/// one after the other.
/// </summary>
internal static class FirstBootChecks
{
    // Nobody else writes these words; they may be in the files that hold them, and nowhere else.
    private const string Secret = "fg7Yh2Qm-acceptance-secret";
    private const string Digest = "/EFI/ironhull/provision-failure.txt";
    private const string Restarting = "reboot: Restarting system";
    private static readonly TimeSpan s_restartLimit = TimeSpan.FromSeconds(120);

    /// <summary>All tests.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("provision/broken-config-is-reported", "A first boot that fails is reported on the console and the EFI system partition and leaves nothing behind; with the config put right the next one succeeds, and after a reset another one does", BrokenAsync),
        new("provision/shapes-users-send", "AKS's classic config and Cluster API's, each on a first boot, with a reset between them: every path with mode, owner, contents and label, every unit with its state", ShapesAsync),
    ];

    private static async Task<string> BrokenAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var (disk, config) = await PrepareAsync(context, "broken", NodePayloads.Scriptless(Secret, isBroken: true), cancel).ConfigureAwait(false);
        await using var machine = await Machine.StartAsync(BootChecks.Options(context, disk) with { IgnitionPath = config }, cancel).ConfigureAwait(false);
        try
        {
            await StoppedAsync(machine, context.Options.BootTimeout, cancel).ConfigureAwait(false);
            context.Keep(machine);
            var digest = await FailedAsync(machine, context.Folder, cancel).ConfigureAwait(false);

            var right = NodePayloads.Scriptless(Secret, isBroken: false);
            await File.WriteAllTextAsync(config, right.Config, cancel).ConfigureAwait(false);
            await BootAsync(machine, context, right, again: true, cancel).ConfigureAwait(false);
            await NowhereAsync(machine, cancel).ConfigureAwait(false);
            var first = await machine.SshAsync("cat /etc/machine-id", cancel: cancel).ConfigureAwait(false);

            var credential = await machine.SshAsync($"systemd-creds encrypt --with-key=tpm2 --name=bootstrap-token - -", new MemoryStream(Encoding.UTF8.GetBytes(Secret)), cancel).ConfigureAwait(false);
            var controlled = NodePayloads.ScriptlessAuto(Secret, credential);
            await ResetAsync(machine, context, config, controlled, cancel).ConfigureAwait(false);
            await NowhereAsync(machine, cancel).ConfigureAwait(false);
            var second = await machine.SshAsync("cat /etc/machine-id", cancel: cancel).ConfigureAwait(false);
            Check.That(first != second, $"The machine-id is {second.Trim()} before and after the reset.");
            return $"{digest}; put right: {right.Tree.Count} paths and units as expected; reset, with the controller and an encrypted credential: {controlled.Tree.Count}";
        }
        finally
        {
            context.Keep(machine);
        }
    }

    private static async Task<string> ShapesAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var (classic, kubeadm) = (NodePayloads.Classic(), NodePayloads.Kubeadm());
        var (disk, config) = await PrepareAsync(context, "shapes", classic, cancel).ConfigureAwait(false);
        await using var machine = await Machine.StartAsync(BootChecks.Options(context, disk) with { IgnitionPath = config }, cancel).ConfigureAwait(false);
        try
        {
            await BootAsync(machine, context, classic, again: false, cancel).ConfigureAwait(false);
            await machine.SshAsync("echo of the former life > /var/lib/leftover; echo of the former life > /etc/leftover", cancel: cancel).ConfigureAwait(false);
            kubeadm.Tree.Nothing("/var/lib/leftover").Nothing("/etc/leftover").Nothing("/opt/azure").Nothing("/etc/default/kubelet");
            await ResetAsync(machine, context, config, kubeadm, cancel).ConfigureAwait(false);
            return $"classic: {classic.Tree.Count} paths and units as expected; after a reset, kubeadm: {kubeadm.Tree.Count}";
        }
        finally
        {
            context.Keep(machine);
        }
    }

    private static async Task<(string Disk, string Config)> PrepareAsync(BootChecks.BootContext context, string name, NodePayload payload, CancellationToken cancel)
    {
        var addon = ProvisionedDisk.AddonOf(context.Options.ImagePath);
        if (!File.Exists(addon))
        {
            throw new CheckSkippedException($"{addon} is not there");
        }

        var (disk, config) = (Path.Combine(context.Folder, $"{name}.raw"), Path.Combine(context.Folder, $"{name}.ign"));
        ProvisionedDisk.SwitchOn(context.Image, addon, disk);
        await File.WriteAllTextAsync(config, payload.Config, cancel).ConfigureAwait(false);
        return (disk, config);
    }

    /// <summary>The digest is on the console and, word for word, on the EFI system partition; the policy was carried out.</summary>
    private static async Task<string> FailedAsync(Machine machine, string folder, CancellationToken cancel)
    {
        var console = machine.ConsoleText;
        var work = Directory.CreateDirectory(Path.Combine(folder, "failed")).FullName;
        using var disk = await ImageDisk.OpenAsync(Path.Combine(machine.Folder, "disk.qcow2"), work, cancel).ConfigureAwait(false);
        var files = disk.BootFiles();
        var digest = Encoding.UTF8.GetString((files.TryGet(Digest, out var inode) ? inode.Content : null)?.ToArray() ?? throw new CheckFailedException($"There is no {Digest}. The end of the console:\n{ConsoleLog.Tail(console)}"));
        foreach (var expected in (string[])
        [
            "PROVISIONING FAILED: in stage files; passed: fetch-offline, kargs, disks, mount", "HULL8060 ", "/etc/ssh", "remedy:", "config:   qemu", "image:    container-host ", "attempt:  1 of 5",
            "next:     restarts in 10 s; ROOT is made anew at the next boot",
        ])
        {
            Check.Contains(expected, digest, Digest);
        }

        foreach (var line in Check.Lines(digest))
        {
            Check.Contains(line, console, "the console");
        }

        Check.Contains(Restarting, console, "the console");
        foreach (var marker in Machine.BootMarkers)
        {
            Check.Lacks(marker, console, "the console of a boot that failed");
        }

        Check.Lacks(Secret, console, "the console");
        Check.None([.. files.Entries.Where(e => e.Value.Content is { } content && content.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) >= 0).Select(e => e.Key)], "Files of the EFI system partition with the secret");
        return $"{Check.Lines(digest)[0]} ({Check.Lines(digest)[1].Split(':')[^1].Trim()})";
    }

    /// <summary>A secret of the config is in the files that were wanted, and neither in the journal nor in what provisioning keeps, nor on the EFI system partition.</summary>
    private static async Task NowhereAsync(Machine machine, CancellationToken cancel)
    {
        using var word = new MemoryStream(Encoding.UTF8.GetBytes(Secret + "\n"));
        var found = await machine.SshAsync(
            "cat > /run/word; grep -c -F -f /run/word /opt/azure/containers/nodecustomdata.yml; journalctl -o export --all --no-pager | grep -c -a -F -f /run/word; " +
            "grep -r -l -a -F -f /run/word /efi/EFI/ironhull /efi/loader /var/lib/ironhull /etc/.ignition-result.json /run/ironhull /run/log /run/systemd /var/log /tmp 2>/dev/null; dmesg | grep -c -F -f /run/word; rm /run/word; true",
            word, cancel).ConfigureAwait(false);
        Check.Equal("1\n0\n0", found, "the secret in its file, in the journal, in what provisioning leaves, in the kernel's log");
        Check.Lacks(Secret, machine.ConsoleText, "the console");
    }

    private static async Task ResetAsync(Machine machine, BootChecks.BootContext context, string config, NodePayload payload, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(config, payload.Config, cancel).ConfigureAwait(false);
        var refused = await machine.TrySshAsync("hull-node reset", cancel: cancel).ConfigureAwait(false);
        Check.Contains("HULL8099", refused.Error, "a reset that nobody confirmed");
        var said = await machine.SshAsync("hull-node reset --yes", cancel: cancel).ConfigureAwait(false);
        Check.Contains("ROOT is made anew at the next boot", said, "hull-node reset");
        await StoppedAsync(machine, s_restartLimit, cancel).ConfigureAwait(false);

        // The host keys of a machine that was reset are new ones.
        File.Delete(Path.Combine(machine.Folder, "known_hosts"));
        await BootAsync(machine, context, payload, again: true, cancel).ConfigureAwait(false);
    }

    private static async Task BootAsync(Machine machine, BootChecks.BootContext context, NodePayload payload, bool again, CancellationToken cancel)
    {
        if (again)
        {
            await machine.StartAgainAsync(new Dictionary<string, string>(), cancel).ConfigureAwait(false);
        }

        await machine.WaitForBootAsync(cancel).ConfigureAwait(false);
        await machine.ConnectAsync(cancel).ConfigureAwait(false);
        await machine.TrySshAsync("systemctl is-system-running --wait", cancel: cancel).ConfigureAwait(false);
        context.Keep(machine);
        await payload.Tree.CompareAsync(machine, cancel).ConfigureAwait(false);
        var failed = await machine.SshAsync("systemctl --failed --no-legend --plain", cancel: cancel).ConfigureAwait(false);
        Check.Equal("", failed, "units that have failed");
    }

    // QEMU ends where the machine would restart.
    private static async Task StoppedAsync(Machine machine, TimeSpan limit, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limit);
        try
        {
            await machine.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CheckFailedException($"The machine has not restarted. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        }
    }
}
