using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Fat;

public sealed class FatTests
{
    private const long Mebibyte = 1 << 20;
    private static readonly FatOptions s_options = new(64 * Mebibyte, 0x12345678, "ESP", 1_700_000_000);

    [Theory]
    [InlineData(34)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(260)]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void Write_FsckFindsNothing_ForEverySize(int mebibytes)
    {
        using var folder = new TemporaryFolder();
        WriteTo(folder["volume"], Sample(), s_options with { Length = mebibytes * Mebibyte });
        var report = Tool.Run("fsck.vfat", "-n", "-v", folder["volume"]);
        Assert.Contains("FATs, 32 bit entries", report, StringComparison.Ordinal);
        foreach (var complaint in new[] { "differ", "wrong", "Bad", "dirty" })
        {
            Assert.DoesNotContain(complaint, report, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Write_MtoolsListsNamesAndReadsContents()
    {
        using var folder = new TemporaryFolder();
        WriteTo(folder["volume"], Sample(), s_options);
        var listing = Tool.Run("mdir", "-i", folder["volume"], "-/", "-b", "::/");
        foreach (var path in new[] { "::/EFI/BOOT/BOOTX64.EFI", "::/EFI/Linux/container-host_1.2.3+3.efi", "::/loader/loader.conf", "::/EFI/Linux/container-host_1.2.3+3.efi.extra.d/a.addon.efi" })
        {
            Assert.Contains(path, listing, StringComparison.Ordinal);
        }

        Assert.Equal("timeout 0\n", Tool.Run("mtype", "-i", folder["volume"], "::/loader/loader.conf"));
        Tool.Run("mcopy", "-i", folder["volume"], "::/EFI/Linux/container-host_1.2.3+3.efi", folder["uki"]);
        Assert.Equal(Sample()["/EFI/Linux/container-host_1.2.3+3.efi"].Content!.Sha256, Sha256Digest.Of(File.ReadAllBytes(folder["uki"])));
        var detailed = Tool.Run("mdir", "-i", folder["volume"], "::/loader");
        Assert.Contains("2023-11-14  22:13", detailed, StringComparison.Ordinal);
        Assert.Contains("1234-5678", detailed, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_VolumeOfMkfsAndMcopy_GivesItsFiles()
    {
        using var folder = new TemporaryFolder();
        using (var file = SparseFileOf(folder["volume"], 64 * Mebibyte))
        {
        }

        var big = new byte[100_000];
        Array.Fill(big, (byte)7);
        folder.Write("big", big);
        Tool.Run("mkfs.vfat", "-F", "32", "-n", "OTHER", folder["volume"]);
        Tool.Run("mmd", "-i", folder["volume"], "::/EFI", "::/EFI/A long directory name");
        Tool.Run("mcopy", "-i", folder["volume"], folder["big"], "::/EFI/A long directory name/lower.bin");
        Tool.Run("mcopy", "-i", folder["volume"], folder["big"], "::/EFI/UPPER.BIN");
        using var disk = File.OpenRead(folder["volume"]);
        var volume = FatVolume.Open(disk, 0, disk.Length);
        Assert.Equal("OTHER", volume.Label);
        Assert.Equal(["/EFI", "/EFI/A long directory name", "/EFI/A long directory name/lower.bin", "/EFI/UPPER.BIN"], volume.Entries.Select(e => e.Path).Order(StringComparer.Ordinal));
        Assert.Equal(big, volume.ReadFile(volume.Find("/efi/a long directory name/LOWER.BIN")!));
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytes_AndAtAnOffsetTheSameVolume()
    {
        var (first, second) = (Memory(64 * Mebibyte), Memory(66 * Mebibyte));
        FatWriter.Write(first, 0, Sample(), s_options);
        FatWriter.Write(second, Mebibyte, Sample(), s_options);
        Assert.True(first.ToArray().AsSpan().SequenceEqual(second.ToArray().AsSpan((int)Mebibyte, 64 << 20)));
        Assert.Equal(Describe(Sample()), Describe(FatVolume.Open(second, Mebibyte, 64 * Mebibyte).ToFileTree()));
    }

    [Fact]
    public void Extents_OfAFile_AreWhereItsBytesAre()
    {
        var disk = Memory(66 * Mebibyte);
        FatWriter.Write(disk, Mebibyte, Sample(), s_options);
        var volume = FatVolume.Open(disk, Mebibyte, 64 * Mebibyte);
        var entry = volume.Find("/EFI/Linux/container-host_1.2.3+3.efi")!;
        var (offset, length) = Assert.Single(volume.Extents(entry));
        Assert.Equal(volume.ReadFile(entry), disk.ToArray().AsSpan((int)offset, (int)length).ToArray());
    }

    [Fact]
    public void Write_ManyNamesOfOneBasis_AllDistinct()
    {
        var tree = new FileTree();
        for (var i = 0; i < 300; i++)
        {
            tree.Set($"/directory/same long beginning {i}.conf", Inode.File(Content.FromText($"{i}")));
        }

        using var folder = new TemporaryFolder();
        WriteTo(folder["volume"], tree, s_options);
        Assert.DoesNotContain("Duplicate", Tool.Run("fsck.vfat", "-n", "-v", folder["volume"]), StringComparison.Ordinal);
        Assert.Equal("217", Tool.Run("mtype", "-i", folder["volume"], "::/directory/same long beginning 217.conf"));
    }

    [Fact]
    public void Write_MadeUpShortName_DoesNotTakeARealOne()
    {
        var tree = new FileTree();
        tree.Set("/LONGNA~1.TXT", Inode.File(Content.FromText("real")));
        tree.Set("/Long name.txt", Inode.File(Content.FromText("long")));
        using var folder = new TemporaryFolder();
        WriteTo(folder["volume"], tree, s_options);
        Tool.Run("fsck.vfat", "-n", folder["volume"]);
        Assert.Equal("real", Tool.Run("mtype", "-i", folder["volume"], "::/LONGNA~1.TXT"));
        Assert.Equal("long", Tool.Run("mtype", "-i", folder["volume"], "::/Long name.txt"));
    }

    [Theory]
    [InlineData("/a:b", "HULL1005")]
    [InlineData("/ends.", "HULL1005")]
    [InlineData("/A/x", "HULL1005")]
    public void Write_NameFatCannotHold_ReportsHULL1005(string path, string code)
    {
        var tree = new FileTree();
        tree.Set("/a/x", Inode.File(Content.Empty));
        tree.Set(path, Inode.File(Content.Empty));
        Assert.Equal(code, Code(tree, s_options));
    }

    [Fact]
    public void Write_SymbolicLink_ReportsHULL1004()
    {
        var tree = new FileTree();
        tree.Set("/link", Inode.SymbolicLink("x"));
        Assert.Equal("HULL1004", Code(tree, s_options));
    }

    [Fact]
    public void Write_TreeLargerThanTheVolume_ReportsHULL1003()
    {
        var tree = new FileTree();
        tree.Set("/big", Inode.File(Content.FromBytes(new byte[40 * Mebibyte])));
        Assert.Equal("HULL1003", Code(tree, s_options with { Length = 36 * Mebibyte }));
    }

    [Theory]
    [InlineData(16 * Mebibyte, "ESP", "HULL1004")]
    [InlineData((64 * Mebibyte) + 5, "ESP", "HULL1002")]
    [InlineData(64 * Mebibyte, "lower", "HULL1002")]
    public void Write_BadOptions_ReportsItsCode(long length, string label, string code) =>
        Assert.Equal(code, Code(new FileTree(), s_options with { Length = length, Label = label }));

    [Fact]
    public void Open_WhatWasWritten_IsTheSame()
    {
        var name = Gen.String[Gen.Char["abcXYZ019 ._-+~éß漢"], 1, 40].Where(n => n.Trim() == n && n[^1] != '.' && n is not "." and not "..");
        var stream = Memory(34 * Mebibyte);
        Gen.Select(name, name, Gen.Byte.Array[0, 2000]).List[0, 12].Sample(
            files =>
            {
                var tree = new FileTree();
                var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
                foreach (var (directory, file, bytes) in files)
                {
                    if (taken.Add("d" + directory) && taken.Add($"d{directory}/{file}"))
                    {
                        tree.Set($"/d{directory}/{file}", Inode.File(Content.FromBytes(bytes)));
                    }
                }

                stream.GetBuffer().AsSpan(0, 4 << 20).Clear();
                FatWriter.Write(stream, 0, tree, s_options with { Length = 34 * Mebibyte });
                var read = FatVolume.Open(stream, 0, stream.Length).ToFileTree();
                Assert.Equal(Describe(tree), Describe(read));
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void Open_MutatedInput_NeverThrowsAnythingButHullException()
    {
        const int Length = 34 << 20;
        var stream = Memory(Length);
        FatWriter.Write(stream, 0, Sample(), s_options with { Length = Length });
        var bytes = stream.GetBuffer();
        var clean = bytes.ToArray();
        var data = FatOffsets(stream);
        var position = Gen.OneOf(Gen.Int[0, 511], Gen.Int[(int)data.Table, (int)data.Table + 400], Gen.Int[(int)data.Data, (int)data.Data + 4096]);
        Gen.Select(position, Gen.Byte).List[1, 6].Sample(
            edits =>
            {
                foreach (var (at, value) in edits)
                {
                    bytes[at] = value;
                }

                try
                {
                    var volume = FatVolume.Open(stream, 0, Length);
                    foreach (var entry in volume.Entries.Where(e => !e.IsDirectory))
                    {
                        volume.ReadFile(entry);
                    }
                }
                catch (HullException)
                {
                }
                finally
                {
                    foreach (var (at, _) in edits)
                    {
                        bytes[at] = clean[at];
                    }
                }
            },
            iter: 1500,
            threads: 1);
    }

    [Fact]
    public void Open_CrossLinkedChain_ReportsHULL1002()
    {
        var stream = Memory(34 << 20);
        FatWriter.Write(stream, 0, Sample(), s_options with { Length = 34 << 20 });
        var table = (int)FatOffsets(stream).Table;
        stream.GetBuffer()[table + (4 * 2)] = 2; // the root directory's chain leads to itself
        stream.GetBuffer().AsSpan(table + (4 * 2) + 1, 3).Clear();
        stream.GetBuffer().AsSpan((int)FatOffsets(stream).Data, 512).Fill(0xE5); // no end mark in its first cluster
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => FatVolume.Open(stream, 0, stream.Length)).Code.Code);
    }

    private static MemoryStream Memory(long length) => new(new byte[length], 0, (int)length, writable: true, publiclyVisible: true);

    private static (long Table, long Data) FatOffsets(MemoryStream stream)
    {
        var boot = stream.GetBuffer();
        var reserved = BitConverter.ToUInt16(boot, 14);
        return (reserved * 512L, (reserved + (2L * BitConverter.ToUInt32(boot, 36))) * 512);
    }

    private static string Code(FileTree tree, FatOptions options) =>
        Assert.Throws<HullException>(() => FatWriter.Write(Memory(64 << 20), 0, tree, options)).Code.Code;

    private static string Describe(FileTree tree)
    {
        var text = new StringBuilder();
        foreach (var (path, inode) in tree.Entries)
        {
            text.Append(path).Append(' ').Append(inode.Type).Append(' ').Append(inode.Content?.Sha256).Append('\n');
        }

        return text.ToString();
    }

    private static void WriteTo(string path, FileTree tree, FatOptions options)
    {
        using var file = SparseFileOf(path, options.Length);
        FatWriter.Write(file, 0, tree, options);
    }

    private static FileStream SparseFileOf(string path, long length) => Ironhull.Formats.Disk.SparseFile.Create(path, length);

    private static FileTree Sample()
    {
        var tree = new FileTree();
        var uki = new byte[3_000_001];
        for (var i = 0; i < uki.Length; i++)
        {
            uki[i] = (byte)((i * 7) ^ (i >> 9));
        }

        tree.Set("/EFI/BOOT/BOOTX64.EFI", Inode.File(Content.FromBytes(new byte[124_416])));
        tree.Set("/EFI/Linux/container-host_1.2.3+3.efi", Inode.File(Content.FromBytes(uki)));
        tree.Set("/EFI/Linux/container-host_1.2.3+3.efi.extra.d/a.addon.efi", Inode.File(Content.FromText("addon")));
        tree.Set("/loader/loader.conf", Inode.File(Content.FromText("timeout 0\n")));
        tree.Set("/loader/empty", Inode.File(Content.Empty));
        tree.EnsureDirectory("/loader/credentials");
        return tree;
    }
}
