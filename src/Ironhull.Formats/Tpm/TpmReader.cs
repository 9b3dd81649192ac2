using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Tpm;

/// <summary>Reads TPM structures out of hostile input; every length is checked.</summary>
/// <param name="data">The bytes.</param>
/// <param name="what">What they are, for messages.</param>
internal ref struct TpmReader(ReadOnlySpan<byte> data, string what)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _at;

    public readonly int Remaining => _data.Length - _at;

    public byte Byte() => Bytes(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Bytes(8));

    public TpmAlgorithm Algorithm() => (TpmAlgorithm)UInt16();

    public ReadOnlySpan<byte> Bytes(int length)
    {
        var bytes = Wire.Slice(_data, (ulong)_at, (ulong)length, $"A field of {what}");
        _at += length;
        return bytes;
    }

    /// <summary>A TPM2B: length and bytes.</summary>
    public ReadOnlySpan<byte> Sized() => Bytes(UInt16());

    /// <summary>Nothing may follow.</summary>
    /// <exception cref="HullException">HULL1002.</exception>
    public readonly void End()
    {
        if (Remaining != 0)
        {
            throw FormatErrors.Malformed.Error($"{Remaining} bytes follow the end of {what}.");
        }
    }
}
