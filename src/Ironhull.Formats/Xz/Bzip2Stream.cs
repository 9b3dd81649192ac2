using System.Runtime.InteropServices;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Xz;

/// <summary>Decodes bzip2, one stream or several in a row, while it is read. Damage is a coded error. The decoder needs 4 MiB.</summary>
public sealed unsafe class Bzip2Stream : ReadOnlyStream
{
    private const int InputSize = 1 << 17;
    private readonly Stream _input;
    private readonly string _name;
    private readonly byte* _buffer;
    private Libbz2.StreamState* _state;
    private long _taken;
    private bool _inputEnded;
    private bool _between;

    /// <summary>Starts decoding.</summary>
    /// <param name="input">The compressed bytes, read to their end; not owned.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL1006: libbz2 is missing.</exception>
    public Bzip2Stream(Stream input, string name)
    {
        _input = input;
        _name = name;
        _state = (Libbz2.StreamState*)NativeMemory.AllocZeroed((nuint)sizeof(Libbz2.StreamState));
        _buffer = (byte*)NativeMemory.Alloc(InputSize);
        try
        {
            Start();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            Release(started: false);
            GC.SuppressFinalize(this);
            throw FormatErrors.LibraryMissing.Error("libbz2.so.1.0 cannot be loaded; it is in the package libbz2-1.0.", new(name), cause: e);
        }
    }

    /// <inheritdoc/>
    ~Bzip2Stream() => Dispose(false);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_state is null, this);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        fixed (byte* output = buffer)
        {
            _state->NextOut = output;
            _state->AvailableOut = (uint)buffer.Length;
            while (_state->AvailableOut == (uint)buffer.Length)
            {
                Fill();
                if (_between)
                {
                    if (_state->AvailableIn == 0)
                    {
                        break;
                    }

                    Restart();
                }

                Decode(cutOff: _inputEnded && _state->AvailableIn == 0);
            }

            return buffer.Length - (int)_state->AvailableOut;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Release(started: true);
        if (disposing)
        {
            GC.SuppressFinalize(this);
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        if (_state->AvailableIn == 0 && !_inputEnded)
        {
            var read = _input.Read(new Span<byte>(_buffer, InputSize));
            _inputEnded = read == 0;
            _taken += read;
            _state->NextIn = _buffer;
            _state->AvailableIn = (uint)read;
        }
    }

    private void Decode(bool cutOff)
    {
        var before = _state->AvailableOut;
        var result = Libbz2.Decompress(_state);
        _between = result == Libbz2.StreamEnd;
        if (result is not (Libbz2.Ok or Libbz2.StreamEnd))
        {
            throw FormatErrors.Malformed.Error($"The bzip2 data is damaged (libbz2 result {result}).", Place());
        }

        if (cutOff && !_between && _state->AvailableOut == before)
        {
            throw FormatErrors.Truncated.Error("The bzip2 data ends too early.", Place());
        }
    }

    private void Restart()
    {
        var state = *_state;
        Libbz2.DecompressEnd(_state);
        Start();
        _state->NextIn = state.NextIn;
        _state->AvailableIn = state.AvailableIn;
        _state->NextOut = state.NextOut;
        _state->AvailableOut = state.AvailableOut;
    }

    private void Start()
    {
        var result = Libbz2.DecompressInit(_state, 0, 0);
        if (result != Libbz2.Ok)
        {
            throw FormatErrors.Malformed.Error($"The bzip2 decoder cannot be started (libbz2 result {result}).", new(_name));
        }
    }

    private Location Place() => Location.At(_name, _taken - _state->AvailableIn);

    private void Release(bool started)
    {
        if (_state is null)
        {
            return;
        }

        if (started)
        {
            Libbz2.DecompressEnd(_state);
        }

        NativeMemory.Free(_state);
        NativeMemory.Free(_buffer);
        _state = null;
    }
}
