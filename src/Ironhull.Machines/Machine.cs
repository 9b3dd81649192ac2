using System.Net;
using System.Net.Sockets;
using Ironhull.Diagnostics;
using Ironhull.Formats.Efi;
using Ironhull.Machines.Host;
using Ironhull.Machines.Qemu;
using Ironhull.Signing;

namespace Ironhull.Machines;

/// <summary>
/// A virtual machine that boots a disk image under Secure Boot: QEMU, OVMF with the image's keys enrolled, a software
/// TPM, a network with ssh. The image stays as it is; everything the machine writes lies in a temporary folder that goes
/// with it. Disposing ends every process that was started.
/// </summary>
public sealed class Machine : IAsyncDisposable
{
    /// <summary>
    /// What the console shows when the system is up, whichever comes first: systemd stops showing its progress once the
    /// login prompt has the console.
    /// </summary>
    public static IReadOnlyList<string> BootMarkers { get; } = ["Reached target multi-user.target", " login: "];

    private const string Panic = "Kernel panic - not syncing";
    private static readonly string[] s_deadEnds = [Panic, "Freezing execution", "Press any key to enter the Boot Manager Menu"];
    private readonly MachineOptions _options;
    private readonly DirectoryInfo _folder;
    private ChildProcess? _tpm;
    private ChildProcess? _qemu;
    private SshClient? _ssh;
    private Firmware? _firmware;
    private int _starts;
    private bool _connected;

    private Machine(MachineOptions options, DirectoryInfo folder)
    {
        _options = options;
        _folder = folder;
    }

    /// <summary>The machine's folder: its disk, firmware variables, TPM state, ssh key and console log.</summary>
    public string Folder => _folder.FullName;

    /// <summary>How instructions are executed.</summary>
    public AcceleratorKind Accelerator { get; private set; }

    /// <summary>The port on the host's loopback that leads to the machine's ssh server; 0 without a network.</summary>
    public int SshPort { get; private set; }

    /// <summary>The public key of <see cref="SshAsync"/>, for a fake service that says who may log in; "" without a network.</summary>
    public string SshPublicKey => _ssh?.PublicKey ?? "";

    /// <summary>QEMU's command line, for a person to repeat.</summary>
    public IReadOnlyList<string> CommandLine { get; private set; } = [];

    /// <summary>The serial console since the last start, as plain text.</summary>
    public string ConsoleText => ConsoleLog.Read(ConsolePath);

    /// <summary>Whether the machine runs.</summary>
    public bool Runs => _qemu is { HasExited: false };

