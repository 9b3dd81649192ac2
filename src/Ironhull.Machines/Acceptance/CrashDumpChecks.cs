namespace Ironhull.Machines.Acceptance;

/// <summary>The test of crash dumps: addon and extension, a crash, and the dump that is there after the restart.</summary>
internal static class CrashDumpChecks
{
    /// <summary>The addon that reserves the memory.</summary>
    internal const string Addon = "kdump";

    private const string Extension = "/var/lib/extensions/kdump.raw";
    private const string Written = "crash dump: /var/crash/";
    private const string Message = "Kernel panic - not syncing: sysrq triggered crash";
    private const string Mark = "acceptance: the last words before the crash";
    private static readonly TimeSpan s_crashLimit = TimeSpan.FromSeconds(300);

    /// <summary>All tests.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("addon/kdump-writes-a-vmcore", "With the addon and the extension kdump, a crash leaves a dump whose reader finds the kernel's last words, and the node comes back", CrashAsync),
    ];

    private static async Task<string> CrashAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var extension = ExtensionOf(context.Options);
        if (!File.Exists(extension))
        {
            throw new CheckSkippedException($"{extension} is not there");
        }

        var machine = await context.Addons.SwitchAsync(Addon, node => PutAsync(node, extension, cancel), cancel).ConfigureAwait(false);
        await context.Watch.AskAsync(machine, "kdump").ConfigureAwait(false);
        await LoadedAsync(machine, cancel).ConfigureAwait(false);
        string written;
        try
        {
            written = await CrashedAsync(machine, cancel).ConfigureAwait(false);
        }
        finally
        {
            context.Keep(machine);
        }

        await context.Addons.AgainAsync("kdump-after", cancel).ConfigureAwait(false);
        var facts = await ReadAsync(machine, cancel).ConfigureAwait(false);
        await LoadedAsync(machine, cancel).ConfigureAwait(false);
        return $"{written}; {facts}";
    }

    /// <summary>The extension that the build leaves beside the disk.</summary>
    internal static string ExtensionOf(AcceptanceOptions options) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.ImagePath))!, "extensions", "kdump.raw");

    /// <summary>Crashes a machine and waits until it has restarted, which ends it.</summary>
    /// <returns>What the console says of the dump.</returns>
    /// <exception cref="CheckFailedException">No dump was written.</exception>
    internal static async Task<string> CrashedAsync(Machine machine, CancellationToken cancel)
    {
        await machine.SshAsync($"echo '{Mark}' > /dev/kmsg; sync", cancel: cancel).ConfigureAwait(false);
        var start = TimeProvider.System.GetTimestamp();
        await CrashAsync(machine, cancel).ConfigureAwait(false);
        var took = TimeProvider.System.GetElapsedTime(start);
        Check.Contains(Message, machine.ConsoleText, "the console");
        var written = Check.Lines(machine.ConsoleText).FirstOrDefault(l => l.Contains(Written, StringComparison.Ordinal))
            ?? throw new CheckFailedException($"No dump was written. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        return $"{written[written.IndexOf(Written, StringComparison.Ordinal)..]} ({took.TotalSeconds:F0} s from the crash to the restart)";
    }

    /// <summary>Brings the extension to a machine, which merges it when it starts the next time.</summary>
    internal static async Task PutAsync(Machine machine, string extension, CancellationToken cancel)
    {
        using var stream = File.OpenRead(extension);
        await machine.SshAsync($"mkdir -p {Path.GetDirectoryName(Extension)}; cat > {Extension}; sync", stream, cancel).ConfigureAwait(false);
    }

    /// <summary>The kernel for crashes is loaded, kexec is locked, the system is whole and as strict as ever.</summary>
    internal static async Task LoadedAsync(Machine machine, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "hull-node crash-kernel status; systemctl is-system-running || systemctl list-units --failed --plain --no-legend; cat /sys/kernel/security/lockdown /sys/module/module/parameters/sig_enforce; echo enforce=$(cat /sys/kernel/security/ipe/enforce); " +
            "journalctl -b -o cat -u ironhull-kdump; hull-node crash-kernel unload 2>&1; true",
            cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Contains("loaded=yes") && lines.Contains("locked=yes"), $"The kernel for crashes is not loaded, or kexec is not locked:\n{output}");
        Check.That(lines.Contains("running"), $"The system is not whole:\n{output}");
        Check.That(lines.Any(l => l.Contains("[integrity]", StringComparison.Ordinal)) && lines.Contains("Y") && lines.Contains("enforce=1"), $"Lockdown, module signatures or IPE are not in force:\n{output}");
        Check.Contains("HULL7103", output, "unloading after kexec was locked");
    }

    private static async Task CrashAsync(Machine machine, CancellationToken cancel)
    {
        try
        {
            await machine.TrySshAsync("echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger", cancel: cancel).ConfigureAwait(false);
        }
        catch (Diagnostics.HullException)
        {
            // The connection goes with the kernel.
        }

        // The restart of the kernel for crashes ends the machine.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(s_crashLimit);
        try
        {
            await machine.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CheckFailedException($"The machine did not restart after the crash. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        }
    }

    /// <summary>makedumpfile of the extension reads the log out of the dump.</summary>
    internal static async Task<string> ReadAsync(Machine machine, CancellationToken cancel)
    {
        var output = await machine.SshAsync(
            "set -e; cd /var/crash; ls -d *; stat -c '%a %U' . *; cd *; head -c 8 vmcore; echo; stat -c %s vmcore; makedumpfile --dump-dmesg vmcore /tmp/acceptance-dmesg >/dev/null; " +
            $"grep -o '{Mark}' /tmp/acceptance-dmesg; grep -o '{Message}' /tmp/acceptance-dmesg; wc -l < /tmp/acceptance-dmesg; rm /tmp/acceptance-dmesg",
            cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count == 8, $"There is not one dump with its last words:\n{output}");
        Check.Equal("700 root", lines[1], "mode and owner of /var/crash");
        Check.Equal("700 root", lines[2], "mode and owner of the dump's folder");
        Check.Equal("KDUMP", lines[3].Trim(), "the dump's format");
        return $"vmcore of {lines[4]} bytes, makedumpfile finds '{lines[6]}' and {lines[7]} lines of log";
    }
}
