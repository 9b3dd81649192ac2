using Ironhull.Diagnostics;
using Ironhull.Formats.Ar;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Xz;

namespace Ironhull.Packages.Debian;

/// <summary>A Debian binary package, format 2.0 (deb(5)): its control members, and its data archive as a stream of entries.</summary>
public sealed class DebFile : IDisposable
{
    private const long LargestControl = 64 << 20;
    private const int LargestControlMember = 16 << 20;
    private readonly FileStream _file;
    private readonly string _name;
    private readonly Stream _data;
    private readonly TarReader _reader;

    private DebFile(FileStream file, string name)
    {
        _file = file;
        _name = name;
        var members = ArReader.Read(file, name);
        if (members.Count < 3 || members[0].Name != "debian-binary" || !ReadMember(members[0]).StartsWith("2."u8))
        {
            throw FormatErrors.Malformed.Error("The archive is not a Debian package of format 2.", Location.At(name, 0));
        }

        var control = members.FirstOrDefault(m => m.Name.StartsWith("control.tar", StringComparison.Ordinal));
        var data = members.FirstOrDefault(m => m.Name.StartsWith("data.tar", StringComparison.Ordinal));
        if (control.Name is null || data.Name is null)
        {
            throw FormatErrors.Malformed.Error("The package lacks its control or data archive.", Location.At(name, 0));
        }

        using (var stream = Decompress(control))
        {
            ControlMembers = ReadControl(stream);
        }

        _data = Decompress(data);
        _reader = new TarReader(_data, $"{name}:{data.Name}");
    }

    /// <summary>The control archive's regular files by name ("control", "postinst" …), ordinal order.</summary>
    public IReadOnlyDictionary<string, byte[]> ControlMembers { get; }

    /// <summary>Opens a package.</summary>
    /// <exception cref="HullException">HULL1001 to HULL1006: it is damaged, hostile, or cannot be decoded here.</exception>
    public static DebFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, FileOptions.SequentialScan);
        try
        {
            return new DebFile(file, Path.GetFileName(path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next path of the data archive.</summary>
    /// <returns>The entry, or null at the end.</returns>
    public TarEntry? Next() => _reader.Next();

    /// <summary>Reads the current file's content.</summary>
    /// <returns>How many bytes; 0 at its end.</returns>
    public int Read(Span<byte> destination) => _reader.Read(destination);

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _file.Dispose();
    }

    private SortedDictionary<string, byte[]> ReadControl(Stream stream)
    {
        var members = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var reader = new TarReader(stream, $"{_name}:control");
        var total = 0L;
        while (reader.Next() is { } entry)
        {
            if (entry.Type != Formats.Trees.InodeType.File || entry.IsHardLink)
            {
                continue;
            }

            total += entry.Length;
            if (entry.Length > LargestControlMember || total > LargestControl)
            {
                throw FormatErrors.LimitExceeded.Error($"The control member '{entry.Path}' of {entry.Length} bytes is too large.", new(_name));
            }

            var bytes = new byte[entry.Length];
            for (var done = 0; done < bytes.Length;)
            {
                done += reader.Read(bytes.AsSpan(done));
            }

            if (!members.TryAdd(entry.Path.TrimStart('/'), bytes))
            {
                throw FormatErrors.Malformed.Error($"The control member '{entry.Path}' is there twice.", new(_name));
            }
        }

        return members;
    }

    private ReadOnlySpan<byte> ReadMember(ArMember member)
    {
        var bytes = new byte[Math.Min(member.Length, 64)];
        _file.Position = member.Offset;
        _file.ReadExactly(bytes);
        return bytes;
    }

    private Stream Decompress(ArMember member)
    {
        var stream = new MemberStream(_file, member.Offset, member.Length);
        var extension = member.Name[(member.Name.IndexOf(".tar", StringComparison.Ordinal) + 4)..];
        return extension is ".xz" or ".gz" or ".zst" or ""
            ? Decompression.OpenByExtension(stream, extension, $"{_name}:{member.Name}")
            : throw FormatErrors.Unsupported.Error($"The member '{member.Name}' has an unknown compression.", new(_name));
    }

    /// <summary>A member's bytes as a stream with a position of its own.</summary>
    private sealed class MemberStream(FileStream file, long offset, long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, length - _position);
            var read = count == 0 ? 0 : RandomAccess.Read(file.SafeFileHandle, buffer[..count], offset + _position);
            _position += read;
            return read;
        }

        public override int Read(byte[] buffer, int start, int count) => Read(buffer.AsSpan(start, count));

        public override void Flush()
        {
        }

        public override long Seek(long target, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int start, int count) => throw new NotSupportedException();
    }
}
