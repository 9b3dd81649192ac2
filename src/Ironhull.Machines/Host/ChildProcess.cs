using System.Diagnostics;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Machines.Host;

/// <summary>
/// A program that runs beside this process and never outlives it. It is started by a small shell that holds a pipe from
/// here: when the pipe closes, for whatever reason (an orderly end, Ctrl-C, kill -9), the shell kills the program.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    // The program gets /dev/null as its input; the pipe is fd 3 of the shell and of the watcher. TERM kills at once.
    internal const string Leash =
        "exec 3<&0; \"$@\" </dev/null 3<&- & child=$!; trap 'kill -KILL $child 2>/dev/null' TERM; " +
        "{ read -r _ <&3; kill -KILL $child 2>/dev/null; } & watcher=$!; " +
        "wait $child; code=$?; kill -KILL $watcher 2>/dev/null; exit $code";

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Lock _lock = new();
    private readonly bool _leashed;

    private ChildProcess(Process process, bool leashed)
    {
        _process = process;
        _leashed = leashed;
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The exit code of a program that has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>What it has written to its standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_lock)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts a program on the leash.</summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Arguments.</param>
    public static ChildProcess Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])["-c", Leash, "leash", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Start(start, leashed: true);
    }

    /// <summary>Starts a program that owns this process's terminal.</summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Arguments.</param>
    public static ChildProcess StartOnTerminal(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Start(start, leashed: false);
    }

    /// <summary>Waits for the end of the program.</summary>
    public Task WaitAsync(CancellationToken cancel = default) => _process.WaitForExitAsync(cancel);

    /// <summary>Kills the program and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            if (_leashed)
            {
                try
                {
                    _process.StandardInput.Close();
                }
                catch (IOException)
                {
                    // It has just ended.
                }

                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                try
                {
                    await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    HostTool.Kill(_process);
                }
            }
            else
            {
                HostTool.Kill(_process);
            }

            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _process.Dispose();
    }

    private static ChildProcess Start(ProcessStartInfo start, bool leashed)
    {
        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process, leashed);
        if (leashed)
        {
            process.ErrorDataReceived += child.Collect;
            process.OutputDataReceived += child.Collect;
        }

        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw MachineErrors.StartFailed.Error($"{start.FileName}: {error.Message}.", cause: error);
        }

        if (leashed)
        {
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
        }

        return child;
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { Length: > 0 } text)
        {
            return;
        }

        lock (_lock)
        {
            if (_errors.Length < 1 << 16)
            {
                _errors.Append(text).Append('\n');
            }
        }
    }
}
