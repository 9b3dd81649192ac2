using System.Buffers.Binary;
using System.Text;

namespace Ironhull.Testing;

/// <summary>Makes a header of an RPM package, sound until a test changes it.</summary>
/// <param name="region">62 for a signature header, 63 for a main one.</param>
public sealed class RpmHeaderBuilder(int region = 63)
{
    private readonly List<(int Tag, uint Type, uint Count, byte[] Data, int Alignment)> _entries = [];

    /// <summary>Adds an entry, or puts it in the place of the one of its tag.</summary>
    public RpmHeaderBuilder Add(int tag, uint type, uint count, byte[] data, int alignment = 1)
    {
        var at = _entries.FindIndex(e => e.Tag == tag);
        if (at < 0)
        {
            _entries.Add((tag, type, count, data, alignment));
        }
        else
        {
            _entries[at] = (tag, type, count, data, alignment);
        }

        return this;
    }

    /// <summary>Adds a second entry of a tag.</summary>
    public RpmHeaderBuilder Duplicate(int tag)
    {
        _entries.Add(_entries.First(e => e.Tag == tag));
        return this;
    }

    /// <summary>Takes an entry away.</summary>
    public RpmHeaderBuilder Remove(int tag)
    {
        _entries.RemoveAll(e => e.Tag == tag);
        return this;
    }

    /// <summary>Adds one string (type 6).</summary>
    public RpmHeaderBuilder String(int tag, string value) => Add(tag, 6, 1, Encoding.UTF8.GetBytes(value + "\0"));

    /// <summary>Adds strings (type 8).</summary>
    public RpmHeaderBuilder Strings(int tag, params string[] values) => Add(tag, 8, (uint)values.Length, Encoding.UTF8.GetBytes(string.Concat(values.Select(v => v + "\0"))));

    /// <summary>Adds 16-bit numbers (type 3).</summary>
    public RpmHeaderBuilder Int16(int tag, params uint[] values) => Numbers(tag, 3, 2, [.. values.Select(v => (ulong)v)]);

    /// <summary>Adds 32-bit numbers (type 4).</summary>
    public RpmHeaderBuilder Int32(int tag, params uint[] values) => Numbers(tag, 4, 4, [.. values.Select(v => (ulong)v)]);

    /// <summary>Adds 64-bit numbers (type 5).</summary>
    public RpmHeaderBuilder Int64(int tag, params ulong[] values) => Numbers(tag, 5, 8, values);

    /// <summary>Adds bytes (type 7).</summary>
    public RpmHeaderBuilder Binary(int tag, params byte[] values) => Add(tag, 7, (uint)values.Length, values);

    /// <summary>The header's bytes: magic, index, data with the region's trailer at its end.</summary>
    public byte[] Build()
    {
        var data = new MemoryStream();
        var index = new MemoryStream();
        foreach (var (tag, type, count, bytes, alignment) in _entries.OrderBy(e => e.Tag))
        {
            while (data.Length % alignment != 0)
            {
                data.WriteByte(0);
            }

            Entry(index, tag, type, (int)data.Length, count);
            data.Write(bytes);
        }

        var trailer = (int)data.Length;
        Entry(data, region, 7, -16 * (_entries.Count + 1), 16);
        var blob = new MemoryStream();
        blob.Write([0x8E, 0xAD, 0xE8, 0x01, 0, 0, 0, 0]);
        Number(blob, _entries.Count + 1);
        Number(blob, (int)data.Length);
        Entry(blob, region, 7, trailer, 16);
        blob.Write(index.ToArray());
        blob.Write(data.ToArray());
        return blob.ToArray();
    }

    /// <summary>Where a field of an entry's index lies in the bytes: 0 tag, 1 type, 2 offset, 3 count.</summary>
    public static int Field(byte[] blob, int tag, int field)
    {
        for (var at = 16; ; at += 16)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(blob.AsSpan(at)) == tag)
            {
                return at + (field * 4);
            }
        }
    }

    /// <summary>A copy with another value in a field of an entry's index.</summary>
    public static byte[] With(byte[] blob, int tag, int field, int value)
    {
        var copy = (byte[])blob.Clone();
        BinaryPrimitives.WriteInt32BigEndian(copy.AsSpan(Field(copy, tag, field)), value);
        return copy;
    }

    private RpmHeaderBuilder Numbers(int tag, uint type, int width, ulong[] values)
    {
        var bytes = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * width), values[i] << (64 - (8 * width)));
        }

        return Add(tag, type, (uint)values.Length, bytes[..(values.Length * width)], width);
    }

    private static void Entry(Stream stream, int tag, uint type, int offset, uint count)
    {
        Number(stream, tag);
        Number(stream, (int)type);
        Number(stream, offset);
        Number(stream, (int)count);
    }

    private static void Number(Stream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }
}
