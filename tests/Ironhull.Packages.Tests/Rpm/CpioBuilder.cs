using System.Globalization;
using System.Text;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Makes a payload member by member, sound or not.</summary>
internal sealed class CpioBuilder
{
    private readonly MemoryStream _archive = new();

    /// <summary>Adds a "newc" member, or a "crc" one when a checksum is given.</summary>
    public CpioBuilder Add(string name, uint mode, string content = "", uint inode = 1, uint links = 1, uint? sum = null)
    {
        var data = Encoding.UTF8.GetBytes(content);
        var stored = Encoding.UTF8.GetBytes(name + "\0");
        uint[] fields = [inode, mode, 0, 0, links, 0, (uint)data.Length, 0, 0, 0, 0, (uint)stored.Length, sum ?? 0];
        Write(Encoding.ASCII.GetBytes((sum is null ? "070701" : "070702") + string.Concat(fields.Select(f => f.ToString("x8", CultureInfo.InvariantCulture)))));
        Write(stored);
        Pad();
        Write(data);
        Pad();
        return this;
    }

    /// <summary>Adds a stripped member.</summary>
    public CpioBuilder Stripped(uint index, string content = "")
    {
        Write(Encoding.ASCII.GetBytes("07070X" + index.ToString("x8", CultureInfo.InvariantCulture)));
        Pad();
        Write(Encoding.UTF8.GetBytes(content));
        Pad();
        return this;
    }

    /// <summary>The archive with its trailer.</summary>
    public byte[] Build()
    {
        Add("TRAILER!!!", 0);
        return _archive.ToArray();
    }

    /// <summary>The archive as it is.</summary>
    public byte[] Unfinished() => _archive.ToArray();

    private void Write(byte[] bytes) => _archive.Write(bytes);

    private void Pad()
    {
        while (_archive.Length % 4 != 0)
        {
            _archive.WriteByte(0);
        }
    }
}
