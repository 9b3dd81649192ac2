using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Erofs;

/// <summary>Images in memory, and trees compared.</summary>
internal static class TreeImages
{
    public static byte[] Build(FileTree tree, ErofsCompression compression, int threads = 2, bool inline = true, IErofsExtentCache? cache = null, int fragments = 0) =>
        Build(tree, compression, out _, threads, inline, cache, fragments);

    public static byte[] Build(FileTree tree, ErofsCompression compression, out ErofsWriteResult result, int threads = 2, bool inline = true, IErofsExtentCache? cache = null, int fragments = 0)
    {
        using var stream = new MemoryStream();
        result = ErofsWriter.Write(tree, stream, new()
        {
            Compression = compression,
            Uuid = new("01234567-89ab-cdef-0123-456789abcdef"),
            BuildTimeSeconds = SampleTrees.Time,
            VolumeName = "hull",
            Threads = threads,
            InlineTails = inline,
            Cache = cache,
            FragmentLimit = fragments,
        });
        return stream.ToArray();
    }

    public static void AssertEqual(FileTree expected, FileTree actual)
    {
        Assert.Equal(expected.Entries.Select(e => e.Key), actual.Entries.Select(e => e.Key));
        var pairs = new Dictionary<Inode, Inode>(ReferenceEqualityComparer.Instance);
        foreach (var (path, inode) in expected.Entries)
        {
            var other = actual[path];
            Assert.Equal(
                (path, inode.Type, inode.Mode, inode.Uid, inode.Gid, inode.ModifiedSeconds, inode.LinkTarget, inode.Device),
                (path, other.Type, other.Mode, other.Uid, other.Gid, other.ModifiedSeconds, other.LinkTarget, other.Device));
            Assert.Equal(inode.Xattrs.Select(x => x.Key).Order(StringComparer.Ordinal), other.Xattrs.Select(x => x.Key));
            Assert.All(inode.Xattrs, x => Assert.Equal(x.Value, other.Xattrs.Single(o => o.Key == x.Key).Value));
            if (inode.Type == InodeType.File)
            {
                Assert.True(inode.Content!.ToArray().AsSpan().SequenceEqual(other.Content!.ToArray()), path);
                Assert.Equal(inode.Content.Sha256, other.Content!.Sha256);
            }

            if (inode.Type != InodeType.Directory)
            {
                Assert.Same(pairs.TryAdd(inode, other) ? other : pairs[inode], other);
            }
        }
    }
}

/// <summary>A cache in memory that counts.</summary>
internal sealed class MemoryExtentCache : IErofsExtentCache
{
    private readonly Dictionary<Sha256Digest, byte[]> _values = [];

    public int Count => _values.Count;

    public bool TryGet(Sha256Digest key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out byte[] value)
    {
        lock (_values)
        {
            return _values.TryGetValue(key, out value);
        }
    }

    public void Put(Sha256Digest key, ReadOnlySpan<byte> value)
    {
        lock (_values)
        {
            _values[key] = value.ToArray();
        }
    }

    /// <summary>Cuts every value short.</summary>
    public void Damage()
    {
        foreach (var key in _values.Keys.ToList())
        {
            _values[key] = _values[key][..(_values[key].Length / 2)];
        }
    }
}
