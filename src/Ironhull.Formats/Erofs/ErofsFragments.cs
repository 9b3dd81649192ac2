using System.Buffers.Binary;
using System.Security.Cryptography;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// The hidden file that holds small files one after the other (the "packed inode"): compressed together, they share what
/// they have in common and fill their blocks. It is cut in groups, each compressed for itself: where a group ends depends
/// on the files in it, so that a changed file changes its group and mostly no other.
/// </summary>
internal sealed class ErofsFragments : Content
{
    // Of the files behind the smallest length, one in sixteen ends its group.
    private const int SmallestGroup = 512 * 1024;
    private const int LargestGroup = 2 * 1024 * 1024;
    private const byte EndMask = 0x0F;

    private readonly List<Group> _groups = [];
    private readonly List<ErofsFileData> _files = [];
    private int _first;
    private long _start;
    private long _end;

    /// <summary>A run of files that is compressed for itself.</summary>
    /// <param name="Start">Its first byte in the hidden file, a multiple of 4096.</param>
    /// <param name="Length">Its bytes, zeros up to a multiple of 4096 among them unless it is the last one.</param>
    /// <param name="Digest">Of the files' digests and lengths.</param>
    public readonly record struct Group(long Start, int Length, Sha256Digest Digest);

    /// <summary>In order and without gaps; complete after <see cref="Complete"/>.</summary>
    public IReadOnlyList<Group> Groups => _groups;

    /// <summary>The files, in order.</summary>
    public IReadOnlyList<ErofsFileData> Files => _files;

    /// <inheritdoc/>
    public override long Length => _end;

    /// <inheritdoc/>
    public override Sha256Digest Sha256
    {
        get
        {
            using var stream = OpenRead();
            return Sha256Digest.Of(stream);
        }
    }

    /// <summary>Appends a file and tells it its place.</summary>
    public void Add(ErofsFileData data)
    {
        data.Fragment = _end;
        _files.Add(data);
        _end += data.Content.Length;
        var length = _end - _start;
        if (length >= LargestGroup || (length >= SmallestGroup && (data.Content.Sha256.ToArray()[0] & EndMask) == 0))
        {
            _end = ErofsFormat.AlignUp(_end, ErofsFormat.BlockSize);
            Close();
        }
    }

    /// <summary>Ends the last group.</summary>
    public void Complete()
    {
        if (_end > _start)
        {
            Close();
        }
    }

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > _end || offset > _end - destination.Length)
        {
            throw new EndOfStreamException();
        }

        destination.Clear();
        for (var i = Find(offset); i < _files.Count && _files[i].Fragment < offset + destination.Length; i++)
        {
            var file = _files[i];
            var skip = Math.Max(0, offset - file.Fragment);
            var count = (int)Math.Min(file.Content.Length - skip, offset + destination.Length - (file.Fragment + skip));
            if (count > 0)
            {
                file.Content.Read(skip, destination.Slice((int)(file.Fragment + skip - offset), count));
            }
        }
    }

    // The last file that starts at or before a byte.
    private int Find(long offset)
    {
        var (low, high) = (0, _files.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _files[middle].Fragment <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private void Close()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var file in _files.Skip(_first))
        {
            hash.AppendData(file.Content.Sha256.ToArray());
            BinaryPrimitives.WriteInt64LittleEndian(length, file.Content.Length);
            hash.AppendData(length);
        }

        _groups.Add(new(_start, checked((int)(_end - _start)), new(hash.GetHashAndReset())));
        (_first, _start) = (_files.Count, _end);
    }
}