    private string ConsolePath => Path.Combine(Folder, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"console-{_starts}.log"));

    private string VariablesPath => Path.Combine(Folder, "variables.fd");

    private string DiskPath => Path.Combine(Folder, "disk.qcow2");

    /// <summary>Starts a machine; it boots meanwhile.</summary>
    /// <param name="options">What machine.</param>
    /// <param name="cancel">Stops and removes it.</param>
    /// <exception cref="HullException">HULL7001 to HULL7004, HULL60xx for the keys.</exception>
    public static async Task<Machine> StartAsync(MachineOptions options, CancellationToken cancel = default)
    {
        if (!File.Exists(options.ImagePath))
        {
            throw MachineErrors.ImageUnusable.Error($"{options.ImagePath} is not there.");
        }

        var machine = new Machine(options, Directory.CreateTempSubdirectory("hull-machine-"));
        try
        {
            await machine.StartAsync(cancel).ConfigureAwait(false);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the system is up far enough to log in; <c>systemctl is-system-running --wait</c> over ssh waits for the rest.</summary>
    /// <exception cref="HullException">HULL7005, HULL7006, HULL7007, with the end of the console.</exception>
    public async Task WaitForBootAsync(CancellationToken cancel = default)
    {
        var seen = await WaitForConsoleAsync([.. BootMarkers, .. s_deadEnds], _options.BootTimeout, cancel).ConfigureAwait(false);
        if (seen is not null && BootMarkers.Contains(seen))
        {
            return;
        }

        var code = seen switch
        {
            Panic => MachineErrors.Panicked,
            null when Runs => MachineErrors.BootTimedOut,
            _ => MachineErrors.Stopped,
        };
        throw code.Error($"The end of the console:\n{ConsoleLog.Tail(ConsoleText)}");
    }

    /// <summary>Waits until the console shows one of several texts.</summary>
    /// <param name="texts">The texts; the earlier one wins.</param>
    /// <param name="limit">How long.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>The text that was seen; null when the time is over or the machine has stopped without it.</returns>
    public async Task<string?> WaitForConsoleAsync(IReadOnlyList<string> texts, TimeSpan limit, CancellationToken cancel = default)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var runs = Runs;
            var console = ConsoleText;
            if (texts.FirstOrDefault(t => console.Contains(t, StringComparison.Ordinal)) is { } seen)
            {
                return seen;
            }

            if (!runs || TimeProvider.System.GetElapsedTime(start) > limit)
            {
                return null;
            }

            await Task.Delay(500, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Opens the ssh connection that <see cref="SshAsync"/> uses.</summary>
    /// <exception cref="HullException">HULL7008.</exception>
    public async Task ConnectAsync(CancellationToken cancel = default)
    {
        await (_ssh ?? throw MachineErrors.SshFailed.Error("The machine has no network.")).ConnectAsync(_options.BootTimeout, () => Runs, cancel).ConfigureAwait(false);
        _connected = true;
    }

    /// <summary>Runs a shell command as root in the machine, whatever its exit code.</summary>
    /// <param name="command">For <c>bash -c</c>.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<ToolResult> TrySshAsync(string command, Stream? input = null, CancellationToken cancel = default)
    {
        var ssh = _ssh ?? throw MachineErrors.SshFailed.Error("The machine has no network.");
        var result = await ssh.RunAsync(command, input, cancel).ConfigureAwait(false);
        return result.ExitCode == 255 && result.Output.Length == 0
            ? throw MachineErrors.SshFailed.Error($"{result.Error.Trim()}\nThe end of the console:\n{ConsoleLog.Tail(ConsoleText)}")
            : result;
    }

    /// <summary>Runs a shell command as root in the machine and returns its output.</summary>
    /// <inheritdoc cref="TrySshAsync" path="/param"/>
    /// <exception cref="HullException">HULL7008; HULL7009: its exit code is not 0.</exception>
    public async Task<string> SshAsync(string command, Stream? input = null, CancellationToken cancel = default)
    {
        var result = await TrySshAsync(command, input, cancel).ConfigureAwait(false);
        return result.Succeeded
            ? result.Output
            : throw MachineErrors.CommandFailed.Error($"'{command}' ended with code {result.ExitCode}:\n{(result.Output + result.Error).Trim()}");
    }

    /// <summary>Runs a shell command in the machine as a user who takes the same key as root, whatever its exit code.</summary>
    /// <exception cref="HullException">HULL7008: the machine has no network.</exception>
    internal Task<ToolResult> TrySshAsUserAsync(string user, string command, CancellationToken cancel) =>
        (_ssh ?? throw MachineErrors.SshFailed.Error("The machine has no network.")).RunAsync(user, command, cancel);

    /// <summary>Connects to a Unix socket of the machine.</summary>
    /// <param name="path">Its path there.</param>
    /// <exception cref="HullException">HULL7004, HULL7008: the machine has no network.</exception>
    internal Stream OpenSocket(string path) =>
        (_ssh ?? throw MachineErrors.SshFailed.Error("The machine has no network.")).Open($"exec socat - UNIX-CONNECT:{path}");

    /// <summary>A root shell in the machine on this terminal.</summary>
    /// <returns>The shell's exit code.</returns>
    public Task<int> SshOnTerminalAsync(CancellationToken cancel = default) =>
        (_ssh ?? throw MachineErrors.SshFailed.Error("The machine has no network.")).RunOnTerminalAsync(cancel);

    /// <summary>Waits for the machine to stop.</summary>
    public Task WaitForExitAsync(CancellationToken cancel = default) => _qemu!.WaitAsync(cancel);

    /// <summary>Shuts the system down; kills the machine when that takes too long.</summary>
    /// <returns>Whether the system shut down by itself.</returns>
    public async Task<bool> PowerOffAsync(TimeSpan limit, CancellationToken cancel = default)
    {
        await EndsAsync().ConfigureAwait(false);
        try
        {
            await TrySshAsync("systemctl poweroff --no-block", cancel: cancel).ConfigureAwait(false);
        }
        catch (HullException)
        {
            // The connection may go before the answer comes.
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limit);
        try
        {
            await WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await _qemu!.DisposeAsync().ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Takes the machine's power away at once; <see cref="StartAgainAsync"/> gives it back.</summary>
    public async Task CutPowerAsync()
    {
        await _qemu!.DisposeAsync().ConfigureAwait(false);
        _qemu = null;
    }

    /// <summary>Starts a machine that has stopped once more: the same disk, firmware variables and TPM, a new console.</summary>
    /// <param name="credentials">systemd credentials instead of those of the options.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="HullException">HULL7004.</exception>
    public async Task StartAgainAsync(IReadOnlyDictionary<string, string> credentials, CancellationToken cancel = default)
    {
        foreach (var part in (IAsyncDisposable?[])[_qemu, _tpm])
        {
            if (part is not null)
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }
        }

        await LaunchAsync(credentials, cancel).ConfigureAwait(false);
    }

    /// <summary>Ends the machine at once and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndsAsync().ConfigureAwait(false);
        foreach (var part in (IAsyncDisposable?[])[_ssh, _qemu, _tpm])
        {
            if (part is not null)
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (_folder.Exists)
        {
            _folder.Delete(recursive: true);
            _folder.Refresh();
        }
    }

    private async Task EndsAsync()
    {
        if (Runs && _connected && _options.BeforeEnd is { } told)
        {
            _connected = false;
            await told(this).ConfigureAwait(false);
        }
    }

    private string PathOf(MachineDisk disk) => Path.Combine(Folder, $"disk-{disk.Serial}.raw");

    private async Task StartAsync(CancellationToken cancel)
    {
        _firmware = Firmware.Find();
        EnrollKeys(_firmware, VariablesPath);
        var disk = await DiskOverlay.CreateAsync(_options.ImagePath, DiskPath, _options.DiskSize, cancel).ConfigureAwait(false);
        if (_options.PrepareDisk is not null)
        {
            await _options.PrepareDisk(disk, cancel).ConfigureAwait(false);
        }

        foreach (var extra in _options.Disks)
        {
            using var file = File.Create(PathOf(extra));
            file.SetLength(extra.Size);
            extra.Fill?.Invoke(file);
        }

        if (_options.Network)
        {
            SshPort = FreePort();
            _ssh = await SshClient.CreateAsync(Folder, SshPort, cancel).ConfigureAwait(false);
        }

        await LaunchAsync(_options.Credentials, cancel).ConfigureAwait(false);
    }

    private async Task LaunchAsync(IReadOnlyDictionary<string, string> given, CancellationToken cancel)
    {
        _starts++;
        _connected = false;
        var qemu = HostTool.Find("qemu-system-x86_64", "run the machine");
        Accelerator = _options.Accelerator ?? await Qemu.Accelerator.FindAsync(qemu, cancel).ConfigureAwait(false);
        var credentials = new Dictionary<string, string>(given);
        if (_ssh is not null)
        {
            credentials.TryAdd("ssh.authorized_keys.root", _ssh.PublicKey + "\n");
        }

        var tpmSocket = _options.Tpm ? await StartTpmAsync(cancel).ConfigureAwait(false) : null;
        CommandLine =
        [
            qemu,
            .. new QemuArguments
            {
                Accelerator = Accelerator,
                FirmwareCode = _firmware!.Code,
                FirmwareVariables = VariablesPath,
                Disk = DiskPath,
                DiskFormat = "qcow2",
                Disks = [.. _options.Disks.Select(d => (PathOf(d), d))],
                MemoryMiB = _options.MemoryMiB,
                Processors = _options.Processors,
                TpmSocket = tpmSocket,
                SshPort = _options.Network ? SshPort : null,
                ConsoleLog = ConsolePath,
                Interactive = _options.Interactive,
                Credentials = credentials,
                UnsignedWords = _options.UnsignedWords,
                Services = _options.Services,
                Disc = _options.DiscPath is { } disc ? Path.GetFullPath(disc) : null,
                Ignition = _options.IgnitionPath is { } ignition ? Path.GetFullPath(ignition) : null,
            }.Build(),
        ];
        var arguments = CommandLine.Skip(1).ToList();
        _qemu = _options.Interactive ? ChildProcess.StartOnTerminal(qemu, arguments) : ChildProcess.Start(qemu, arguments);
        await Task.Delay(300, cancel).ConfigureAwait(false);
        if (_qemu.HasExited)
        {
            throw MachineErrors.StartFailed.Error($"QEMU ended with code {_qemu.ExitCode}: {_qemu.Errors.Trim()}");
        }
    }

    private void EnrollKeys(Firmware firmware, string path)
    {
        var keys = KeyStore.Open(_options.KeysFolder);
        var store = OvmfVariableStore.Parse(File.ReadAllBytes(firmware.VariablesTemplate));
        store.EnrollSecureBoot(keys.PlatformKey.RawData, keys.KeyExchangeKey.RawData, keys.Database.RawData, keys.OwnerGuid);
        File.WriteAllBytes(path, store.ToBytes());
    }

    private async Task<string> StartTpmAsync(CancellationToken cancel)
    {
        var swtpm = HostTool.Find("swtpm", "give the machine a TPM");
        var state = Directory.CreateDirectory(Path.Combine(Folder, "tpm")).FullName;
        var socket = Path.Combine(Folder, "tpm.sock");
        File.Delete(socket);
        _tpm = ChildProcess.Start(swtpm, ["socket", "--tpm2", "--tpmstate", $"dir={state}", "--ctrl", $"type=unixio,path={socket}", "--terminate"]);
        for (var attempt = 0; attempt < 100 && !File.Exists(socket); attempt++)
        {
            if (_tpm.HasExited)
            {
                break;
            }

            await Task.Delay(100, cancel).ConfigureAwait(false);
        }

        return File.Exists(socket) ? socket : throw MachineErrors.StartFailed.Error($"swtpm did not start: {_tpm.Errors.Trim()}");
    }

    // Between this and QEMU's use of the port another program may take it; QEMU then says so and HULL7004 follows.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
