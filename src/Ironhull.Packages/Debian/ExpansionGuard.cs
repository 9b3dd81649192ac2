using Ironhull.Diagnostics;
using Ironhull.Formats.Xz;

namespace Ironhull.Packages.Debian;

/// <summary>An unpacked archive that may only be so much larger than it was packed: a decompression bomb ends here.</summary>
internal sealed class ExpansionGuard(Stream unpacked, long packedLength, string name) : ReadOnlyStream
{
    // Source code packs to a fifth, zeros to a thousandth with gzip; what grows more holds nothing else.
    private const long LargestRatio = 1000;
    private const long AlwaysAllowed = 16 << 20;

    private readonly long _limit = AlwaysAllowed + (packedLength * LargestRatio);
    private long _read;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = unpacked.Read(buffer);
        _read += read;
        return _read <= _limit
            ? read
            : throw PackageErrors.DecompressionBomb.Error($"{packedLength} bytes unpack to more than {_limit}.", new(name));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacked.Dispose();
        }

        base.Dispose(disposing);
    }
}
