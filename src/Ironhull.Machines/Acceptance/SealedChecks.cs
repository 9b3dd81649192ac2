namespace Ironhull.Machines.Acceptance;

/// <summary>
/// The tests of the profile "sealed", on one machine that is started again and again: the first boot makes ROOT; an
/// update of the same key opens it, and another choice of addons that was enrolled, after a crash too; a choice that was not does not,
/// the recovery key does; a system of another key does not.
/// </summary>
internal static class SealedChecks
{
    /// <summary>The tests, in the order in which the machine is started.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("measured/addons-are-as-predicted", "With signed addons, PCRs 4, 7, 11 and 12 and the event log are what was predicted", MeasuredAsync),
        new("sealed/root-is-encrypted-and-sealed", "The first boot of the profile makes ROOT as LUKS2 with a key that only the TPM and the recovery key give", MadeAsync),
        new("sealed/update-of-the-same-key-unlocks", "Another kernel image whose PCR policy the same key signed unlocks ROOT", UpdateAsync),
        new("sealed/node-enrols-further-keys", "A running node enrols a recovery key, and its TPM for register values that are predicted", EnrolAsync),
        new("sealed/enrolled-choice-of-addons-unlocks", "A choice of addons whose predicted register value was enrolled unlocks ROOT", EnrolledAsync),
        new("sealed/crash-dump-is-written", "With the addon kdump too, a crash leaves a dump on the encrypted ROOT: the TPM opens it for the kernel that starts after a crash", CrashAsync),
        new("sealed/other-choice-of-addons-is-refused", "Another choice of addons, all of them signed, does not get ROOT's key", OtherAddonsAsync),
        new("sealed/recovery-key-unlocks", "The recovery key unlocks ROOT where the TPM refuses", RecoveryAsync),
        new("sealed/system-of-another-key-is-refused", "A kernel image that the firmware accepts, with a PCR policy of another key, does not get ROOT's key", RefusedAsync),
    ];

    private static async Task<string> MeasuredAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var machine = await context.Sealed.BootedAsync(SealedBoot.First, cancel).ConfigureAwait(false);
        Check.Contains(
            "acceptance.everywhere=1 acceptance.here=\"a b\"", await machine.SshAsync("cat /proc/cmdline", cancel: cancel).ConfigureAwait(false), "the kernel's command line");
        return context.Sealed.FirstMeasurements!;
    }

    private static async Task<string> MadeAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        await context.Sealed.BootedAsync(SealedBoot.First, cancel).ConfigureAwait(false);
        var facts = context.Sealed.FirstFacts!;
        Check.Contains("mount: /dev/mapper/root ext4", facts, "the first boot");
        Check.Contains("type: crypto_LUKS", facts, "the first boot");
        Check.Contains("systemd-tpm2", facts, "ROOT's tokens");
        Check.Contains("tpm2-hash-pcrs:   7+12", facts, "ROOT's tokens");
        Check.Contains("tpm2-pubkey-pcrs: 11", facts, "ROOT's tokens");
        Check.Contains("failed: 0", facts, "the first boot");
        return facts;
    }

    private static async Task<string> UpdateAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        var machine = await context.Sealed.BootedAsync(SealedBoot.Update, cancel).ConfigureAwait(false);
        Check.Contains(SealedMachine.OtherConsole, await machine.SshAsync("cat /proc/cmdline", cancel: cancel).ConfigureAwait(false), "the kernel's command line");
        Check.Equal(SealedMachine.Mark, await machine.SshAsync($"cat {SealedMachine.MarkPath}", cancel: cancel).ConfigureAwait(false), "the file that the first boot wrote to ROOT");
        return (await machine.SshAsync("journalctl -b -o cat -u ironhull-root-unlock.service; findmnt -no SOURCE,FSTYPE /", cancel: cancel).ConfigureAwait(false)).Trim();
    }

    private static async Task<string> EnrolAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        await context.Sealed.BootedAsync(SealedBoot.Update, cancel).ConfigureAwait(false);
        // Modified hexadecimal: 64 digits in eight groups.
        Check.That(context.Sealed.RecoveryKeyShown!.Length == 71, "No recovery key was shown.");
        var slots = context.Sealed.KeySlots!;
        Check.Equal("password recovery tpm2 tpm2", string.Join(' ', Check.Lines(slots).Skip(1).Select(l => l.Split(' ')[^1]).Order(StringComparer.Ordinal)), "the key slots");
        return slots;
    }

    private static async Task<string> RefusedAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        return await context.Sealed.RefusedAsync(SealedBoot.Refused, cancel).ConfigureAwait(false);
    }

    private static async Task<string> EnrolledAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        var machine = await context.Sealed.BootedAsync(SealedBoot.Enrolled, cancel).ConfigureAwait(false);
        Check.Lacks("acceptance.here=", await machine.SshAsync("cat /proc/cmdline", cancel: cancel).ConfigureAwait(false), "the kernel's command line");
        Check.Equal(
            context.Sealed.EnrolledAddons.ToString(), (await machine.SshAsync("cat /sys/class/tpm/tpm0/pcr-sha256/12", cancel: cancel).ConfigureAwait(false)).ToLowerInvariant(), "PCR 12");
        Check.Equal(SealedMachine.Mark, await machine.SshAsync($"cat {SealedMachine.MarkPath}", cancel: cancel).ConfigureAwait(false), "the file that the first boot wrote to ROOT");
        return $"PCR 12: {context.Sealed.EnrolledAddons}";
    }

    private static async Task<string> CrashAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        var extension = CrashDumpChecks.ExtensionOf(context.Options);
        if (!File.Exists(extension))
        {
            throw new CheckSkippedException($"{extension} is not there");
        }

        var machine = await context.Sealed.BootedAsync(SealedBoot.Recovery, cancel).ConfigureAwait(false);
        Check.That(context.Sealed.HasDump, context.Sealed.Crash!);
        var facts = await CrashDumpChecks.ReadAsync(machine, cancel).ConfigureAwait(false);
        return $"PCR 12: {context.Sealed.EnrolledAddons}; {context.Sealed.Crash}; {facts}; ROOT is {(await machine.SshAsync("findmnt -no SOURCE,FSTYPE /", cancel: cancel).ConfigureAwait(false)).Trim()}";
    }

    private static async Task<string> OtherAddonsAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        return await context.Sealed.RefusedAsync(SealedBoot.OtherAddons, cancel).ConfigureAwait(false);
    }

    private static async Task<string> RecoveryAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        RequireProfile(context);
        var machine = await context.Sealed.BootedAsync(SealedBoot.Recovery, cancel).ConfigureAwait(false);
        Check.Equal(SealedMachine.Mark, await machine.SshAsync($"cat {SealedMachine.MarkPath}", cancel: cancel).ConfigureAwait(false), "the file that the first boot wrote to ROOT");
        return (await machine.SshAsync("journalctl -b -o cat -u ironhull-root-unlock.service", cancel: cancel).ConfigureAwait(false)).Trim();
    }

    private static void RequireProfile(BootChecks.BootContext context)
    {
        if (!context.Sealed.HasProfile)
        {
            throw new CheckSkippedException("The image's initrd has no ironhull-root-unlock.service: it has no profile 'sealed'.");
        }
    }
}
