using System.Buffers.Binary;
using System.Text;

namespace Ironhull.Formats.Tests.Depmod;

/// <summary>Builds small relocatable objects that look to depmod like kernel modules.</summary>
internal static class ElfModule
{
    public static byte[] Build(string[] information, string[] exported, string[] needed)
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        var symbols = new MemoryStream();
        symbols.Write(new byte[24]);
        foreach (var name in needed)
        {
            var symbol = new byte[24];
            BinaryPrimitives.WriteUInt32LittleEndian(symbol, (uint)strings.Length);
            symbol[4] = 0x10; // STB_GLOBAL
            symbols.Write(symbol);
            strings.Write(Encoding.ASCII.GetBytes(name + "\0"));
        }

        (string Name, uint Type, byte[] Bytes, uint Link, ulong EntrySize)[] sections =
        [
            (".modinfo", 1, Join(information), 0, 0),
            ("__ksymtab_strings", 1, Join(exported), 0, 0),
            (".symtab", 2, symbols.ToArray(), 4, 24),
            (".strtab", 3, strings.ToArray(), 0, 0),
            (".shstrtab", 3, Encoding.ASCII.GetBytes("\0.modinfo\0__ksymtab_strings\0.symtab\0.strtab\0.shstrtab\0"), 0, 0),
        ];
        var names = Encoding.ASCII.GetString(sections[4].Bytes);
        var file = new MemoryStream();
        file.Write(new byte[64]);
        var table = new MemoryStream();
        table.Write(new byte[64]);
        foreach (var section in sections)
        {
            file.Write(new byte[(8 - (file.Length % 8)) % 8]);
            var record = new byte[64];
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)names.IndexOf("\0" + section.Name + "\0", StringComparison.Ordinal) + 1);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), section.Type);
            BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(24), (ulong)file.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(32), (ulong)section.Bytes.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(40), section.Link);
            BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(48), 1);
            BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(56), section.EntrySize);
            table.Write(record);
            file.Write(section.Bytes);
        }

        file.Write(new byte[(8 - (file.Length % 8)) % 8]);
        var start = file.Length;
        file.Write(table.ToArray());
        var bytes = file.ToArray();
        new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(18), 62);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), (ulong)start);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(52), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(60), (ushort)(sections.Length + 1));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(62), (ushort)sections.Length);
        return bytes;
    }

    private static byte[] Join(string[] texts) => Encoding.ASCII.GetBytes(string.Concat(texts.Select(t => t + "\0")));
}
