using System.Buffers.Binary;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Erofs;

public class ErofsReaderTests
{
    private static readonly ErofsCompression[] s_settings =
        [ErofsCompression.None, ErofsCompression.Zstd(3), ErofsCompression.Zstd(1, 4096), ErofsCompression.Lz4(3, 131072), ErofsCompression.Lz4(4, 4096)];

    [Fact]
    public void ReadTree_EverySetting_GivesTheTreeBack()
    {
        var tree = SampleTrees.Everything();
        foreach (var compression in s_settings)
        {
            foreach (var inline in new[] { true, false })
            {
                TreeImages.AssertEqual(tree, ErofsImage.Open(new MemoryStream(TreeImages.Build(tree, compression, inline: inline))).ReadTree());
            }
        }
    }

    [Fact]
    public void ReadTree_RandomTrees_GivesTheTreeBack()
    {
        var entry = Gen.Select(
            Gen.Int[0, 6],
            Gen.Int[0, 8],
            Gen.Frequency((6, Gen.Int[0, 300]), (3, Gen.Int[4000, 9000]), (1, Gen.Int[60_000, 300_000])),
            Gen.Int[0, 100],
            Gen.Select(Gen.Int[0, 0xFFF], Gen.UInt, Gen.Long[-10, 1L << 40]));
        Gen.Select(entry.Array[0, 40], Gen.Int[0, s_settings.Length - 1], Gen.Bool, Gen.Int[0, 2].Select(i => new[] { 0, 4096, 131072 }[i])).Sample(
            (entries, setting, inline, fragments) =>
            {
                var tree = new FileTree();
                var links = new List<string>();
                for (var i = 0; i < entries.Length; i++)
                {
                    var (kind, folder, size, entropy, (mode, uid, time)) = entries[i];
                    var path = $"/d{folder}/{new string((char)('a' + (i % 26)), 1 + (size % 200))}{i}";
                    var inode = kind switch
                    {
                        0 => Inode.Directory(mode),
                        1 => Inode.SymbolicLink(new string('t', 1 + (size % 4090))),
                        2 => Inode.Special(InodeType.Fifo, mode),
                        3 when links.Count > 0 => tree[links[size % links.Count]],
                        _ => Inode.File(Content.FromBytes(SampleTrees.Bytes(size, entropy / 100.0, i)), mode),
                    };
                    if (kind == 3 && links.Count > 0)
                    {
                        tree.Set(path, inode);
                        continue;
                    }

                    var xattrs = new List<KeyValuePair<string, byte[]>>();
                    if (entropy % 5 == 0)
                    {
                        xattrs.Add(new("user.n" + new string('x', entropy), new byte[entropy]));
                    }

                    tree.Set(path, inode.With(uid: uid, gid: uid % 7, modifiedSeconds: time % 2 == 0 ? SampleTrees.Time : time, xattrs: xattrs));
                    if (inode.Type == InodeType.File)
                    {
                        links.Add(path);
                    }
                }

                TreeImages.AssertEqual(tree, ErofsImage.Open(new MemoryStream(TreeImages.Build(tree, s_settings[setting], inline: inline, fragments: fragments))).ReadTree());
            },
            iter: 150);
    }

    [Fact]
    public void OpenFile_Path_GivesItsContentWithoutTheTree()
    {
        var tree = SampleTrees.Everything();
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["image"], TreeImages.Build(tree, ErofsCompression.Zstd()));
        using var handle = File.OpenHandle(folder["image"]);
        var image = ErofsImage.Open(handle, "image");
        Assert.Equal(tree["/sizes/300001-30"].Content!.Sha256, image.OpenFile("/sizes/300001-30")!.Sha256);
        Assert.Null(image.OpenFile("/sizes/none"));
        Assert.Null(image.OpenFile("/sizes"));
        Assert.Null(image.OpenFile("/links/symbolic"));
        var content = image.OpenFile("/sizes/1048577-2")!;
        var part = new byte[70_000];
        content.Read(500_001, part);
        Assert.True(part.AsSpan().SequenceEqual(tree["/sizes/1048577-2"].Content!.ToArray().AsSpan(500_001, part.Length)));
    }

    [Fact]
    public void ReadTree_MutatedImage_NeverThrowsAnythingButHullException()
    {
        var tree = new FileTree();
        for (var i = 0; i < 12; i++)
        {
            tree.Set($"/d{i % 3}/f{i}", SampleTrees.File(SampleTrees.Bytes(3000 * i, 0.1, i)).With(xattrs: i % 4 == 0 ? [new("user.a", [1, 2, 3])] : []));
        }

        tree.Set("/d1/link", Inode.SymbolicLink("f1"));
        foreach (var (compression, fragments) in new[] { (ErofsCompression.None, 0), (ErofsCompression.Zstd(1, 8192), 0), (ErofsCompression.Lz4(3, 8192), 0), (ErofsCompression.Zstd(1, 8192), 20_000) })
        {
            var image = TreeImages.Build(tree, compression, out var result, fragments: fragments);
            // Without its checksum flag the superblock's fields can be changed, too.
            image[1024 + 8] &= 0xFE;
            var meta = image.Length - (int)result.MetadataBytes;
            var place = Gen.OneOf(Gen.Int[1024, 1024 + 160], Gen.Int[meta, image.Length - 1], Gen.Int[meta, image.Length - 1], Gen.Int[4096, image.Length - 1]);
            Gen.Select(place, Gen.Byte).Array[1, 6].Sample(
                changes =>
                {
                    var copy = (byte[])image.Clone();
                    foreach (var (at, value) in changes)
                    {
                        copy[at] = value;
                    }

                    ReadAll(copy);
                },
                iter: 2500,
                threads: 2);
        }
    }

    [Fact]
    public void Open_TruncatedImage_NeverThrowsAnythingButHullException()
    {
        var image = TreeImages.Build(SampleTrees.Everything(), ErofsCompression.None);
        foreach (var length in new[] { 0, 1, 1023, 4095, 4096, 8192, image.Length / 2, image.Length - 4096, image.Length - 1 })
        {
            Assert.Throws<HullException>(() => ErofsImage.Open(new MemoryStream(image, 0, length)).ReadTree().Entries.Sum(e => e.Value.Content?.ToArray().Length ?? 0));
        }
    }

    [Fact]
    public void Open_WrongChecksumOrFeature_ReportsItsCode()
    {
        var image = TreeImages.Build(SampleTrees.Everything(), ErofsCompression.None);
        var copy = (byte[])image.Clone();
        copy[1024 + 70] ^= 1;
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => ErofsImage.Open(new MemoryStream(copy))).Code.Code);
        copy = (byte[])image.Clone();
        copy[1024 + 8] &= 0xFE;
        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(1024 + 80), 0x40);
        Assert.Equal("HULL1004", Assert.Throws<HullException>(() => ErofsImage.Open(new MemoryStream(copy))).Code.Code);
    }

    private static void ReadAll(byte[] image)
    {
        try
        {
            var buffer = new byte[1 << 16];
            foreach (var (_, inode) in ErofsImage.Open(new MemoryStream(image)).ReadTree().Entries)
            {
                if (inode.Content is { Length: > 0 } content)
                {
                    content.Read(0, buffer.AsSpan(0, (int)Math.Min(buffer.Length, content.Length)));
                    var end = (int)Math.Min(buffer.Length, content.Length);
                    content.Read(content.Length - end, buffer.AsSpan(0, end));
                }
            }
        }
        catch (HullException)
        {
        }
    }
}
