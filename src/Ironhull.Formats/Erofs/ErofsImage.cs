using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// Reads an EROFS image: plain, inline and compressed files (LZ4 and Zstandard, compact indexes, inline
/// clusters, whole files as fragments). Full indexes, the layout before Linux 5.4, ends of files as fragments, chunks, several devices and the 48-bit layout are not supported. Hostile images give coded
/// errors only. Safe for concurrent reading.
/// </summary>
public sealed class ErofsImage
{
    private const int MaxPathLength = 4096;
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private readonly ErofsSource _source;
    private readonly ErofsExtentCache _cache = new();
    private readonly Lazy<ErofsContent>? _packed;

    private ErofsImage(ErofsSource source)
    {
        _source = source;
        var block = new byte[(int)Math.Min(ErofsFormat.BlockSize, source.Length)];
        source.Read(0, block);
        Superblock = ErofsSuperblock.Parse(block, source.Name);
        if ((long)Superblock.Blocks << ErofsFormat.BlockBits > source.Length)
        {
            throw FormatErrors.Truncated.Error($"The superblock announces {Superblock.Blocks} blocks; the image has {source.Length} bytes.", Location.At(source.Name, source.Length));
        }

        _packed = Superblock.PackedNid == 0 ? null : new(OpenPacked);
    }

    /// <summary>The superblock.</summary>
    public ErofsSuperblock Superblock { get; }

    /// <summary>Opens an image in a stream.</summary>
    /// <param name="stream">Seekable; the image starts at its current position. Not owned; must stay open while contents are read.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="HullException">HULL1001, HULL1002 or HULL1004.</exception>
    public static ErofsImage Open(Stream stream, string name = "image") => new(ErofsSource.From(stream, name));

    /// <summary>Opens an image in a file.</summary>
    /// <param name="file">Not owned; must stay open while contents are read.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="HullException">HULL1001, HULL1002 or HULL1004.</exception>
    public static ErofsImage Open(SafeFileHandle file, string name = "image") => new(ErofsSource.From(file, name));

    /// <summary>Reads all inodes. Contents are decompressed when they are read.</summary>
    /// <exception cref="HullException">HULL1001 to HULL1005.</exception>
    public FileTree ReadTree()
    {
        var tree = new FileTree();
        var known = new Dictionary<long, Inode>();
        var directories = new HashSet<long>();
        var pending = new Stack<(string Path, ErofsInodeRecord Record)>();
        // Directories of an honest image share no bytes, so their lengths add up to less than the image.
        var budget = _source.Length;
        // Inline attributes share no bytes either; shared ones are short, so this is generous.
        var xattrBudget = (_source.Length * 4) + (1 << 20);

        var root = ReadRecord((ulong)Superblock.RootNid);
        Require((root.Mode & ErofsFormat.ModeTypeMask) == ErofsFormat.ModeDirectory, root, "is the root but no directory");
        tree.Set("/", ToInode(root, ref xattrBudget));
        directories.Add(root.Nid);
        pending.Push(("/", root));
        while (pending.TryPop(out var item))
        {
            budget -= item.Record.Size;
            Require(budget >= 0, item.Record, "is a directory that shares its data with another");
            foreach (var (name, nid) in ReadDirectory(item.Record))
            {
                var path = item.Path == "/" ? "/" + name : $"{item.Path}/{name}";
                if (path.Length > MaxPathLength)
                {
                    throw FormatErrors.LimitExceeded.Error($"A path is longer than {MaxPathLength} characters.", Location.At(_source.Name, item.Record.Offset));
                }

                Require(!tree.Contains(path), item.Record, "is a directory with a name twice");
                var record = ReadRecord(nid);
                if ((record.Mode & ErofsFormat.ModeTypeMask) == ErofsFormat.ModeDirectory)
                {
                    Require(directories.Add(record.Nid), record, "is a directory with two parents");
                    tree.Set(path, ToInode(record, ref xattrBudget));
                    pending.Push((path, record));
                    continue;
                }

                if (!known.TryGetValue(record.Nid, out var inode))
                {
                    inode = ToInode(record, ref xattrBudget);
                    known[record.Nid] = inode;
                }

                tree.Set(path, inode);
            }
        }

        return tree;
    }

    /// <summary>Opens one regular file without reading the whole tree. Symbolic links are not followed.</summary>
    /// <param name="path">Absolute.</param>
    /// <returns>Its content, or null when no regular file has this path.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1004.</exception>
    public Content? OpenFile(string path)
    {
        var record = ReadRecord((ulong)Superblock.RootNid);
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if ((record.Mode & ErofsFormat.ModeTypeMask) != ErofsFormat.ModeDirectory)
            {
                return null;
            }

            ulong? next = null;
            foreach (var (name, nid) in ReadDirectory(record))
            {
                if (name == part)
                {
                    next = nid;
                }
            }

            if (next is null)
            {
                return null;
            }

            record = ReadRecord(next.Value);
        }

