using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Machines.Host;

namespace Ironhull.Machines;

/// <summary>
/// The host's ssh client with a key made for one machine. All commands share one connection: under TCG a key exchange
/// costs seconds, a further command on the same connection little.
/// </summary>
internal sealed class SshClient : IAsyncDisposable
{
    private readonly string _ssh = HostTool.Find("ssh", "reach the machine");
    private readonly string _folder;
    private readonly int _port;
    private ChildProcess? _master;

    private SshClient(string folder, int port, string publicKey)
    {
        _folder = folder;
        _port = port;
        PublicKey = publicKey;
    }

    /// <summary>The line for the machine's <c>authorized_keys</c>.</summary>
    public string PublicKey { get; }

    private string ControlSocket => Path.Combine(_folder, "ssh");

    /// <summary>Makes a key in a folder.</summary>
    public static async Task<SshClient> CreateAsync(string folder, int port, CancellationToken cancel)
    {
        var key = Path.Combine(folder, "key");
        var made = await HostTool.RunAsync(
            HostTool.Find("ssh-keygen", "make the machine's key"), ["-q", "-t", "ed25519", "-N", "", "-C", "hull", "-f", key], cancel: cancel).ConfigureAwait(false);
        return made.Succeeded
            ? new(folder, port, (await File.ReadAllTextAsync(key + ".pub", cancel).ConfigureAwait(false)).Trim())
            : throw MachineErrors.StartFailed.Error($"ssh-keygen: {made.Error.Trim()}");
    }

    /// <summary>The arguments common to every use, up to and with the destination.</summary>
    /// <param name="folder">Where key, known hosts and the connection's socket are.</param>
    /// <param name="port">Port on the loopback.</param>
    /// <param name="master">Whether this use opens the shared connection; the others run over it.</param>
    /// <param name="user">Whoever is not root has a connection of his own.</param>
    internal static IReadOnlyList<string> Arguments(string folder, int port, bool master, string user = "root") =>
    [
        "-F", "none", "-i", Path.Combine(folder, "key"), "-p", port.ToString(CultureInfo.InvariantCulture),
        "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
        "-o", "StrictHostKeyChecking=accept-new", "-o", $"UserKnownHostsFile={Path.Combine(folder, "known_hosts")}",
        "-o", "ConnectTimeout=120", "-o", "ServerAliveInterval=30", "-o", "ServerAliveCountMax=20",
        "-o", user == "root" ? $"ControlPath={Path.Combine(folder, "ssh")}" : "ControlPath=none", "-o", master ? "ControlMaster=yes" : "ControlMaster=no",
        $"{user}@127.0.0.1",
    ];

    /// <summary>Opens the shared connection; tries again until the machine answers.</summary>
    /// <exception cref="HullException">HULL7008.</exception>
    public async Task ConnectAsync(TimeSpan limit, Func<bool> machineRuns, CancellationToken cancel)
    {
        var start = TimeProvider.System.GetTimestamp();
        var last = "no attempt was made";
        while (TimeProvider.System.GetElapsedTime(start) < limit && machineRuns())
        {
            if (_master is not null)
            {
                await _master.DisposeAsync().ConfigureAwait(false);
            }

            File.Delete(ControlSocket);
            _master = ChildProcess.Start(_ssh, ["-N", .. Arguments(_folder, _port, master: true)]);
            while (!_master.HasExited && TimeProvider.System.GetElapsedTime(start) < limit)
            {
                if (File.Exists(ControlSocket))
                {
                    return;
                }

                await Task.Delay(200, cancel).ConfigureAwait(false);
            }

            last = _master.HasExited ? _master.Errors.Trim() : "the connection was not made in time";
            await Task.Delay(2000, cancel).ConfigureAwait(false);
        }

        throw MachineErrors.SshFailed.Error($"ssh to port {_port}: {last}");
    }

    /// <summary>Runs a shell command in the machine.</summary>
    public Task<ToolResult> RunAsync(string command, Stream? input, CancellationToken cancel) =>
        HostTool.RunAsync(_ssh, [.. Arguments(_folder, _port, master: false), "--", command], input, cancel);

    /// <summary>Runs a shell command in the machine as another user, who takes the same key.</summary>
    public Task<ToolResult> RunAsync(string user, string command, CancellationToken cancel) =>
        HostTool.RunAsync(_ssh, [.. Arguments(_folder, _port, master: false, user), "--", command], cancel: cancel);

    /// <summary>Runs a shell command in the machine whose input and output are a stream.</summary>
    public Stream Open(string command) => ProcessStream.Start(_ssh, [.. Arguments(_folder, _port, master: false), "--", command]);

    /// <summary>A shell on this terminal; ends with it.</summary>
    public async Task<int> RunOnTerminalAsync(CancellationToken cancel)
    {
        await using var shell = ChildProcess.StartOnTerminal(_ssh, ["-t", .. Arguments(_folder, _port, master: false)]);
        await shell.WaitAsync(cancel).ConfigureAwait(false);
        return shell.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_master is not null)
        {
            await _master.DisposeAsync().ConfigureAwait(false);
        }
    }
}
