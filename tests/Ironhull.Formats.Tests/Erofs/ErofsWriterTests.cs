using Ironhull.Diagnostics;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Erofs;

public class ErofsWriterTests
{
    [Fact]
    public void Write_OneThreadOrMany_GivesTheSameBytes()
    {
        foreach (var compression in new[] { ErofsCompression.Zstd(3), ErofsCompression.Zstd(6, 131072), ErofsCompression.Lz4(3) })
        {
            var one = TreeImages.Build(SampleTrees.Everything(), compression, threads: 1);
            Assert.Equal(one, TreeImages.Build(SampleTrees.Everything(), compression, threads: 4));

            var packed = TreeImages.Build(SampleTrees.Everything(), compression, threads: 1, fragments: 100_000);
            Assert.Equal(packed, TreeImages.Build(SampleTrees.Everything(), compression, threads: 4, fragments: 100_000));
        }
    }

    [Fact]
    public void Write_CacheColdWarmOrDamaged_GivesTheSameBytes()
    {
        var cache = new MemoryExtentCache();
        var tree = SampleTrees.Everything();
        var plain = TreeImages.Build(tree, ErofsCompression.Zstd());

        Assert.Equal(plain, TreeImages.Build(tree, ErofsCompression.Zstd(), out var cold, cache: cache));
        Assert.Equal(0, cold.CacheHits);
        Assert.Equal(cache.Count, cold.CacheMisses);

        Assert.Equal(plain, TreeImages.Build(tree, ErofsCompression.Zstd(), out var warm, cache: cache));
        Assert.Equal((cold.CacheMisses, 0), (warm.CacheHits, warm.CacheMisses));

        cache.Damage();
        Assert.Equal(plain, TreeImages.Build(tree, ErofsCompression.Zstd(), out var damaged, cache: cache));
        Assert.Equal(0, damaged.CacheHits);
    }

    [Fact]
    public void Write_OneFileChanged_CompressesThatFileOnly()
    {
        var cache = new MemoryExtentCache();
        var tree = SampleTrees.Everything();
        TreeImages.Build(tree, ErofsCompression.Zstd(), cache: cache);
        tree.Set("/sizes/70000-2", SampleTrees.File(SampleTrees.Bytes(70_001, 0.02, 99)));

        TreeImages.Build(tree, ErofsCompression.Zstd(), out var result, cache: cache);

        Assert.Equal(1, result.CacheMisses);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(65536)]
    [InlineData(1048576)]
    public void Write_SmallFilesTogether_AreReadBack(int limit)
    {
        var tree = SampleTrees.Everything();

        var image = TreeImages.Build(tree, ErofsCompression.Zstd(), fragments: limit);

        TreeImages.AssertEqual(tree, ErofsImage.Open(new MemoryStream(image)).ReadTree());
    }

    [Fact]
    public void Write_ManySmallFilesTogether_TakeLessSpaceThanEachForItself()
    {
        var tree = Similar(count: 400, size: 6000);

        TreeImages.Build(tree, ErofsCompression.Zstd(), out var apart);
        TreeImages.Build(tree, ErofsCompression.Zstd(), out var together, fragments: 65536);

        Assert.True(together.Length * 2 < apart.Length, $"{together.Length} of {apart.Length} bytes");
        Assert.Equal(apart.ContentBytes, together.ContentBytes);
    }

    [Fact]
    public void Write_OneOfManySmallFilesChanged_CompressesItsGroupOnly()
    {
        var cache = new MemoryExtentCache();
        var tree = Similar(count: 400, size: 12000);
        TreeImages.Build(tree, ErofsCompression.Zstd(), out var first, cache: cache, fragments: 65536);
        tree.Set("/file-200", SampleTrees.File(SampleTrees.Bytes(12_001, 0.02, 99)));

        TreeImages.Build(tree, ErofsCompression.Zstd(), out var second, cache: cache, fragments: 65536);

        Assert.True(first.CacheMisses >= 4, $"{first.CacheMisses} groups");
        Assert.InRange(second.CacheMisses, 1, 2);
    }

    [Fact]
    public void Open_FragmentThatRunsOutOfTheHiddenFile_IsMalformed()
    {
        var tree = new FileTree();
        var inode = SampleTrees.File(SampleTrees.Bytes(3000, 0.1, 7));
        tree.Set("/small", inode);
        var image = TreeImages.Build(tree, ErofsCompression.Zstd(), fragments: 65536);
        var map = image.AsSpan().IndexOf(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x80 });
        Assert.True(map > 0);
        image[map] = 1;

