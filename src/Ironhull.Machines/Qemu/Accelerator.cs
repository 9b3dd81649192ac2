using Ironhull.Machines.Host;

namespace Ironhull.Machines.Qemu;

/// <summary>How QEMU executes the guest's instructions.</summary>
public enum AcceleratorKind
{
    /// <summary>Translated by QEMU: works everywhere, slowly.</summary>
    Tcg,

    /// <summary>Executed by the host's processor.</summary>
    Kvm,
}

/// <summary>
/// Chooses the accelerator by trying. <c>/dev/kvm</c> that opens proves little: a nested or partial KVM opens and then
/// lacks System Management Mode or refuses a register. So the machine that will be used is started with a firmware of
/// one instruction sequence that ends QEMU with a known exit code.
/// </summary>
public static class Accelerator
{
    /// <summary>Exit code of QEMU after the guest has written <see cref="ProbeValue"/> to isa-debug-exit: (value &lt;&lt; 1) | 1.</summary>
    internal const int ProbeExitCode = (ProbeValue << 1) | 1;

    private const int ProbeValue = 0x10;
    private static readonly SemaphoreSlim s_once = new(1, 1);
    private static AcceleratorKind? s_found;

    /// <summary>The accelerator that works here; tried once in a process.</summary>
    /// <param name="qemu">Path of qemu-system-x86_64.</param>
    /// <param name="cancel">Stops the trial.</param>
    public static async Task<AcceleratorKind> FindAsync(string qemu, CancellationToken cancel = default)
    {
        await s_once.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return s_found ??= await TryKvmAsync(qemu, cancel).ConfigureAwait(false) ? AcceleratorKind.Kvm : AcceleratorKind.Tcg;
        }
        finally
        {
            s_once.Release();
        }
    }

    /// <summary>
    /// A 64 KiB firmware. The processor starts at F000:FFF0 in real mode: mov dx, 0xf4; mov al, 0x10; out dx, al; hlt.
    /// </summary>
    internal static byte[] ProbeFirmware()
    {
        var rom = new byte[1 << 16];
        ReadOnlySpan<byte> code = [0xba, 0xf4, 0x00, 0xb0, ProbeValue, 0xee, 0xf4];
        code.CopyTo(rom.AsSpan(0xfff0));
        return rom;
    }

    /// <summary>The arguments of the trial.</summary>
    internal static IReadOnlyList<string> ProbeArguments(string firmware) =>
    [
        "-machine", "q35,smm=on", "-accel", "kvm", "-cpu", "host", "-smp", "1", "-m", "16", "-nodefaults", "-display", "none",
        "-bios", firmware, "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
    ];

    private static async Task<bool> TryKvmAsync(string qemu, CancellationToken cancel)
    {
        if (!File.Exists("/dev/kvm"))
        {
            return false;
        }

        var folder = Directory.CreateTempSubdirectory("hull-kvm-");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            var firmware = Path.Combine(folder.FullName, "probe.rom");
            await File.WriteAllBytesAsync(firmware, ProbeFirmware(), cancel).ConfigureAwait(false);
            var result = await HostTool.RunAsync(qemu, ProbeArguments(firmware), cancel: limit.Token).ConfigureAwait(false);
            return result.ExitCode == ProbeExitCode;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
