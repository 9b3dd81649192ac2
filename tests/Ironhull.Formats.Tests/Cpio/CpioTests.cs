using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Cpio;

public sealed class CpioTests
{
    [Fact]
    public void Write_CpioListsEveryMember()
    {
        using var folder = new TemporaryFolder();
        var archive = folder.Write("archive", Write(Sample()));
        var listing = Tool.Run("cpio", "-itv", "--numeric-uid-gid", "--quiet", "-F", archive);
        Assert.Contains("-rwsr-xr-x   2 0        0               0 Nov 14  2023 usr/bin/a", listing, StringComparison.Ordinal);
        Assert.Contains("-rwsr-xr-x   2 0        0               5 Nov 14  2023 usr/bin/b", listing, StringComparison.Ordinal);
        Assert.Contains("init -> usr/bin/a", listing, StringComparison.Ordinal);
        Assert.Contains("5,   1", listing, StringComparison.Ordinal);
        Assert.Contains("drwx------   2 7        8 ", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_CpioExtractsContentsModesAndHardLinks()
    {
        using var folder = new TemporaryFolder();
        var archive = folder.Write("archive", Write(Sample()));
        Tool.Run("cpio", "-idm", "--quiet", "-D", folder.Path, "-F", archive, "usr/*", "init", "long*");
        Assert.Equal("hello", File.ReadAllText(folder["usr/bin/a"]));
        Assert.Equal("2", Tool.Run("stat", "-c", "%h", folder["usr/bin/a"]).Trim());
        Assert.Equal("4755", Tool.Run("stat", "-c", "%a", folder["usr/bin/b"]).Trim());
        Assert.Equal(new byte[1001], File.ReadAllBytes(folder["long" + new string('n', 200)]));
    }

    [Fact]
    public void Read_ArchiveOfCpio_GivesTheTree()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["d/sub"]);
        File.WriteAllText(folder["d/sub/one"], "data");
        Tool.Run("ln", folder["d/sub/one"], folder["d/two"]);
        Tool.Run("ln", "-s", "sub/one", folder["d/link"]);
        Tool.Run("sh", "-c", $"cd {folder["d"]} && find . | LC_ALL=C sort | cpio -o -H newc --quiet > {folder["archive"]}");
        var tree = CpioReader.Read(File.ReadAllBytes(folder["archive"]), out var length);
        Assert.Equal(["/", "/link", "/sub", "/sub/one", "/two"], tree.Entries.Select(e => e.Key));
        Assert.Equal("data", tree["/two"].Content!.ToText());
        Assert.Same(tree["/two"], tree["/sub/one"]);
        Assert.Equal("sub/one", tree["/link"].LinkTarget);
        Assert.True(length <= new FileInfo(folder["archive"]).Length);
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var name = Gen.String[Gen.Char["abc.é-"], 1, 9].Where(n => n is not "." and not "..");
        Gen.Select(name, Gen.Int[0, 5], Gen.Int[0, 0xFFF], Gen.UInt, Gen.Byte.Array[0, 50]).List[0, 20].Sample(entries =>
        {
            var tree = new FileTree();
            Inode? file = null;
            foreach (var (path, kind, mode, number, bytes) in entries)
            {
                var inode = kind switch
                {
                    0 => Inode.Directory(mode),
                    1 => Inode.SymbolicLink("t" + number),
                    2 => Inode.Special(InodeType.CharacterDevice, mode, number, 3),
                    3 when file is not null => file,
                    _ => file = Inode.File(Content.FromBytes(bytes), mode),
                };
                tree.Set($"/{kind}/{path}", ReferenceEquals(inode, file) ? inode : inode.With(uid: number, gid: 4, modifiedSeconds: number));
            }

            var written = Write(tree);
            var read = CpioReader.Read(written, out var length);
            Assert.Equal(written.Length, length);
            Assert.Equal(0, written.Length % 4);
            Assert.Equal(Describe(tree), Describe(read));
        });
    }

    [Fact]
    public void Read_PathThatLeavesTheTree_ReportsHULL1005()
    {
        var archive = Write(Sample());
        "../../x/b"u8.CopyTo(archive.AsSpan(archive.AsSpan().IndexOf("usr/bin/b\0"u8)));
        Assert.Equal("HULL1005", Code(archive));
    }

    [Fact]
    public void Read_FileBelowALink_ReportsHULL1005()
    {
        var tree = new FileTree();
        tree.Set("/aa", Inode.SymbolicLink("/etc"));
        tree.Set("/bb/passwd", Inode.File(Content.Empty));
        var archive = Write(tree);
        var at = archive.AsSpan().IndexOf("bb/passwd"u8);
        archive[at] = archive[at + 1] = (byte)'a';
        Assert.Equal("HULL1005", Code(archive));
    }

    [Theory]
    [InlineData("070707", "HULL1004")]
    [InlineData("07070x", "HULL1004")]
    public void Read_OtherFormat_ReportsHULL1004(string magic, string code)
    {
        var archive = Write(Sample());
        Encoding.ASCII.GetBytes(magic, archive);
        Assert.Equal(code, Code(archive));
    }

    [Fact]
    public void Read_WithoutTrailer_ReportsHULL1001() => Assert.Equal("HULL1001", Code(Write(Sample())[..^124]));

    [Fact]
    public void Read_MutatedInput_NeverThrowsAnythingButHullException() =>
        Mutation.NeverThrowsAnythingButHullException(Write(Sample()), b => CpioReader.Read(b, out _), iterations: 5000);

    private static string Code(byte[] archive) => Assert.Throws<HullException>(() => CpioReader.Read(archive, out _)).Code.Code;

    private static byte[] Write(FileTree tree)
    {
        using var stream = new MemoryStream();
        Assert.Equal(CpioWriter.Write(stream, tree), stream.Length);
        return stream.ToArray();
    }

    private static string Describe(FileTree tree)
    {
        var text = new StringBuilder();
        var numbers = new Dictionary<Inode, int>(ReferenceEqualityComparer.Instance);
        foreach (var (path, inode) in tree.Entries)
        {
            numbers.TryAdd(inode, numbers.Count);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{path} {numbers[inode]} {inode.Type} {inode.Mode} {inode.Uid} {inode.Gid} {inode.ModifiedSeconds} {inode.Device} {inode.LinkTarget} {inode.Content?.Sha256}\n");
        }

        return text.ToString();
    }

    private static FileTree Sample()
    {
        var tree = new FileTree();
        var file = Inode.File(Content.FromText("hello"), Convert.ToInt32("4755", 8)).With(modifiedSeconds: 1_700_000_000);
        tree.Set("/usr/bin/a", file);
        tree.Set("/usr/bin/b", file);
        tree.Set("/init", Inode.SymbolicLink("usr/bin/a"));
        tree.Set("/dev/console", Inode.Special(InodeType.CharacterDevice, Convert.ToInt32("600", 8), 5, 1));
        tree.Set("/root", Inode.Directory(Convert.ToInt32("700", 8)).With(uid: 7, gid: 8));
        tree.Set("/long" + new string('n', 200), Inode.File(Content.FromBytes(new byte[1001])));
        return tree;
    }
}
