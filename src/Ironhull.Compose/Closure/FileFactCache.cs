using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Ironhull.Formats.Elf;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Closure;

/// <summary>
/// Facts kept in one file beside the content store. Little endian: magic (8 bytes), version (u32), SHA-256 of the body
/// (32 bytes), body. A file that is missing, damaged or of another version counts as empty.
/// </summary>
public sealed class FileFactCache : IFileFactCache
{
    /// <summary>Raised when the layout, or what is known of a file, changes.</summary>
    private const uint Version = 1;

    private const int HeaderSize = 44;

    private readonly string _path;
    private readonly ConcurrentDictionary<Sha256Digest, FileFacts> _facts = new();
    private readonly ConcurrentDictionary<Sha256Digest, bool> _used = new();
    private bool _changed;

    private FileFactCache(string path) => _path = path;

    private static ReadOnlySpan<byte> Magic => "HULLFCT\n"u8;

    /// <summary>How many files are known.</summary>
    public int Count => _facts.Count;

    /// <summary>Reads a cache.</summary>
    /// <param name="path">The file; need not exist.</param>
    public static FileFactCache Load(string path)
    {
        var cache = new FileFactCache(path);
        try
        {
            if (File.Exists(path))
            {
                cache.Read(File.ReadAllBytes(path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or DecoderFallbackException)
        {
            cache._facts.Clear();
        }

        return cache;
    }

    /// <inheritdoc/>
    public FileFacts? Get(Sha256Digest sha256)
    {
        _used[sha256] = true;
        return _facts.GetValueOrDefault(sha256);
    }

    /// <inheritdoc/>
    public void Set(Sha256Digest sha256, FileFacts facts)
    {
        _facts[sha256] = facts;
        _changed = true;
    }

    /// <summary>Writes the cache when something is new. A folder that cannot be written costs time in the next run, nothing else.</summary>
    /// <param name="limit">When more files than this are known, only those asked for since loading are kept.</param>
    public void Save(int limit = 200_000)
    {
        if (!_changed)
        {
            return;
        }

        try
        {
            using var file = new AtomicFile(_path);
            file.Stream.Write(Write(limit));
            file.Commit(durable: false);
            _changed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private byte[] Write(int limit)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[HeaderSize]);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            var kept = _facts.Where(f => _facts.Count <= limit || _used.ContainsKey(f.Key)).OrderBy(f => f.Key).ToList();
            writer.Write(kept.Count);
            foreach (var (sha256, facts) in kept)
            {
                writer.Write(sha256.ToArray());
                WriteOne(writer, facts);
            }
        }

        var bytes = stream.ToArray();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        Sha256Digest.Of(bytes.AsSpan(HeaderSize)).CopyTo(bytes.AsSpan(12));
        return bytes;
    }

    private void Read(byte[] bytes)
    {
        if (bytes.Length < HeaderSize || !bytes.AsSpan().StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)) != Version ||
            Sha256Digest.Of(bytes.AsSpan(HeaderSize)) != new Sha256Digest(bytes.AsSpan(12, Sha256Digest.Size)))
        {
            return;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes, HeaderSize, bytes.Length - HeaderSize), Encoding.UTF8);
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var sha256 = new Sha256Digest(reader.ReadBytes(Sha256Digest.Size));
            _facts[sha256] = ReadOne(reader);
        }
    }

    // Kinds: 0 neither, 1 script, 2 ELF, 3 damaged ELF.
    private static void WriteOne(BinaryWriter writer, FileFacts facts)
    {
        writer.Write((byte)(facts.Shebang is not null ? 1 : facts.Elf is not null ? 2 : facts.Damage is not null ? 3 : 0));
        if ((facts.Shebang ?? facts.Damage) is { } text)
        {
            writer.Write(text);
        }

        if (facts.Elf is not { } elf)
        {
            return;
        }

        writer.Write((byte)elf.Class);
        writer.Write(elf.LittleEndian);
        writer.Write(elf.Type);
        writer.Write(elf.Machine);
        Optional(elf.Interpreter);
        Optional(elf.SoName);
        Optional(elf.RPath);
        Optional(elf.RunPath);
        List(elf.Needed);
        writer.Write(elf.DlopenNotes.Count);
        foreach (var note in elf.DlopenNotes)
        {
            List(note.SoNames);
            writer.Write(note.Priority);
            writer.Write(note.Feature);
            writer.Write(note.Description);
        }

        void Optional(string? value)
        {
            writer.Write(value is not null);
            if (value is not null)
            {
                writer.Write(value);
            }
        }

        void List(IReadOnlyList<string> values)
        {
            writer.Write(values.Count);
            foreach (var value in values)
            {
                writer.Write(value);
            }
        }
    }

    private static FileFacts ReadOne(BinaryReader reader)
    {
        switch (reader.ReadByte())
        {
            case 0:
                return FileFacts.None;
            case 1:
                return new(null, reader.ReadString(), null);
            case 3:
                return new(null, null, reader.ReadString());
        }

        var elf = new ElfFacts
        {
            Class = (ElfClass)reader.ReadByte(),
            LittleEndian = reader.ReadBoolean(),
            Type = reader.ReadUInt16(),
            Machine = reader.ReadUInt16(),
            Interpreter = Optional(),
            SoName = Optional(),
            RPath = Optional(),
            RunPath = Optional(),
            Needed = List(),
        };
        var notes = new DlopenNote[reader.ReadInt32()];
        for (var i = 0; i < notes.Length; i++)
        {
            notes[i] = new(List(), reader.ReadString(), reader.ReadString(), reader.ReadString());
        }

        return new(elf with { DlopenNotes = notes }, null, null);

        string? Optional() => reader.ReadBoolean() ? reader.ReadString() : null;

        string[] List()
        {
            var values = new string[reader.ReadInt32()];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = reader.ReadString();
            }

            return values;
        }
    }
}
