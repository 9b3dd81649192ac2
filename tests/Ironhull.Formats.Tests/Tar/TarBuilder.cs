using System.Text;

namespace Ironhull.Formats.Tests.Tar;

/// <summary>Makes tar archives byte by byte, sound and hostile.</summary>
internal sealed class TarBuilder
{
    private readonly MemoryStream _output = new();

    public static byte[] Header(string name, char type = '0', long size = 0, string link = "", string? sizeField = null, int mode = 0x1A4)
    {
        var block = new byte[512];
        Encoding.UTF8.GetBytes(name).AsSpan().CopyTo(block);
        Put(block, 100, $"{Convert.ToString(mode, 8).PadLeft(7, '0')}\0");
        Put(block, 108, "0000000\0");
        Put(block, 116, "0000000\0");
        Put(block, 124, sizeField ?? Convert.ToString(size, 8).PadLeft(11, '0') + "\0");
        Put(block, 136, "00000001750\0");
        block[156] = (byte)type;
        Put(block, 157, link);
        Put(block, 257, "ustar\0" + "00");
        Put(block, 265, "root");
        Put(block, 297, "root");
        Seal(block);
        return block;
    }

    public static void Seal(byte[] block)
    {
        Put(block, 148, "        ");
        Put(block, 148, Convert.ToString(block.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
    }

    public TarBuilder Raw(byte[] bytes)
    {
        _output.Write(bytes);
        return this;
    }

    public TarBuilder Entry(string name, char type = '0', string content = "", string link = "", int mode = 0x1A4)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        _output.Write(Header(name, type, bytes.Length, link, mode: mode));
        _output.Write(bytes);
        _output.Write(new byte[-bytes.Length & 511]);
        return this;
    }

    public TarBuilder Pax(params (string Key, string Value)[] records)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in records)
        {
            var rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
            var length = rest + 1;
            while (length != rest + length.ToString().Length)
            {
                length = rest + length.ToString().Length;
            }

            text.Append($"{length} {key}={value}\n");
        }

        return Entry("PaxHeaders", 'x', text.ToString());
    }

    public byte[] End()
    {
        _output.Write(new byte[1024]);
        return _output.ToArray();
    }

    private static void Put(byte[] block, int offset, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block.AsSpan(offset));
}
