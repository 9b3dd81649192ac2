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
        var (control, data) = Archives(ArReader.Read(file, name));
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
    /// <exception cref="HullException">HULL2040 to HULL2045: it is no sound Debian package; HULL1001 to HULL1006: an archive in it is damaged, hostile, or cannot be decoded here.</exception>
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
                throw PackageErrors.ControlTooLarge.Error($"The control member '{entry.Path}' of {entry.Length} bytes is too large.", new(_name));
            }

            var bytes = new byte[entry.Length];
            for (var done = 0; done < bytes.Length;)
            {
                done += reader.Read(bytes.AsSpan(done));
            }

            if (!members.TryAdd(entry.Path.TrimStart('/'), bytes))
            {
                throw PackageErrors.ControlMemberTwice.Error($"The control member '{entry.Path}' is there twice.", new(_name));
            }
        }

        return members;
    }

    // deb(5): debian-binary, the control archive, the data archive; a name that begins with an underscore is passed over.
    private (ArMember Control, ArMember Data) Archives(IReadOnlyList<ArMember> members)
    {
        if (members.Count == 0 || members[0].Name != "debian-binary" || !ReadMember(members[0]).StartsWith("2."u8))
        {
            throw PackageErrors.NotDebianPackage.Error("The archive does not begin with the member debian-binary of format 2.", Location.At(_name, 0));
        }

        var archives = members.Skip(1).Where(m => !m.Name.StartsWith('_')).ToList();
        return archives.Count == 2 && archives[0].Name.StartsWith("control.tar", StringComparison.Ordinal) && archives[1].Name.StartsWith("data.tar", StringComparison.Ordinal)
            ? (archives[0], archives[1])
            : throw PackageErrors.PackageMembers.Error("The package does not hold one control archive and then one data archive.", Location.At(_name, 0));
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
        var extension = member.Name[(member.Name.IndexOf(".tar", StringComparison.Ordinal) + 4)..];
        if (extension is not (".xz" or ".gz" or ".zst" or ""))
        {
            throw PackageErrors.PackageCompression.Error($"The archive ends in '{extension}' instead of .xz, .zst or .gz.", new(_name));
        }

        var name = $"{_name}:{member.Name}";
        return new ExpansionGuard(Decompression.OpenByExtension(new MemberStream(_file, member.Offset, member.Length), extension, name), member.Length, name);
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
