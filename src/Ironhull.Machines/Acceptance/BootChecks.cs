using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Machines.Qemu;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// The tests that change what is booted and look at what the firmware or the kernel does about it. What only the
/// firmware and the boot stub decide is booted from a small disk that holds nothing but boot files.
/// </summary>
internal static class BootChecks
{
    private const string KernelStarted = "Linux version ";
    private const string TrustedWord = "acceptance.trusted=1";
    private const string StrangerWord = "acceptance.stranger=1";
    private static readonly TimeSpan s_firmwareLimit = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan s_afterRefusal = TimeSpan.FromSeconds(10);

    /// <summary>A test that boots a machine of its own; a fast one stops in the firmware.</summary>
    internal sealed record BootCheck(string Name, string Title, Func<BootContext, CancellationToken, Task<string>> Run, bool Fast = false);

    /// <summary>What such a test works with.</summary>
    /// <param name="Options">The suite's options.</param>
    /// <param name="Image">The image under test.</param>
    /// <param name="Folder">A folder of the test's own.</param>
    /// <param name="Keep">Keeps a machine's console under a name.</param>
    /// <param name="Sealed">The machine that the tests of the profile "sealed" share.</param>
    /// <param name="Addons">The machine that the tests of addons share.</param>
    /// <param name="Audit">The machine that the tests of ordinary container images share.</param>
    /// <param name="Watch">Gives the options of machines, and asks each for denials.</param>
    internal sealed record BootContext(
        AcceptanceOptions Options, ImageDisk Image, string Folder, Action<Machine> Keep, SealedMachine Sealed, AddonMachine Addons, AuditMachine Audit, DenialWatch Watch);

    /// <summary>All tests, the cheap ones first.</summary>
    public static IReadOnlyList<BootCheck> All { get; } =
    [
        new("firmware/unsigned-kernel-image-is-refused", "An unsigned unified kernel image is refused", (context, cancel) =>
            RefusedAsync(context, (files, kernel) => Replace(files, kernel, BootFileChanges.WithoutSignature), cancel), Fast: true),
        new("firmware/changed-kernel-image-is-refused", "A unified kernel image with one changed letter of its command line is refused", (context, cancel) =>
            RefusedAsync(context, (files, kernel) => Replace(files, kernel, BootFileChanges.WithChangedCommandLine), cancel), Fast: true),
        new("firmware/strangers-kernel-image-is-refused", "A unified kernel image signed by a stranger is refused", (context, cancel) =>
            RefusedAsync(context, (files, kernel) => Replace(files, kernel, image => SignedByStranger(context.Folder, BootFileChanges.WithoutSignature(image))), cancel), Fast: true),
        new("firmware/unsigned-boot-loader-is-refused", "An unsigned boot loader is refused", (context, cancel) =>
            RefusedAsync(context, (files, _) => Replace(files, Find(files, "/EFI/BOOT/BOOTX64.EFI"), BootFileChanges.WithoutSignature), cancel), Fast: true),
        new("firmware/strangers-addon-is-ignored", "An addon signed by a stranger is ignored; one signed by the image's key is used", AddonAsync),
        new("verity/flipped-bit-panics", "One flipped bit in /usr ends in a panic, never in a running system", FlippedBitAsync),
        .. IpeBootChecks.All,
        .. PodChecks.All,
        .. SealedChecks.All,
        .. AddonChecks.All,
        .. CrashDumpChecks.All,
        .. ProvisionChecks.All,
        .. AzureChecks.All,
        .. FirstBootChecks.All,
        .. DiskProvisionChecks.All,
    ];

