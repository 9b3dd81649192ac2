using System.Diagnostics;
using Ironhull.Diagnostics;

namespace Ironhull.Machines.Host;

/// <summary>A program's standard input and output as one stream in both directions; the program ends with the stream.</summary>
internal sealed class ProcessStream : Stream
{
    private readonly Process _process;
    private readonly Stream _output;
    private readonly Stream _input;

    private ProcessStream(Process process) => (_process, _output, _input) = (process, process.StandardOutput.BaseStream, process.StandardInput.BaseStream);

    /// <summary>Starts a program.</summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Arguments.</param>
    /// <exception cref="HullException">HULL7004: it cannot be started.</exception>
    public static ProcessStream Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        try
        {
            return new(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw MachineErrors.StartFailed.Error($"{program}: {error.Message}.", cause: error);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Flush() => _input.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _input.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _output.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _output.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => _input.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _input.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            HostTool.Kill(_process);
            _process.Dispose();
        }

        base.Dispose(disposing);
    }
}