        var content = ErofsImage.Open(new MemoryStream(image)).OpenFile("/small")!;

        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => content.ToArray()).Code.Code);
    }

    [Fact]
    public void Write_LimitOutOfRange_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeImages.Build(SampleTrees.Everything(), ErofsCompression.Zstd(), fragments: (1 << 20) + 1));

    // Files that have much in common, as units and translations have.
    private static FileTree Similar(int count, int size)
    {
        var tree = new FileTree();
        var common = SampleTrees.Bytes(size, 1.0, 5);
        for (var i = 0; i < count; i++)
        {
            var bytes = (byte[])common.Clone();
            bytes[0] = (byte)i;
            bytes[1] = (byte)(i >> 8);
            tree.Set($"/file-{i}", SampleTrees.File(bytes));
        }

        return tree;
    }

    [Fact]
    public void CacheTag_EveryParameter_ChangesIt()
    {
        var tags = new[]
        {
            ErofsCompression.Zstd(3, 65536), ErofsCompression.Zstd(4, 65536), ErofsCompression.Zstd(3, 131072), ErofsCompression.Lz4(3, 65536), ErofsCompression.Lz4(4, 65536),
        }.Select(c => c.CacheTag);
        Assert.Equal(5, tags.Distinct().Count());
    }

    [Fact]
    public void Write_IdenticalFiles_ShareTheirBlocks()
    {
        var tree = new FileTree();
        var bytes = SampleTrees.Bytes(200_000, 0.3, 5);
        tree.Set("/one", SampleTrees.File(bytes));
        TreeImages.Build(tree, ErofsCompression.Zstd(), out var once);
        tree.Set("/two", SampleTrees.File((byte[])bytes.Clone()));
        TreeImages.Build(tree, ErofsCompression.Zstd(), out var twice);
        Assert.Equal(once.DataBytes, twice.DataBytes);
    }

    [Fact]
    public void Write_IncompressibleFile_IsStoredAsIs()
    {
        var tree = new FileTree();
        tree.Set("/random", SampleTrees.File(SampleTrees.Bytes(10 << 20, 1.0, 5)));
        TreeImages.Build(tree, ErofsCompression.Zstd(), out var result);
        Assert.Equal(10 << 20, result.DataBytes);
        Assert.Equal(4096, result.MetadataBytes);
    }

    [Fact]
    public void Write_AtAnOffset_LeavesWhatIsBeforeAlone()
    {
        var tree = SampleTrees.Everything();
        using var stream = new MemoryStream();
        stream.Write(new byte[512]);
        var result = ErofsWriter.Write(tree, stream, new() { Compression = ErofsCompression.None, Uuid = Guid.Empty, BuildTimeSeconds = SampleTrees.Time });
        Assert.Equal(512 + result.Length, stream.Position);
        stream.Position = 512;
        TreeImages.AssertEqual(tree, ErofsImage.Open(stream).ReadTree());
    }

    [Fact]
    public void Write_Superblock_HoldsTheOptions()
    {
        var image = TreeImages.Build(SampleTrees.Everything(), ErofsCompression.Zstd());
        var superblock = ErofsImage.Open(new MemoryStream(image)).Superblock;
        Assert.Equal(new Guid("01234567-89ab-cdef-0123-456789abcdef"), superblock.Uuid);
        Assert.Equal("hull", superblock.VolumeName);
        Assert.Equal(SampleTrees.Time, superblock.BuildTimeSeconds);
        Assert.Equal(image.Length, superblock.Blocks * 4096L);
    }

    [Fact]
    public void Write_UnknownXattrOrLongName_ReportsACode()
    {
        var tree = new FileTree();
        tree.Set("/a", SampleTrees.File([]).With(xattrs: [new("strange.name", [])]));
        Assert.Equal("HULL1004", Assert.Throws<HullException>(() => TreeImages.Build(tree, ErofsCompression.None)).Code.Code);
        tree = new FileTree();
        tree.Set("/" + new string('a', 256), SampleTrees.File([]));
        Assert.Equal("HULL1003", Assert.Throws<HullException>(() => TreeImages.Build(tree, ErofsCompression.None)).Code.Code);
    }

    [Fact]
    public void Write_ContentThatCannotBeRead_EndsWithItsError()
    {
        var tree = SampleTrees.Everything();
        tree.Set("/broken", Inode.File(new BrokenContent()));
        Assert.Throws<EndOfStreamException>(() => TreeImages.Build(tree, ErofsCompression.Zstd()));
    }

    private sealed class BrokenContent : Content
    {
        public override long Length => 100_000;

        public override Io.Sha256Digest Sha256 => default;

        public override void Read(long offset, Span<byte> destination) => throw new EndOfStreamException();
    }
}
