using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Machines.Qemu;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>The starts of the machine of the profile "sealed", in order.</summary>
internal enum SealedBoot
{
    /// <summary>The image as it is, with addons; a recovery key is given.</summary>
    First,

    /// <summary>Another kernel image of the same keys; no recovery key. Afterwards the node enrols further keys.</summary>
    Update,

    /// <summary>One addon less and that of crash dumps more, for which the node has enrolled its TPM; no recovery key. At its end the node crashes.</summary>
    Enrolled,

    /// <summary>Another addon less, for which nothing was enrolled; no recovery key.</summary>
    OtherAddons,

    /// <summary>The same with the recovery key; the dump of the crash is read.</summary>
    Recovery,

    /// <summary>A kernel image whose PCR policy another key signed; no recovery key.</summary>
    Refused,
}

/// <summary>
/// One machine with one TPM and one disk that is started several times, each time with another kernel image. A test asks
/// for the start that it looks at; those before it happen on the way.
/// </summary>
internal sealed class SealedMachine(AcceptanceOptions options, ImageDisk image, string folder, Action<Machine, string> keep, DenialWatch watch) : IAsyncDisposable
{
    /// <summary>What the first boot writes to ROOT.</summary>
    public const string Mark = "kept across boots";

    /// <summary>Where.</summary>
    public const string MarkPath = "/var/lib/acceptance-mark";

    /// <summary>The word that the update's command line has and the image's has not.</summary>
    public const string OtherConsole = "console=tty1";

    private const string Console = "console=tty0";
    private const string UnlockUnit = "/usr/lib/systemd/system/ironhull-root-unlock.service";
    private const string HereAddon = "here.addon.efi";
    private const string EverywhereAddon = "/loader/addons/everywhere.addon.efi";
    private const string RecoveryCredential = "ironhull.root-recovery-key";
    private const string RecoveryKey = "acceptance-recovery-key-of-a-throw-away-machine";
    private const string Staged = "/acceptance";
    private const string Failed = "Failed to start ironhull-root-unlock.service";
    private Machine? _machine;
    private SealedBoot? _done;
    private Exception? _failure;
    private bool? _hasProfile;
    private readonly Dictionary<SealedBoot, string> _refusals = [];

    /// <summary>Whether the image has the profile.</summary>
    public bool HasProfile => _hasProfile ??= Profile();

    /// <summary>The registers of the first boot, compared with the prediction.</summary>
    public string? FirstMeasurements { get; private set; }

    /// <summary>What the first boot made.</summary>
    public string? FirstFacts { get; private set; }

    /// <summary>PCR 12 of the start with other addons, as it is predicted.</summary>
    public Sha256Digest EnrolledAddons { get; private set; }

    /// <summary>What the console said of the dump after the crash, or why there was none; null without the extension for dumps.</summary>
    public string? Crash { get; private set; }

    /// <summary>Whether a dump was written.</summary>
    public bool HasDump { get; private set; }

    /// <summary>The recovery key that the running node made and showed.</summary>
    public string? RecoveryKeyShown { get; private set; }

    /// <summary>The key slots after it, and the TPM for <see cref="EnrolledAddons"/>, were enrolled.</summary>
    public string? KeySlots { get; private set; }

    /// <summary>The machine after a start that has to succeed.</summary>
    /// <exception cref="CheckFailedException">That start, or one before it, did not succeed.</exception>
    public async Task<Machine> BootedAsync(SealedBoot wanted, CancellationToken cancel)
    {
        while (_done is null || _done < wanted)
        {
            await NextAsync(cancel).ConfigureAwait(false);
        }

        return _machine!;
    }

