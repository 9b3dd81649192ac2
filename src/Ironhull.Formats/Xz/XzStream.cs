using System.Runtime.InteropServices;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Xz;

/// <summary>
/// Decodes an .xz stream (The .xz File Format 1.2), or the older .lzma one, while it is read. Damage is a coded error.
/// </summary>
public sealed unsafe class XzStream : ReadOnlyStream
{
    // Level -9 needs 65 MiB; nothing in an archive of packages needs more than twice that.
    private const ulong MemoryLimit = 160UL << 20;
    private const int InputSize = 1 << 17;
    private readonly Stream _input;
    private readonly string _name;
    private readonly byte* _buffer;
    private Liblzma.StreamState* _state;
    private bool _inputEnded;
    private bool _ended;

    /// <summary>Starts decoding.</summary>
    /// <param name="input">The compressed bytes, read to their end; not owned.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="alone">The bytes are an .lzma stream ("LZMA alone"), which has no checksum.</param>
    /// <exception cref="HullException">HULL1006: liblzma is missing.</exception>
    public XzStream(Stream input, string name, bool alone = false)
    {
        _input = input;
        _name = name;
        _state = (Liblzma.StreamState*)NativeMemory.AllocZeroed((nuint)sizeof(Liblzma.StreamState));
        _buffer = (byte*)NativeMemory.Alloc(InputSize);
        int result;
        try
        {
            result = alone ? Liblzma.AloneDecoder(_state, MemoryLimit) : Liblzma.StreamDecoder(_state, MemoryLimit, Liblzma.Concatenated);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            Release(initialised: false);
            throw FormatErrors.LibraryMissing.Error("liblzma.so.5 cannot be loaded; it is in the package liblzma5.", new(name), cause: e);
        }

        if (result != Liblzma.Ok)
        {
            Release(initialised: true);
            throw FormatErrors.Malformed.Error($"The xz decoder cannot be started (liblzma result {result}).", new(name));
        }
    }

    /// <inheritdoc/>
    ~XzStream() => Dispose(false);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_state is null, this);
        if (_ended || buffer.IsEmpty)
        {
            return 0;
        }

        fixed (byte* output = buffer)
        {
            _state->NextOut = output;
            _state->AvailableOut = (nuint)buffer.Length;
            while (_state->AvailableOut == (nuint)buffer.Length)
            {
                if (_state->AvailableIn == 0 && !_inputEnded)
                {
                    var read = _input.Read(new Span<byte>(_buffer, InputSize));
                    _inputEnded = read == 0;
                    _state->NextIn = _buffer;
                    _state->AvailableIn = (nuint)read;
                }

                var result = Liblzma.Code(_state, _inputEnded ? Liblzma.Finish : Liblzma.Run);
                if (result == Liblzma.StreamEnd)
                {
                    _ended = true;
                    break;
                }

                if (result != Liblzma.Ok)
                {
                    var where = Location.At(_name, (long)_state->TotalIn);
                    throw result switch
                    {
                        Liblzma.MemoryLimit => FormatErrors.LimitExceeded.Error("The xz stream asks for more memory than 160 MiB.", where),
                        Liblzma.BufferError => FormatErrors.Truncated.Error("The xz stream ends too early.", where),
                        _ => FormatErrors.Malformed.Error($"The xz stream is damaged (liblzma result {result}).", where),
                    };
                }
            }

            return buffer.Length - (int)_state->AvailableOut;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Release(initialised: true);
        if (disposing)
        {
            GC.SuppressFinalize(this);
        }

        base.Dispose(disposing);
    }

    private void Release(bool initialised)
    {
        if (_state is null)
        {
            return;
        }

        if (initialised)
        {
            Liblzma.End(_state);
        }

        NativeMemory.Free(_state);
        NativeMemory.Free(_buffer);
        _state = null;
        if (!initialised)
        {
            GC.SuppressFinalize(this);
        }
    }
}
