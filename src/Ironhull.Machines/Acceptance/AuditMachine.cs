using Ironhull.Formats.Trees;
using Ironhull.Measurement;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// One machine with the signed addon of the profile "audit" and with words from SMBIOS, where what nobody has signed runs and is recorded. The tests of that
/// profile, and those that need containers from ordinary images, share it.
/// </summary>
internal sealed class AuditMachine(ImageDisk image, string folder, Action<Machine, string> keep, DenialWatch watch) : IAsyncDisposable
{
    /// <summary>The words that the machine's owner adds to the command line.</summary>
    public const string Added = "acceptance.unsigned=1";

    private Machine? _machine;

    /// <summary>Whether a test is one of those that share the machine.</summary>
    public static bool IsFor(string test) => test == IpeBootChecks.Audit || test.StartsWith(PodChecks.Group, StringComparison.Ordinal);

    /// <summary>The machine, booted by the first test that asks for it.</summary>
    /// <param name="addon">The audit profile's addon.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<Machine> BootedAsync(string addon, CancellationToken cancel)
    {
        if (_machine is not null)
        {
            return _machine;
        }

        var disk = Path.Combine(folder, "audit.raw");
        image.CopyWithBootFiles(disk, files =>
            files.Set(BootPredictor.ExtrasOf(ImageDisk.KernelPath(files)) + Path.GetFileName(addon), Inode.File(Content.FromBytes(File.ReadAllBytes(addon)))));
        _machine = await Machine.StartAsync(watch.Options(disk) with { UnsignedWords = Added }, cancel).ConfigureAwait(false);
        try
        {
            await _machine.WaitForBootAsync(cancel).ConfigureAwait(false);
            await _machine.ConnectAsync(cancel).ConfigureAwait(false);
            await _machine.TrySshAsync("systemctl is-system-running --wait >/dev/null", cancel: cancel).ConfigureAwait(false);
            keep(_machine, "audit");
            return _machine;
        }
        catch
        {
            keep(_machine, "audit");
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
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
}
