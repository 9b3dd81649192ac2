using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Formats.Tests.Pe;

public sealed class UkiBuilderTests
{
    private static readonly byte[] s_kernel = MinimalPe.Create();

    [Fact]
    public void Build_SectionsInCustomaryOrder_AlignedInMemoryAndFile()
    {
        var image = PeImage.Parse(UkiBuilder.Build(MinimalPe.Create(), [
            new(".initrd", new byte[5000]), new(".linux", s_kernel), UkiSection.Text(".cmdline", "quiet"), UkiSection.Text(".osrel", "ID=x\n"), UkiSection.Text(".uname", "6.12")]));
        Assert.Equal([".text", ".sbat", ".osrel", ".cmdline", ".uname", ".linux", ".initrd"], image.Sections.Select(s => s.Name));
        foreach (var section in image.Sections)
        {
            Assert.Equal(0u, section.VirtualAddress % image.SectionAlignment);
            Assert.Equal(0u, section.PointerToRawData % image.FileAlignment);
            Assert.Equal(0u, section.SizeOfRawData % image.FileAlignment);
        }

        Assert.Equal("quiet", Encoding.UTF8.GetString(image.Read(image.Find(".cmdline")!.Value).Span));
        Assert.Equal(s_kernel, image.Read(image.Find(".linux")!.Value).ToArray());
        var last = image.Sections[^1];
        Assert.Equal((last.VirtualAddress + last.VirtualSize + 0xFFF) & ~0xFFFu, image.SizeOfImage);
        Assert.Equal(Ironhull.Formats.Io.Sha256Digest.Size, image.AuthenticodeDigest().ToArray().Length);
    }

    [Fact]
    public void Build_ObjdumpListsEverySection()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("uki.efi", UkiBuilder.Build(MinimalPe.Create(), [new(".linux", s_kernel), new(".initrd", new byte[77]), UkiSection.Text(".cmdline", "a b")]));
        var listing = Tool.Run("objdump", "-h", path);
        foreach (var name in new[] { ".text", ".cmdline", ".linux", ".initrd" })
        {
            Assert.Contains($" {name} ", listing, StringComparison.Ordinal);
        }

        Tool.Run("objcopy", "-O", "binary", "--only-section=.initrd", path, folder["initrd"]);
        Assert.Equal(new byte[77], File.ReadAllBytes(folder["initrd"]));
    }

    [Fact]
    public void Build_SbatReplacesTheStubs()
    {
        var image = PeImage.Parse(UkiBuilder.Build(MinimalPe.Create(), [new(".linux", s_kernel), UkiSection.Text(".sbat", "sbat,1\nlonger\n")]));
        Assert.Single(image.Sections, s => s.Name == ".sbat");
        Assert.Equal("sbat,1\nlonger\n", Encoding.UTF8.GetString(image.Read(image.Find(".sbat")!.Value).Span));
    }

    [Theory]
    [InlineData(0x0160, 0x0160)]
    [InlineData(0x0060, 0x0060)]
    public void Build_KernelWithoutNxCompat_TakesItFromTheImage(int kernel, int expected)
    {
        var image = PeImage.Parse(UkiBuilder.Build(MinimalPe.Create(), [new(".linux", MinimalPe.Create(dllCharacteristics: (ushort)kernel))]));
        Assert.Equal(expected, image.DllCharacteristics);
    }

    [Fact]
    public void BuildAddon_HoldsItsCommandLine()
    {
        var image = PeImage.Parse(UkiBuilder.BuildAddon(MinimalPe.Create(), "loglevel=6", uname: "6.12"));
        Assert.Equal("loglevel=6", Encoding.UTF8.GetString(image.Read(image.Find(".cmdline")!.Value).Span));
        Assert.Null(image.Find(".linux"));
    }

    [Fact]
    public void Build_WithoutLinux_ReportsHULL1002() =>
        Assert.Equal("HULL1002", Code(() => UkiBuilder.Build(MinimalPe.Create(), [UkiSection.Text(".cmdline", "x")])));

    [Fact]
    public void Build_SectionTwice_ReportsHULL1002() =>
        Assert.Equal("HULL1002", Code(() => UkiBuilder.Build(MinimalPe.Create(), [new(".linux", s_kernel), new(".linux", s_kernel)])));

    [Fact]
    public void Build_NameTooLong_ReportsHULL1002() =>
        Assert.Equal("HULL1002", Code(() => UkiBuilder.Build(MinimalPe.Create(), [new(".linux", s_kernel), new(".waytoolong", s_kernel)])));

    [Fact]
    public void Build_MoreSectionsThanHeaderRoom_ReportsHULL1004() =>
        Assert.Equal("HULL1004", Code(() => UkiBuilder.Build(MinimalPe.Create(), [new(".linux", s_kernel), .. Enumerable.Range(0, 30).Select(i => UkiSection.Text($".s{i}", "x"))])));

    [Fact]
    public void Build_StubSectionsOverlapInMemory_ReportsHULL1002()
    {
        var stub = MinimalPe.Create();
        stub[0x80 + 24 + 240 + 9] = 0x20; // .text VirtualSize 0x200b -> reaches into .sbat
        Assert.Equal("HULL1002", Code(() => UkiBuilder.Build(stub, [new(".linux", s_kernel)])));
    }

    [Fact]
    public void Build_AnyContents_ReadBackAsWritten() =>
        Gen.Byte.Array[1, 3000].Array[1, 6].Sample(
            parts =>
            {
                var sections = parts.Select((p, i) => new UkiSection(i == 0 ? ".linux" : $".x{i}", p)).ToList();
                var image = PeImage.Parse(UkiBuilder.Build(MinimalPe.Create(), sections));
                foreach (var section in sections)
                {
                    Assert.True(image.Read(image.Find(section.Name)!.Value).Span.SequenceEqual(section.Data.Span));
                }
            },
            iter: 200);

    [Fact]
    public void Build_MutatedStub_NeverThrowsAnythingButHullException() => Mutation.NeverThrowsAnythingButHullException(
        MinimalPe.Create(), stub => UkiBuilder.Build(stub, [new(".linux", s_kernel)]), iterations: 3000, focus: 0x200);

    private static string Code(Action action) => Assert.Throws<HullException>(action).Code.Code;
}
