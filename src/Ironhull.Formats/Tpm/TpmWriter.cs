using System.Buffers.Binary;

namespace Ironhull.Formats.Tpm;

/// <summary>Writes TPM structures: integers big-endian, byte strings with a 16-bit length in front (TPM 2.0 part 2, section 4 and "TPM2B").</summary>
internal sealed class TpmWriter
{
    private readonly MemoryStream _stream = new();

    public byte[] ToArray() => _stream.ToArray();

    public TpmWriter Byte(byte value)
    {
        _stream.WriteByte(value);
        return this;
    }

    public TpmWriter UInt16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return Bytes(bytes);
    }

    public TpmWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Bytes(bytes);
    }

    public TpmWriter Algorithm(TpmAlgorithm value) => UInt16((ushort)value);

    public TpmWriter Bytes(ReadOnlySpan<byte> value)
    {
        _stream.Write(value);
        return this;
    }

    /// <summary>A TPM2B: length and bytes.</summary>
    public TpmWriter Sized(ReadOnlySpan<byte> value) => UInt16(checked((ushort)value.Length)).Bytes(value);
}
