using Ironhull.Diagnostics;

namespace Ironhull.Formats.Disk;

/// <summary>Bounds-checked access to hostile input: a range that is not there is HULL1001, never an index error.</summary>
internal static class Wire
{
    /// <summary>A range of <paramref name="data"/>.</summary>
    /// <param name="data">The input.</param>
    /// <param name="offset">Byte offset, as read from the input.</param>
    /// <param name="length">Byte length, as read from the input.</param>
    /// <param name="what">What the range holds, for the message.</param>
    /// <exception cref="HullException">HULL1001: the range does not lie inside the input.</exception>
    public static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> data, ulong offset, ulong length, string what)
    {
        if (offset > (ulong)data.Length || length > (ulong)data.Length - offset)
        {
            throw FormatErrors.Truncated.Error($"{what} lies at byte {offset} with length {length}, but the input has {data.Length} bytes.");
        }

        return data.Slice((int)offset, (int)length);
    }

    /// <summary>Fills <paramref name="destination"/> from an absolute position of a stream.</summary>
    /// <exception cref="HullException">HULL1001: the stream ends before.</exception>
    public static void ReadAt(Stream stream, long offset, Span<byte> destination, string what)
    {
        if (offset < 0 || offset > stream.Length - destination.Length)
        {
            throw FormatErrors.Truncated.Error($"{what} lies at byte {offset} with length {destination.Length}, but the input has {stream.Length} bytes.");
        }

        stream.Position = offset;
        stream.ReadExactly(destination);
    }

    /// <summary>Rounds up to a multiple of <paramref name="alignment"/>, a power of two.</summary>
    public static long Align(long value, long alignment) => checked((value + alignment - 1) & ~(alignment - 1));

    /// <summary>Whether all bytes are zero.</summary>
    public static bool IsZero(ReadOnlySpan<byte> data) => !data.ContainsAnyExcept((byte)0);
}
