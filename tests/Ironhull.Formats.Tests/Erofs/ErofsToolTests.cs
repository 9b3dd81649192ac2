using Ironhull.Formats.Erofs;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Erofs;

/// <summary>The reference tools read what is written, and what they write is read.</summary>
public class ErofsToolTests
{
    // bookworm's tools do not know Zstandard.
    private static readonly ToolRoot s_tools = ToolRoot.Of("erofs-trixie", "trixie", "erofs-utils");

    [Theory]
    [InlineData(3, 65536, 0)]
    [InlineData(9, 131072, 0)]
    [InlineData(1, 4096, 0)]
    [InlineData(9, 65536, 131072)]
    [InlineData(1, 4096, 1048576)]
    public void Write_Zstd_PassesFsckOfTrixie(int level, int cluster, int fragments)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["image"], TreeImages.Build(SampleTrees.Everything(), ErofsCompression.Zstd(level, cluster), fragments: fragments));

        s_tools.RunByLoader("fsck.erofs", "--extract", folder["image"]);
        var dump = s_tools.RunByLoader("dump.erofs", "-s", folder["image"]);

        Assert.Contains("01234567-89ab-cdef-0123-456789abcdef", dump, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-zlz4hc,9 -C65536")]
    [InlineData("-zlz4 -C4096")]
    [InlineData("-zzstd,3 -C65536")]
    [InlineData("-zzstd,3 -C16384 -Eztailpacking")]
    [InlineData("-zlz4hc,9 -C16384 -Eztailpacking")]
    public void ReadTree_ImageOfMkfs_GivesTheFolder(string options)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["in/below"]);
        var seed = 1;
        foreach (var size in new[] { 0, 5, 4096, 5000, 70_000, 400_000, 1_500_000 })
        {
            foreach (var entropy in new[] { 0.0, 0.05, 1.0 })
            {
                File.WriteAllBytes(folder[$"in/below/{size}-{seed}"], SampleTrees.Bytes(size, entropy, seed++));
            }
        }

        File.CreateSymbolicLink(folder["in/link"], "below/5-1");
        s_tools.RunByLoader("mkfs.erofs", [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), folder["image"], folder["in"]]);
        using var stream = File.OpenRead(folder["image"]);

        var tree = ErofsImage.Open(stream, "image").ReadTree();

        Assert.Equal("below/5-1", tree["/link"].LinkTarget);
        foreach (var path in Directory.GetFiles(folder["in/below"]))
        {
            var content = tree["/below/" + Path.GetFileName(path)].Content!;
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(content.ToArray()), $"{options} {path}");
        }

        Assert.Equal(Directory.GetFiles(folder["in/below"]).Length + 3, tree.Count);
    }
}
