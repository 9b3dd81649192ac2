using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Tar;

public sealed class TarReaderTests
{
    private static List<(TarEntry Entry, string Content)> Read(byte[] archive)
    {
        var entries = new List<(TarEntry, string)>();
        var reader = new TarReader(new MemoryStream(archive), "x.tar");
        while (reader.Next() is { } entry)
        {
            using var content = new MemoryStream();
            var buffer = new byte[100];
            while (reader.Read(buffer) is var read and > 0)
            {
                content.Write(buffer, 0, read);
            }

            entries.Add((entry, Encoding.UTF8.GetString(content.ToArray())));
        }

        return entries;
    }

    private static string CodeOf(byte[] archive) => Assert.Throws<HullException>(() => Read(archive)).Code.Code;

    [Fact]
    public void Next_FilesDirectoriesAndLinks_GivesNormalisedEntries()
    {
        var entries = Read(new TarBuilder().Entry("./", '5', mode: 0x1ED).Entry("./usr/", '5').Entry("./usr/a", content: "hello")
            .Entry("./usr/b", '1', link: "./usr/a").Entry("usr//c", '2', link: "../a").End());
        Assert.Equal(["/", "/usr", "/usr/a", "/usr/b", "/usr/c"], entries.Select(e => e.Entry.Path));
        Assert.Equal("hello", entries[2].Content);
        Assert.True(entries[3].Entry.IsHardLink);
        Assert.Equal("/usr/a", entries[3].Entry.LinkTarget);
        Assert.Equal((InodeType.SymbolicLink, "../a"), (entries[4].Entry.Type, entries[4].Entry.LinkTarget));
        Assert.Equal((1000L, "root", 0x1A4), (entries[2].Entry.ModifiedSeconds, entries[2].Entry.UserName, entries[2].Entry.Mode));
    }

    [Fact]
    public void Next_ContentNotRead_IsSkipped()
    {
        var reader = new TarReader(new MemoryStream(new TarBuilder().Entry("./a", content: new string('x', 1000)).Entry("./b").End()), "x.tar");
        Assert.Equal("/a", reader.Next()!.Path);
        Assert.Equal("/b", reader.Next()!.Path);
        Assert.Null(reader.Next());
        Assert.Null(reader.Next());
    }

    [Fact]
    public void Next_GnuLongNameAndLink_AreUsed()
    {
        var name = "./" + string.Join('/', Enumerable.Repeat("directory", 30));
        var entry = Assert.Single(Read(new TarBuilder().Entry("././@LongLink", 'L', name + "\0").Entry("././@LongLink", 'K', name + "x\0").Entry("cut", '2', link: "cut").End())).Entry;
        Assert.Equal(name[1..], entry.Path);
        Assert.Equal(name + "x", entry.LinkTarget);
    }

