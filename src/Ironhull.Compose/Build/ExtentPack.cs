using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Compose.Build;

/// <summary>
/// The compressed forms of files, kept in one append-only file an image: records of key, SHA-256 of the value, length,
/// value. A value whose digest does not match is a miss; a torn end is cut off; what later builds stopped using is
/// dropped when it makes up half of the file.
/// </summary>
public sealed class ExtentPack : IErofsExtentCache, IDisposable
{
    private const int HeaderSize = Sha256Digest.Size + Sha256Digest.Size + 4;
    private const int LargestValue = 64 << 20;
    private const long SmallestWorthPacking = 64 << 20;
    private static readonly byte[] s_magic = "HULLEXT1"u8.ToArray();
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly Dictionary<Sha256Digest, Record> _records = [];
    private readonly HashSet<Sha256Digest> _used = [];
    private readonly Lock _lock = new();
    private long _end;

    private ExtentPack(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
        Load();
    }

    private readonly record struct Record(long Offset, int Length, Sha256Digest Sha256);

    /// <summary>Opens or makes a pack.</summary>
    /// <returns>Null when another process holds it: the build then goes without.</returns>
    public static ExtentPack? TryOpen(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new(path, File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(Sha256Digest key, [MaybeNullWhen(false)] out byte[] value)
    {
        value = null;
        Record record;
        lock (_lock)
        {
            if (!_records.TryGetValue(key, out record))
            {
                return false;
            }
        }

        var bytes = new byte[record.Length];
        if (!ReadExactly(bytes, record.Offset) || Sha256Digest.Of(bytes) != record.Sha256)
        {
            lock (_lock)
            {
                _records.Remove(key);
            }

            return false;
        }

        lock (_lock)
        {
            _used.Add(key);
        }

        value = bytes;
        return true;
    }

    /// <inheritdoc/>
    public void Put(Sha256Digest key, ReadOnlySpan<byte> value)
    {
        if (value.Length > LargestValue)
        {
            return;
        }

        var sha256 = Sha256Digest.Of(value);
        var record = new byte[HeaderSize + value.Length];
        key.CopyTo(record);
        sha256.CopyTo(record.AsSpan(Sha256Digest.Size));
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(2 * Sha256Digest.Size), value.Length);
        value.CopyTo(record.AsSpan(HeaderSize));
        long offset;
        lock (_lock)
        {
            offset = _end;
            _end += record.Length;
            _records[key] = new(offset + HeaderSize, value.Length, sha256);
            _used.Add(key);
        }

        RandomAccess.Write(_file, record, offset);
    }

    /// <summary>Closes the file; packs it when less than half of it was used.</summary>
    public void Dispose()
    {
        var used = _used.Where(_records.ContainsKey).Sum(k => (long)HeaderSize + _records[k].Length);
        if (_end > SmallestWorthPacking && used > 0 && used * 2 < _end)
        {
            Pack();
        }

        _file.Dispose();
    }

    private void Pack()
    {
        using var target = new AtomicFile(_path);
        target.Stream.Write(s_magic);
        foreach (var key in _used.Where(_records.ContainsKey).Order())
        {
            var record = _records[key];
            var bytes = new byte[HeaderSize + record.Length];
            if (ReadExactly(bytes, record.Offset - HeaderSize))
            {
                target.Stream.Write(bytes);
            }
        }

        target.Commit(durable: false);
    }

    private void Load()
    {
        var length = RandomAccess.GetLength(_file);
        var magic = new byte[s_magic.Length];
        if (length < s_magic.Length || !ReadExactly(magic, 0) || !magic.AsSpan().SequenceEqual(s_magic))
        {
            RandomAccess.SetLength(_file, 0);
            RandomAccess.Write(_file, s_magic, 0);
            _end = s_magic.Length;
            return;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        _end = s_magic.Length;
        while (_end + HeaderSize <= length && ReadExactly(header, _end))
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(header[(2 * Sha256Digest.Size)..]);
            if (size is < 0 or > LargestValue || _end + HeaderSize + size > length)
            {
                break;
            }

            _records[new(header[..Sha256Digest.Size])] = new(_end + HeaderSize, size, new(header.Slice(Sha256Digest.Size, Sha256Digest.Size)));
            _end += HeaderSize + size;
        }

        RandomAccess.SetLength(_file, _end);
    }

    private bool ReadExactly(Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(_file, destination, offset);
            if (read == 0)
            {
                return false;
            }

            offset += read;
            destination = destination[read..];
        }

        return true;
    }
}