        return (record.Mode & ErofsFormat.ModeTypeMask) == ErofsFormat.ModeFile ? ErofsContent.Create(_source, record, _cache, _packed) : null;
    }

    private ErofsContent OpenPacked()
    {
        var record = ReadRecord((ulong)Superblock.PackedNid);
        Require((record.Mode & ErofsFormat.ModeTypeMask) == ErofsFormat.ModeFile, record, "is the hidden file but no file");
        return ErofsContent.Create(_source, record, _cache, null);
    }

    private ErofsInodeRecord ReadRecord(ulong nid) => ErofsInodeRecord.Read(_source, Superblock, nid);

    private void Require(bool condition, ErofsInodeRecord record, string complaint)
    {
        if (!condition)
        {
            throw FormatErrors.Malformed.Error($"The inode {record.Nid} {complaint}.", Location.At(_source.Name, record.Offset));
        }
    }

    private Inode ToInode(ErofsInodeRecord record, ref long xattrBudget)
    {
        var mode = record.Mode & 0xFFF;
        var inode = (record.Mode & ErofsFormat.ModeTypeMask) switch
        {
            ErofsFormat.ModeFile => Inode.File(ErofsContent.Create(_source, record, _cache, _packed), mode),
            ErofsFormat.ModeDirectory => Inode.Directory(mode),
            ErofsFormat.ModeLink => Inode.SymbolicLink(ReadLink(record)).With(mode: mode),
            ErofsFormat.ModeCharacter => Device(InodeType.CharacterDevice, record),
            ErofsFormat.ModeBlock => Device(InodeType.BlockDevice, record),
            ErofsFormat.ModeFifo => Inode.Special(InodeType.Fifo, mode),
            ErofsFormat.ModeSocket => Inode.Special(InodeType.Socket, mode),
            _ => throw FormatErrors.Malformed.Error($"The inode {record.Nid} has the mode 0x{record.Mode:x}.", Location.At(_source.Name, record.Offset)),
        };
        xattrBudget -= record.XattrSize;
        Require(xattrBudget >= 0, record, "shares its extended attributes with others");
        var area = _source.Read(record.Offset + record.FixedSize, record.XattrSize);
        var xattrs = ErofsXattrs.Read(area, ReadSharedXattr, Location.At(_source.Name, record.Offset));
        xattrBudget -= xattrs.Sum(x => (long)x.Value.Length);
        return inode.With(uid: record.Uid, gid: record.Gid, modifiedSeconds: record.ModifiedSeconds, xattrs: xattrs);
    }

    private static Inode Device(InodeType type, ErofsInodeRecord record)
    {
        var number = record.Union;
        return Inode.Special(type, record.Mode & 0xFFF, number >> 8 & 0xFFF, (number & 0xFF) | (number >> 12 & 0xFFF00));
    }

    private byte[] ReadSharedXattr(long offset)
    {
        var start = ((long)Superblock.XattrBlock << ErofsFormat.BlockBits) + offset;
        Span<byte> head = stackalloc byte[4];
        _source.Read(start, head);
        return _source.Read(start, 4 + head[0] + BinaryPrimitives.ReadUInt16LittleEndian(head[2..]));
    }

    private string ReadLink(ErofsInodeRecord record)
    {
        Require(record.Size is > 0 and <= MaxPathLength, record, $"is a link with a target of {record.Size} bytes");
        var target = Text(ErofsContent.Create(_source, record, _cache, _packed).ToArray(), record);
        Require(!target.Contains('\0', StringComparison.Ordinal), record, "is a link with a NUL in its target");
        return target;
    }

    private string Text(ReadOnlySpan<byte> bytes, ErofsInodeRecord record)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw FormatErrors.Unsupported.Error($"A name or target in inode {record.Nid} is not UTF-8.", Location.At(_source.Name, record.Offset));
        }
    }

    /// <summary>The entries of a directory but "." and "..".</summary>
    private IEnumerable<(string Name, ulong Nid)> ReadDirectory(ErofsInodeRecord record)
    {
        Require(record.Layout is ErofsFormat.LayoutPlain or ErofsFormat.LayoutInline, record, "is a compressed directory");
        Require(record.Size is > 0 and <= int.MaxValue, record, $"is a directory of {record.Size} bytes");
        var content = ErofsContent.Create(_source, record, _cache, _packed);
        for (long offset = 0; offset < record.Size; offset += ErofsFormat.BlockSize)
        {
            var block = new byte[(int)Math.Min(ErofsFormat.BlockSize, record.Size - offset)];
            content.Read(offset, block);
            foreach (var entry in ReadEntries(block, record))
            {
                yield return entry;
            }
        }
    }

    private List<(string Name, ulong Nid)> ReadEntries(byte[] block, ErofsInodeRecord record)
    {
        Require(block.Length >= ErofsFormat.DirentSize, record, "is a directory with a block too short for an entry");
        var names = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(8));
        Require(names >= ErofsFormat.DirentSize && names % ErofsFormat.DirentSize == 0 && names <= block.Length, record, "is a directory whose names do not follow its entries");
        var result = new List<(string, ulong)>();
        for (var at = 0; at < names; at += ErofsFormat.DirentSize)
        {
            int start = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at + 8));
            var last = at + ErofsFormat.DirentSize == names;
            int end = last ? block.Length : BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at + ErofsFormat.DirentSize + 8));
            Require(start >= names && start < end && end <= block.Length, record, "is a directory with names out of order");
            var bytes = block.AsSpan(start, end - start);
            var zero = bytes.IndexOf((byte)0);
            bytes = last && zero >= 0 ? bytes[..zero] : bytes;
            Require(!bytes.IsEmpty && bytes.Length <= ErofsFormat.MaxNameLength && !bytes.ContainsAny((byte)0, (byte)'/'), record, "is a directory with a name that cannot be");
            if (bytes.SequenceEqual("."u8) || bytes.SequenceEqual(".."u8))
            {
                continue;
            }

            result.Add((Text(bytes, record), BinaryPrimitives.ReadUInt64LittleEndian(block.AsSpan(at))));
        }

        return result;
    }
}