    [Fact]
    public void Next_PaxRecords_WinOverTheHeader()
    {
        var entry = Assert.Single(Read(new TarBuilder().Pax(("path", "./größe"), ("uid", "3000000"), ("mtime", "-1.5"), ("uname", "chrony"), ("SCHILY.xattr.user.b", "2"), ("SCHILY.xattr.user.a", "1"))
            .Entry("./cut").End())).Entry;
        Assert.Equal(("/größe", 3000000u, -2L, "chrony"), (entry.Path, entry.Uid, entry.ModifiedSeconds, entry.UserName));
        Assert.Equal(["user.a", "user.b"], entry.Xattrs.Select(x => x.Key));
    }

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("./usr/../../x")]
    [InlineData("./usr/..")]
    [InlineData("/etc/passwd")]
    [InlineData("//x")]
    public void Next_PathThatLeavesTheTree_ReportsHULL1005(string name) => Assert.Equal("HULL1005", CodeOf(new TarBuilder().Entry(name).End()));

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/shadow")]
    public void Next_HardLinkOutOfTheTree_ReportsHULL1005(string target) => Assert.Equal("HULL1005", CodeOf(new TarBuilder().Entry("./a", '1', link: target).End()));

    [Fact]
    public void Next_PaxPathThatLeavesTheTree_ReportsHULL1005() => Assert.Equal("HULL1005", CodeOf(new TarBuilder().Pax(("path", "a/../../b")).Entry("./a").End()));

    [Fact]
    public void Next_PaxPathWithZeroByte_ReportsHULL1005() => Assert.Equal("HULL1005", CodeOf(new TarBuilder().Pax(("path", "./a\0b")).Entry("./a").End()));

    [Fact]
    public void Next_PathWithMoreThan4095Characters_ReportsHULL1002() =>
        Assert.Equal("HULL1002", CodeOf(new TarBuilder().Pax(("path", "./" + new string('a', 5000))).Entry("./a").End()));

    [Theory]
    [InlineData("77777777777\0")] // 8 GiB, and nothing behind it
    [InlineData("00000002000\0")]
    public void Next_SizeBeyondTheInput_ReportsHULL1001(string size) =>
        Assert.Equal("HULL1001", CodeOf([.. TarBuilder.Header("./a", sizeField: size), .. new byte[512]]));

    [Fact]
    public void Next_AbsurdSize_ReportsHULL1003() => Assert.Equal("HULL1003", CodeOf(new TarBuilder().Pax(("size", "9000000000000000000")).Entry("./a").End()));

    [Fact]
    public void Next_NegativeSize_ReportsHULL1003() => Assert.Equal("HULL1003", CodeOf(new TarBuilder().Pax(("size", "-1")).Entry("./a").End()));

    [Fact]
    public void Next_Base256SizeOfMoreThan63Bits_ReportsHULL1003() =>
        Assert.Equal("HULL1003", CodeOf(new TarBuilder().Raw(TarBuilder.Header("./a", sizeField: "\x80\x01\0\0\0\0\0\0\0\0\0\0")).End()));

    [Fact]
    public void Next_Base256Size_IsRead() =>
        Assert.Equal(3, Read(new TarBuilder().Raw(TarBuilder.Header("./a", sizeField: "\x80\0\0\0\0\0\0\0\0\0\0\x03")).Raw([1, 2, 3, .. new byte[509]]).End())[0].Entry.Length);

    [Fact]
    public void Next_HugeExtensionHeader_ReportsHULL1003() =>
        Assert.Equal("HULL1003", CodeOf(new TarBuilder().Raw(TarBuilder.Header("x", 'x', 100 << 20)).End()));

    [Fact]
    public void Next_EndlessExtensionHeaders_ReportsHULL1003()
    {
        var builder = new TarBuilder();
        for (var i = 0; i < 30; i++)
        {
            builder.Pax(($"k{i}", new string('v', 50_000)));
        }

        Assert.Equal("HULL1003", CodeOf(builder.Entry("./a").End()));
    }

    [Fact]
    public void Next_DirectoryWithContent_ReportsHULL1002() => Assert.Equal("HULL1002", CodeOf(new TarBuilder().Entry("./a/", '5', "content").End()));

    [Fact]
    public void Next_WrongChecksum_ReportsHULL1002()
    {
        var archive = new TarBuilder().Entry("./a").End();
        archive[0] ^= 1;
        Assert.Equal("HULL1002", CodeOf(archive));
    }

    [Fact]
    public void Next_SparseFile_ReportsHULL1004() => Assert.Equal("HULL1004", CodeOf(new TarBuilder().Entry("./a", 'S').End()));

    [Fact]
    public void Next_NoEndMark_ReportsHULL1001() => Assert.Equal("HULL1001", CodeOf(new TarBuilder().Entry("./a").End()[..^1024]));

    [Fact]
    public void Next_DataBehindTheEnd_ReportsHULL1002() => Assert.Equal("HULL1002", CodeOf([.. new TarBuilder().Entry("./a").End(), .. "x"u8]));

    [Fact]
    public void Next_MutatedInput_NeverThrowsAnythingElse()
    {
        var sound = new TarBuilder().Pax(("path", "./x"), ("SCHILY.xattr.user.a", "1")).Entry("./a", content: "hello").Entry("./d/", '5').Entry("./l", '2', link: "a").End();
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte, Gen.Bool).Array[1, 8].Sample(changes =>
        {
            var bytes = (byte[])sound.Clone();
            foreach (var (at, value, seal) in changes)
            {
                bytes[at] = value;
                if (seal)
                {
                    var block = bytes.AsSpan(at / 512 * 512, 512).ToArray();
                    TarBuilder.Seal(block);
                    block.CopyTo(bytes.AsSpan(at / 512 * 512));
                }
            }

            try
            {
                Read(bytes);
            }
            catch (HullException)
            {
            }
        });
    }
}