    private static async Task<string> RefusedAsync(BootContext context, Action<FileTree, string> change, CancellationToken cancel)
    {
        await using var machine = await StartBootDiskAsync(context, change, cancel).ConfigureAwait(false);
        var seen = await machine.WaitForConsoleAsync(["Access denied", "Access Denied", KernelStarted], s_firmwareLimit, cancel).ConfigureAwait(false);
        var later = await machine.WaitForConsoleAsync([KernelStarted], s_afterRefusal, cancel).ConfigureAwait(false);
        context.Keep(machine);
        Check.That(later is null && seen != KernelStarted, "The kernel was started.");
        Check.That(seen is not null, $"The firmware did not refuse it. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        return Check.Lines(machine.ConsoleText).First(l => l.Contains(seen!, StringComparison.Ordinal));
    }

    private static async Task<string> AddonAsync(BootContext context, CancellationToken cancel)
    {
        void Change(FileTree files, string kernel)
        {
            var unsigned = UkiBuilder.BuildAddon(BootFileChanges.MinimalApplication(), StrangerWord);
            files.EnsureDirectory("/loader/addons");
            files.Set("/loader/addons/stranger.addon.efi", File(SignedByStranger(context.Folder, unsigned)));
            using var signer = KeyStore.Open(context.Options.KeysFolder).OpenSigner(SigningRole.BootCode);
            var trusted = UkiBuilder.BuildAddon(BootFileChanges.MinimalApplication(), TrustedWord);
            files.Set("/loader/addons/trusted.addon.efi", File(Authenticode.Sign(trusted, signer)));
        }

        await using var machine = await StartBootDiskAsync(context, Change, cancel).ConfigureAwait(false);
        await machine.WaitForConsoleAsync(["Command line: "], s_firmwareLimit, cancel).ConfigureAwait(false);
        context.Keep(machine);
        var lines = Check.Lines(machine.ConsoleText);
        var commandLine = lines.FirstOrDefault(l => l.Contains("Command line: ", StringComparison.Ordinal))
            ?? throw new CheckFailedException($"The kernel did not start. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        Check.Contains(TrustedWord, commandLine, "the kernel's command line");
        Check.Lacks(StrangerWord, commandLine, "the kernel's command line");
        return lines.FirstOrDefault(l => l.Contains("stranger.addon.efi", StringComparison.Ordinal)) ?? commandLine;
    }

    private static async Task<string> FlippedBitAsync(BootContext context, CancellationToken cancel)
    {
        var usr = context.Image.Partition(PartitionTypes.Usr, "/usr");
        // The sector of the file system's superblock: nothing of /usr can be read without it.
        const int Superblock = 1024, Sector = 512;
        var sector = context.Image.Read(usr.Offset + Superblock, Sector);
        sector[64] ^= 0x10;
        await using var machine = await Machine.StartAsync(
            Options(context, context.Options.ImagePath) with
            {
                DiskSize = 8L << 30,
                PrepareDisk = (disk, stop) => DiskOverlay.WriteAsync(disk, usr.Offset + Superblock, sector, stop),
            },
            cancel).ConfigureAwait(false);
        var seen = await machine.WaitForConsoleAsync(
            [.. Machine.BootMarkers, "Kernel panic - not syncing", "Switch Root"], context.Options.BootTimeout, cancel).ConfigureAwait(false);
        context.Keep(machine);
        var console = machine.ConsoleText;
        foreach (var marker in Machine.BootMarkers)
        {
            Check.Lacks(marker, console, "the console");
        }

        Check.That(seen == "Kernel panic - not syncing", $"There was no panic. The end of the console:\n{ConsoleLog.Tail(console)}");
        Check.Contains("dm-verity device corrupted", console, "the console");
        return Check.Lines(console).First(l => l.Contains("Kernel panic", StringComparison.Ordinal));
    }

    internal static async Task<Machine> StartBootDiskAsync(BootContext context, Action<FileTree, string> change, CancellationToken cancel)
    {
        var files = context.Image.BootFiles();
        change(files, ImageDisk.KernelPath(files));
        var disk = Path.Combine(context.Folder, "boot.raw");
        ImageDisk.WriteBootDisk(disk, files);
        return await Machine.StartAsync(Options(context, disk) with { DiskSize = 0, Tpm = false, Network = false }, cancel).ConfigureAwait(false);
    }

    internal static MachineOptions Options(BootContext context, string image) => context.Watch.Options(image);

    internal static void Replace(FileTree files, string path, Func<ReadOnlyMemory<byte>, byte[]> change) =>
        files.Update(path, inode => File(change(inode.Content!.ToArray())));

    private static Inode File(byte[] content) => Inode.File(Content.FromBytes(content));

    private static string Find(FileTree files, string path) =>
        files.Entries.Select(e => e.Key).FirstOrDefault(p => string.Equals(p, path, StringComparison.OrdinalIgnoreCase))
        ?? throw MachineErrors.ImageUnusable.Error($"The EFI system partition has no {path}.");

    private static byte[] SignedByStranger(string folder, byte[] unsigned)
    {
        var keys = Path.Combine(folder, "stranger");
        var store = Directory.Exists(keys) ? KeyStore.Open(keys) : KeyStore.Init(keys, "A stranger");
        using var signer = store.OpenSigner(SigningRole.BootCode);
        return Authenticode.Sign(unsigned, signer);
    }
}