    /// <summary>Makes a start that has to be refused and waits until the system has given up.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> RefusedAsync(SealedBoot wanted, CancellationToken cancel)
    {
        await BootedAsync(wanted, cancel).ConfigureAwait(false);
        return _refusals[wanted];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
        {
            await _machine.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task NextAsync(CancellationToken cancel)
    {
        if (_failure is not null)
        {
            throw new CheckFailedException($"An earlier boot of the same machine failed: {_failure.Message}");
        }

        var next = _done is null ? SealedBoot.First : _done.Value + 1;
        try
        {
            await (next switch
            {
                SealedBoot.First => FirstAsync(cancel),
                SealedBoot.Update => UpdateAsync(cancel),
                SealedBoot.Enrolled => EnrolledAsync(cancel),
                SealedBoot.OtherAddons => OtherAddonsAsync(cancel),
                SealedBoot.Recovery => RecoverAsync(cancel),
                _ => StrangerAsync(cancel),
            }).ConfigureAwait(false);
            _done = next;
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }
        finally
        {
            if (_machine is not null)
            {
                keep(_machine, $"sealed-{next.ToString().ToLowerInvariant()}");
            }
        }
    }

    private async Task FirstAsync(CancellationToken cancel)
    {
        var path = Path.Combine(folder, "sealed.raw");
        WriteDisk(path, everyAddon: true);
        EnrolledAddons = await PredictEnrolledAsync(cancel).ConfigureAwait(false);
        using var disk = await ImageDisk.OpenAsync(path, folder, cancel).ConfigureAwait(false);
        _machine = await Machine.StartAsync(
            watch.Options(path) with { Credentials = new Dictionary<string, string> { [RecoveryCredential] = RecoveryKey } }, cancel).ConfigureAwait(false);
        await UpAsync(cancel).ConfigureAwait(false);
        FirstMeasurements = await MeasuredChecks.RunAsync(_machine, disk, options, cancel).ConfigureAwait(false);
        FirstFacts = await _machine.SshAsync(
            "echo mount: $(findmnt -no SOURCE,FSTYPE /); echo type: $(lsblk -dno FSTYPE /dev/disk/by-partlabel/ROOT); cryptsetup luksDump /dev/disk/by-partlabel/ROOT; " +
            $"systemctl list-units --failed --plain --no-legend; echo failed: $(systemctl list-units --failed --plain --no-legend | wc -l); echo {Mark} >{MarkPath}",
            cancel: cancel).ConfigureAwait(false);
    }

    /// <summary>What the first disk would be with other addons: only PCR 12 is of interest.</summary>
    private async Task<Sha256Digest> PredictEnrolledAsync(CancellationToken cancel)
    {
        var path = Path.Combine(folder, "enrolled.raw");
        WriteDisk(path, everyAddon: false);
        using var disk = await ImageDisk.OpenAsync(path, folder, cancel).ConfigureAwait(false);
        return disk.Predict(KeyStore.Open(options.KeysFolder)).AtKernelStart(12);
    }

    private async Task UpdateAsync(CancellationToken cancel)
    {
        await ChangedAsync(UseKernel("update.efi"), cancel).ConfigureAwait(false);
        const string Enrol = "systemd-cryptenroll --unlock-tpm2-device=auto";
        const string Root = "/dev/disk/by-partlabel/ROOT";
        RecoveryKeyShown = (await _machine!.SshAsync($"{Enrol} --recovery-key {Root} 2>/dev/null", cancel: cancel).ConfigureAwait(false)).Trim();
        await _machine.SshAsync(
            $"{Enrol} --tpm2-device=auto --tpm2-pcrs=7+12:sha256={EnrolledAddons} --tpm2-public-key=/run/systemd/tpm2-pcr-public-key.pem --tpm2-public-key-pcrs=11 {Root}",
            cancel: cancel).ConfigureAwait(false);
        KeySlots = (await _machine.SshAsync($"systemd-cryptenroll {Root}", cancel: cancel).ConfigureAwait(false)).Trim();
    }

    private async Task EnrolledAsync(CancellationToken cancel)
    {
        var extension = CrashDumpChecks.ExtensionOf(options);
        if (File.Exists(extension))
        {
            await CrashDumpChecks.PutAsync(_machine!, extension, cancel).ConfigureAwait(false);
        }

        await ChangedAsync($"cd EFI/Linux/*.extra.d; rm {HereAddon}; cp available/{CrashDumpChecks.Addon}.addon.efi .", cancel).ConfigureAwait(false);
    }

    /// <summary>The crash is what ends the machine before this start: the files are changed while it runs.</summary>
    private async Task OtherAddonsAsync(CancellationToken cancel)
    {
        const string Change = $"rm .{EverywhereAddon}";
        if (!File.Exists(CrashDumpChecks.ExtensionOf(options)))
        {
            await ChangeBootFilesAsync(Change, cancel).ConfigureAwait(false);
        }
        else
        {
            await InBootFilesAsync(Change, cancel).ConfigureAwait(false);
            await watch.AskAsync(_machine!, "sealed").ConfigureAwait(false);
            try
            {
                await CrashDumpChecks.LoadedAsync(_machine!, cancel).ConfigureAwait(false);
                Crash = await CrashDumpChecks.CrashedAsync(_machine!, cancel).ConfigureAwait(false);
                HasDump = true;
            }
            catch (CheckFailedException failure)
            {
                Crash = failure.Message;
                await _machine!.PowerOffAsync(TimeSpan.FromSeconds(180), cancel).ConfigureAwait(false);
            }

            keep(_machine!, "sealed-crash");
        }

        await RefuseAsync(SealedBoot.OtherAddons, cancel).ConfigureAwait(false);
    }

    private async Task StrangerAsync(CancellationToken cancel)
    {
        await ChangeBootFilesAsync(UseKernel("stranger.efi"), cancel).ConfigureAwait(false);
        await RefuseAsync(SealedBoot.Refused, cancel).ConfigureAwait(false);
    }

    private async Task ChangedAsync(string change, CancellationToken cancel)
    {
        await ChangeBootFilesAsync(change, cancel).ConfigureAwait(false);
        await _machine!.StartAgainAsync(new Dictionary<string, string>(), cancel).ConfigureAwait(false);
        await UpAsync(cancel).ConfigureAwait(false);
    }

    private async Task RefuseAsync(SealedBoot boot, CancellationToken cancel)
    {
        await _machine!.StartAgainAsync(new Dictionary<string, string>(), cancel).ConfigureAwait(false);
        var seen = await _machine.WaitForConsoleAsync([Failed, .. Machine.BootMarkers], options.BootTimeout, cancel).ConfigureAwait(false);
        // The initrd restarts the machine, which ends it here; until then nothing but a refusal may be seen.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        try
        {
            await _machine.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CheckFailedException($"The machine did not restart after it had no key for ROOT. The end of the console:\n{ConsoleLog.Tail(_machine.ConsoleText)}");
        }

        Check.That(seen == Failed, $"ROOT was not refused. The end of the console:\n{ConsoleLog.Tail(_machine.ConsoleText)}");
        _refusals[boot] = string.Join('\n', Check.Lines(_machine.ConsoleText).Where(l => l.Contains("systemd-cryptsetup", StringComparison.Ordinal) || l.Contains(Failed, StringComparison.Ordinal)));
    }

    private async Task RecoverAsync(CancellationToken cancel)
    {
        await _machine!.StartAgainAsync(new Dictionary<string, string> { [RecoveryCredential] = RecoveryKey }, cancel).ConfigureAwait(false);
        await UpAsync(cancel).ConfigureAwait(false);
    }

    private async Task UpAsync(CancellationToken cancel)
    {
        await _machine!.WaitForBootAsync(cancel).ConfigureAwait(false);
        await _machine.ConnectAsync(cancel).ConfigureAwait(false);
        await _machine.SshAsync("systemctl is-system-running --wait >/dev/null; systemctl is-active --quiet multi-user.target", cancel: cancel).ConfigureAwait(false);
    }

    /// <summary>Runs a command in the EFI system partition, and shuts down.</summary>
    private async Task ChangeBootFilesAsync(string change, CancellationToken cancel)
    {
        await InBootFilesAsync(change, cancel).ConfigureAwait(false);
        await _machine!.PowerOffAsync(TimeSpan.FromSeconds(180), cancel).ConfigureAwait(false);
    }

    private Task InBootFilesAsync(string command, CancellationToken cancel) => _machine!.SshAsync(
        $"set -e; mkdir -p /run/acceptance; mount /dev/disk/by-partlabel/ESP /run/acceptance; cd /run/acceptance; {command}; cd /; umount /run/acceptance", cancel: cancel);

    /// <summary>The command that puts another kernel image into the place of the one that booted.</summary>
    private static string UseKernel(string name) => $"old=$(echo EFI/Linux/*.efi); mv .{Staged}/{name} $old";

    private bool Profile()
    {
        var files = image.BootFiles();
        var kernel = PeImage.Parse(files[ImageDisk.KernelPath(files)].Content!.ToArray());
        return kernel.Find(".initrd") is { } initrd && InitrdFiles.Read(kernel.Read(initrd)).Paths.Contains(UnlockUnit);
    }

    private void WriteDisk(string path, bool everyAddon)
    {
        var keys = KeyStore.Open(options.KeysFolder);
        using var signer = keys.OpenSigner(SigningRole.BootCode);
        using var policySigner = keys.OpenSigner(SigningRole.PcrPolicy);
        image.CopyWithBootFiles(path, files =>
        {
            var kernelPath = ImageDisk.KernelPath(files);
            void Put(string to, byte[] content) => files.Set(to, Inode.File(Content.FromBytes(content)));
            void Addon(string to, string words) => Put(to, Authenticode.Sign(UkiBuilder.BuildAddon(BootFileChanges.MinimalApplication(), words), signer));

            // The first is for every kernel image, the second for this one; the second's words come last.
            Addon(EverywhereAddon, "acceptance.everywhere=1");
            if (everyAddon)
            {
                Addon(BootPredictor.ExtrasOf(kernelPath) + HereAddon, " acceptance.here=\"a b\"\n");
            }

            if (!HasProfile)
            {
                return;
            }

            var available = BootPredictor.ExtrasOf(kernelPath) + BootPredictor.CatalogueFolder + "sealed.addon.efi";
            files.Set(BootPredictor.ExtrasOf(kernelPath) + "sealed.addon.efi", files[available]);
            if (!everyAddon)
            {
                var dumps = $"{CrashDumpChecks.Addon}.addon.efi";
                files.Set(BootPredictor.ExtrasOf(kernelPath) + dumps, files[BootPredictor.ExtrasOf(kernelPath) + BootPredictor.CatalogueFolder + dumps]);
                return;
            }

            var kernel = files[kernelPath].Content!.ToArray();
            files.EnsureDirectory(Staged);
            Put($"{Staged}/update.efi", Authenticode.Sign(BootFileChanges.WithOtherWord(kernel, Console, OtherConsole, policySigner), signer));
            using var other = KeyStore.Init(Path.Combine(folder, "stranger-pcr"), "A stranger").OpenSigner(SigningRole.PcrPolicy);
            Put($"{Staged}/stranger.efi", Authenticode.Sign(BootFileChanges.WithOtherWord(kernel, Console, OtherConsole, other), signer));
        });
    }
}
