using System.Buffers.Binary;
using System.Text;

namespace Ironhull.Formats.Tests.Elf;

/// <summary>Builds the smallest ELF files that a dynamic linker would accept, of either width and byte order.</summary>
internal sealed class ElfBuilder
{
    private const long Base = 0x400000;

    public bool Wide { get; init; } = true;

    public bool Little { get; init; } = true;

    public ushort Machine { get; init; } = 62;

    public string? Interpreter { get; init; }

    public string? SoName { get; init; }

    public string[] Needed { get; init; } = [];

    public string? RPath { get; init; }

    public string? RunPath { get; init; }

    public string[] DlopenJson { get; init; } = [];

    public byte[] Build()
    {
        var interpreter = Interpreter is null ? [] : Encoding.UTF8.GetBytes(Interpreter + "\0");
        var strings = new List<byte> { 0 };
        long Add(string text)
        {
            var at = strings.Count;
            strings.AddRange(Encoding.UTF8.GetBytes(text + "\0"));
            return at;
        }

        var dynamic = new List<(long Tag, long Value)>();
        dynamic.AddRange(Needed.Select(n => (1L, Add(n))));
        AddIf(14, SoName);
        AddIf(15, RPath);
        AddIf(29, RunPath);
        void AddIf(long tag, string? text)
        {
            if (text is not null)
            {
                dynamic.Add((tag, Add(text)));
            }
        }

        var notes = DlopenJson.SelectMany(Note).ToArray();
        var segments = 2 + (interpreter.Length > 0 ? 1 : 0) + (notes.Length > 0 ? 1 : 0);
        var (headerSize, entrySize) = Wide ? (64, 56) : (52, 32);
        var interpreterAt = headerSize + (segments * entrySize);
        var notesAt = (interpreterAt + interpreter.Length + 7) & ~7;
        var stringsAt = notesAt + notes.Length;
        var dynamicAt = (stringsAt + strings.Count + 7) & ~7;
        dynamic.Add((5, Base + stringsAt));
        dynamic.Add((10, strings.Count));
        dynamic.Add((0, 0));
        var dynamicSize = dynamic.Count * (Wide ? 16 : 8);
        var file = new byte[dynamicAt + dynamicSize];

        "\u007fELF"u8.CopyTo(file);
        file[4] = (byte)(Wide ? 2 : 1);
        file[5] = (byte)(Little ? 1 : 2);
        file[6] = 1;
        U16(file, 16, 3);
        U16(file, 18, Machine);
        Word(file, Wide ? 32 : 28, headerSize);
        U16(file, Wide ? 54 : 42, (ushort)entrySize);
        U16(file, Wide ? 56 : 44, (ushort)segments);

        var at = headerSize;
        Segment(1, 0, file.Length);
        Segment(2, dynamicAt, dynamicSize);
        if (interpreter.Length > 0)
        {
            Segment(3, interpreterAt, interpreter.Length);
        }

        if (notes.Length > 0)
        {
            Segment(4, notesAt, notes.Length);
        }

        interpreter.CopyTo(file, interpreterAt);
        notes.CopyTo(file, notesAt);
        strings.CopyTo(file, stringsAt);
        for (var i = 0; i < dynamic.Count; i++)
        {
            Word(file, dynamicAt + (i * (Wide ? 16 : 8)), dynamic[i].Tag);
            Word(file, dynamicAt + (i * (Wide ? 16 : 8)) + (Wide ? 8 : 4), dynamic[i].Value);
        }

        return file;

        void Segment(uint type, long offset, long size)
        {
            U32(file, at, type);
            Word(file, at + (Wide ? 8 : 4), offset);
            Word(file, at + (Wide ? 16 : 8), Base + offset);
            Word(file, at + (Wide ? 32 : 16), size);
            at += entrySize;
        }
    }

    private byte[] Note(string json)
    {
        var text = Encoding.UTF8.GetBytes(json + "\0");
        var note = new byte[16 + ((text.Length + 3) & ~3)];
        U32(note, 0, 4);
        U32(note, 4, (uint)text.Length);
        U32(note, 8, 0x407C0C0A);
        "FDO\0"u8.CopyTo(note.AsSpan(12));
        text.CopyTo(note, 16);
        return note;
    }

    private void U16(byte[] file, int at, ushort value)
    {
        if (Little)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at), value);
        }
    }

    private void U32(byte[] file, int at, uint value)
    {
        if (Little)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), value);
        }
    }

    private void Word(byte[] file, int at, long value)
    {
        if (!Wide)
        {
            U32(file, at, (uint)value);
        }
        else if (Little)
        {
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(at), value);
        }
    }
}
