using Ironhull.Formats.Trees;
using Ironhull.Measurement;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// One machine that the tests of addons share: the first one boots with its addon switched on beforehand, a later one switches its own on from the
/// running node, as its owner would, and restarts. <paramref name="booted"/> is told of each first boot.
/// </summary>
internal sealed class AddonMachine(AcceptanceOptions options, ImageDisk image, string folder, Action<Machine, string> keep, DenialWatch watch, Func<Machine, CancellationToken, Task> booted) : IAsyncDisposable
{
    /// <summary>How the names of these tests begin.</summary>
    public const string Group = "addon/";

    private static readonly TimeSpan s_restartLimit = TimeSpan.FromSeconds(180);
    private Machine? _machine;

    /// <summary>Boots the image with one of its own addons moved out of the catalogue.</summary>
    public async Task<Machine> BootAsync(string addon, CancellationToken cancel)
    {
        var disk = Path.Combine(folder, addon + ".raw");
        image.CopyWithBootFiles(disk, files =>
        {
            var extras = BootPredictor.ExtrasOf(ImageDisk.KernelPath(files));
            var catalogue = $"{extras}{BootPredictor.CatalogueFolder}{addon}.addon.efi";
            files.Set($"{extras}{addon}.addon.efi", files.TryGet(catalogue, out var file) && file.Type == InodeType.File
                ? file
                : throw new CheckFailedException($"The image has no addon {catalogue}."));
        });
        return await StartAsync(disk, addon, cancel).ConfigureAwait(false);
    }

    /// <summary>Switches another addon on, alone, and restarts.</summary>
    /// <param name="addon">The addon.</param>
    /// <param name="prepare">What else is done on the node before.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<Machine> SwitchAsync(string addon, Func<Machine, Task> prepare, CancellationToken cancel)
    {
        var machine = _machine ?? await StartAsync(options.ImagePath, "before-" + addon, cancel).ConfigureAwait(false);
        await prepare(machine).ConfigureAwait(false);
        await machine.SshAsync($"set -e; cd $(bootctl -p)/EFI/Linux/*.efi.extra.d; rm -f *.addon.efi; cp available/{addon}.addon.efi .", cancel: cancel).ConfigureAwait(false);
        await machine.PowerOffAsync(s_restartLimit, cancel).ConfigureAwait(false);
        await AgainAsync(addon, cancel).ConfigureAwait(false);
        return machine;
    }

    /// <summary>Starts the machine, which has stopped, once more.</summary>
    public async Task AgainAsync(string name, CancellationToken cancel)
    {
        await _machine!.StartAgainAsync(new Dictionary<string, string>(), cancel).ConfigureAwait(false);
        await UpAsync(name, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
        {
            await _machine.DisposeAsync().ConfigureAwait(false);
            _machine = null;
        }
    }

    private async Task<Machine> StartAsync(string disk, string name, CancellationToken cancel)
    {
        await DisposeAsync().ConfigureAwait(false);
        _machine = await Machine.StartAsync(watch.Options(disk), cancel).ConfigureAwait(false);
        await UpAsync(name, cancel).ConfigureAwait(false);
        await booted(_machine, cancel).ConfigureAwait(false);
        return _machine;
    }

    private async Task UpAsync(string name, CancellationToken cancel)
    {
        try
        {
            await _machine!.WaitForBootAsync(cancel).ConfigureAwait(false);
            await _machine.ConnectAsync(cancel).ConfigureAwait(false);
            await _machine.SshAsync("systemctl is-system-running --wait >/dev/null; systemctl is-active --quiet multi-user.target", cancel: cancel).ConfigureAwait(false);
            keep(_machine, "addon-" + name);
        }
        catch
        {
            keep(_machine!, "addon-" + name);
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
