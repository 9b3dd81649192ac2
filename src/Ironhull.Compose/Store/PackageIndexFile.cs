using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Store;

/// <summary>
/// The binary form of a <see cref="PackageIndex"/>. Little endian. Header: magic (8 bytes), version (u32), reserved (u32),
/// boot identity (16 bytes), SHA-256 of the body (32 bytes), length of the body (u64); then the body. The boot identity names the boot of the machine
/// under which the data file was written, and is zero once the data was found sound in a later boot: files are not flushed
/// one by one, so a power cut may have lost what the page cache held.
/// </summary>
internal static class PackageIndexFile
{
    /// <summary>Raised whenever the body's layout or the meaning of a field changes.</summary>
    public const uint Version = 2;

    /// <summary>Length of the header in bytes.</summary>
    public const int HeaderSize = 72;

    private const int BootOffset = 16;
    private const int DigestOffset = 32;
    private const int LengthOffset = 64;

    // The least an entry takes: type, mode, ids, times, device, offset, length, digest and four empty strings.
    private const int MinEntrySize = 1 + 2 + 4 + 4 + 8 + 8 + 8 + 8 + 32 + (4 * 5) + 2;

    private static ReadOnlySpan<byte> Magic => "HULLIDX\n"u8;

    /// <summary>Serialises an index.</summary>
    public static byte[] Write(PackageIndex index, Guid boot)
    {
        var writer = new IndexWriter();
        writer.Digest(index.Sha256);
        writer.Int64(index.DataLength);
        writer.Int32(index.ControlMembers.Count);
        foreach (var (name, bytes) in index.ControlMembers)
        {
            writer.Text(name);
            writer.Bytes(bytes.Span);
        }

        writer.Int32(index.Entries.Count);
        foreach (var entry in index.Entries)
        {
            writer.Byte((byte)entry.Type);
            writer.UInt16((ushort)entry.Mode);
            writer.UInt32(entry.Uid);
            writer.UInt32(entry.Gid);
            writer.Int64(entry.ModifiedSeconds);
            writer.UInt32(entry.Device.Major);
            writer.UInt32(entry.Device.Minor);
            writer.Int64(entry.Offset);
            writer.Int64(entry.Length);
            writer.Digest(entry.Sha256);
            writer.Text(entry.Path);
            writer.Text(entry.UserName);
            writer.Text(entry.GroupName);
            writer.Text(entry.LinkTarget ?? "");
            writer.Text(entry.HardLinkTo ?? "");
            writer.UInt16((ushort)entry.Xattrs.Count);
            foreach (var (name, value) in entry.Xattrs)
            {
                writer.Text(name);
                writer.Bytes(value);
            }
        }

        var body = writer.Written;
        var file = new byte[HeaderSize + body.Length];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(8), Version);
        boot.TryWriteBytes(file.AsSpan(BootOffset));
        Sha256Digest.Of(body).CopyTo(file.AsSpan(DigestOffset));
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(LengthOffset), body.Length);
        body.CopyTo(file.AsSpan(HeaderSize));
        return file;
    }

    /// <summary>Reads an index; a damaged, truncated or outdated one gives null, so that it is made again.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="boot">The boot under which the data was written; empty when it is known to be on the disk.</param>
    public static PackageIndex? TryRead(ReadOnlySpan<byte> file, out Guid boot)
    {
        boot = default;
        if (file.Length < HeaderSize || !file.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) != Version)
        {
            return null;
        }

        var body = file[HeaderSize..];
        if (BinaryPrimitives.ReadInt64LittleEndian(file[LengthOffset..]) != body.Length || Sha256Digest.Of(body) != new Sha256Digest(file.Slice(DigestOffset, Sha256Digest.Size)))
        {
            return null;
        }

        boot = new Guid(file.Slice(BootOffset, 16));
        return ReadBody(body);
    }

    /// <summary>Reads a body, trusting nothing; null when it is not well formed.</summary>
    internal static PackageIndex? ReadBody(ReadOnlySpan<byte> body)
    {
        var reader = new IndexReader(body);
        var deb = reader.Digest();
        var dataLength = reader.Int64();
        var members = new KeyValuePair<string, ReadOnlyMemory<byte>>[reader.Count(8)];
        for (var i = 0; i < members.Length; i++)
        {
            var name = reader.Text();
            members[i] = new(name, reader.Bytes().ToArray());
        }

        var entries = new PackageEntry[reader.Count(MinEntrySize)];
        for (var i = 0; i < entries.Length && !reader.Failed; i++)
        {
            entries[i] = ReadEntry(ref reader, dataLength);
        }

        return reader.Failed || !reader.AtEnd || dataLength < 0 ? null : new PackageIndex(deb, members, entries, dataLength);
    }

    private static PackageEntry ReadEntry(ref IndexReader reader, long dataLength)
    {
        var type = (InodeType)reader.Byte();
        int mode = reader.UInt16();
        var (uid, gid) = (reader.UInt32(), reader.UInt32());
        var modified = reader.Int64();
        var device = (reader.UInt32(), reader.UInt32());
        var (offset, length) = (reader.Int64(), reader.Int64());
        var sha256 = reader.Digest();
        var path = reader.Text();
        var (user, group) = (reader.Text(), reader.Text());
        var (link, hard) = (reader.Text(), reader.Text());
        var xattrs = new KeyValuePair<string, byte[]>[reader.Count16(8)];
        for (var i = 0; i < xattrs.Length; i++)
        {
            var name = reader.Text();
            xattrs[i] = new(name, reader.Bytes().ToArray());
        }

        if (type > InodeType.Socket || mode > 0xFFF || offset < 0 || length < 0 || offset > dataLength - length || path.Length == 0 || (type == InodeType.SymbolicLink && link.Length == 0))
        {
            reader.Fail();
        }

        return new PackageEntry
        {
            Path = path,
            Type = type,
            Mode = mode,
            Uid = uid,
            Gid = gid,
            UserName = user,
            GroupName = group,
            ModifiedSeconds = modified,
            Device = device,
            Offset = offset,
            Length = length,
            Sha256 = sha256,
            LinkTarget = link.Length == 0 ? null : link,
            HardLinkTo = hard.Length == 0 ? null : hard,
            Xattrs = xattrs.Length == 0 ? [] : xattrs,
        };
    }

    private sealed class IndexWriter
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(1 << 16);

        public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

        public void Byte(byte value) => _buffer.Write([value]);

        public void UInt16(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(2), value);
            _buffer.Advance(2);
        }

        public void UInt32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
            _buffer.Advance(4);
        }

        public void Int32(int value) => UInt32((uint)value);

        public void Int64(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), value);
            _buffer.Advance(8);
        }

        public void Digest(Sha256Digest value)
        {
            value.CopyTo(_buffer.GetSpan(Sha256Digest.Size));
            _buffer.Advance(Sha256Digest.Size);
        }

        public void Bytes(ReadOnlySpan<byte> value)
        {
            Int32(value.Length);
            _buffer.Write(value);
        }

        public void Text(string value)
        {
            Int32(Encoding.UTF8.GetByteCount(value));
            Encoding.UTF8.GetBytes(value, _buffer);
        }
    }

    // Reading past the end sets Failed and gives zeros: the caller looks once, at the end.
    private ref struct IndexReader(ReadOnlySpan<byte> data)
    {
        private ReadOnlySpan<byte> _rest = data;

        public bool Failed { get; private set; }

        public readonly bool AtEnd => _rest.IsEmpty;

        public void Fail() => Failed = true;

        public byte Byte() => Take(1)[0];

        public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

        public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

        public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public Sha256Digest Digest() => new(Take(Sha256Digest.Size));

        public int Count(int leastSize) => Bounded(UInt32(), leastSize);

        public int Count16(int leastSize) => Bounded(UInt16(), leastSize);

        public ReadOnlySpan<byte> Bytes()
        {
            var length = Count(1);
            return length == 0 ? [] : Take(length);
        }

        public string Text()
        {
            var bytes = Bytes();
            return bytes.SequenceEqual("root"u8) ? "root" : Encoding.UTF8.GetString(bytes);
        }

        private int Bounded(uint count, int leastSize)
        {
            if (count > (uint)(_rest.Length / leastSize))
            {
                Failed = true;
            }

            return Failed ? 0 : (int)count;
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (Failed || length > _rest.Length)
            {
                Failed = true;
                return new byte[length];
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}
