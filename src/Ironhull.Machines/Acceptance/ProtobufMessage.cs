using System.Text;

namespace Ironhull.Machines.Acceptance;

/// <summary>A message in the wire format of Protocol Buffers: only what a few requests of tests need.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    private readonly MemoryStream _bytes = new();

    /// <summary>Adds a field with a text.</summary>
    public ProtobufMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds a field with a number or the number of an enumeration's value.</summary>
    public ProtobufMessage Number(int field, uint value)
    {
        Write((uint)((field << 3) | Varint));
        Write(value);
        return this;
    }

    /// <summary>Adds a field with a message.</summary>
    public ProtobufMessage Message(int field, ProtobufMessage value) => Bytes(field, value.ToArray());

    /// <summary>The message's bytes.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>The text of field 1 of a message that has nothing before it; empty when there is none.</summary>
    public static string FirstText(ReadOnlySpan<byte> message) =>
        message.Length >= 2 && message[0] == ((1 << 3) | LengthDelimited) && message[1] < 0x80 && message.Length >= 2 + message[1]
            ? Encoding.UTF8.GetString(message.Slice(2, message[1]))
            : "";

    private ProtobufMessage Bytes(int field, byte[] value)
    {
        Write((uint)((field << 3) | LengthDelimited));
        Write((uint)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Write(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.WriteByte((byte)(value | 0x80));
        }

        _bytes.WriteByte((byte)value);
    }
}
