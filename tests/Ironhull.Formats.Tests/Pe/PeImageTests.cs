using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Formats.Tests.Pe;

public sealed class PeImageTests
{
    [Fact]
    public void Parse_MinimalImage_GivesSectionsAndFields()
    {
        var image = PeImage.Parse(MinimalPe.Create());
        Assert.Equal(0x8664, image.Machine);
        Assert.Equal(10, image.Subsystem);
        Assert.Equal([".text", ".sbat"], image.Sections.Select(s => s.Name));
        Assert.Equal("sbat,"u8.ToArray(), image.Read(image.Find(".sbat")!.Value).ToArray());
        Assert.Null(image.Find(".linux"));
    }

    [Theory]
    [InlineData(0, (byte)'X', "HULL1002")]
    [InlineData(0x80, (byte)'X', "HULL1002")]
    [InlineData(0x3F, (byte)1, "HULL1001")]
    [InlineData(0x98, (byte)0, "HULL1004")]
    [InlineData(0x87, (byte)1, "HULL1003")]
    [InlineData(0x80 + 24 + 32, (byte)3, "HULL1002")]
    [InlineData(0x80 + 24 + 63, (byte)1, "HULL1002")]
    [InlineData(0x80 + 24 + 240 + 23, (byte)1, "HULL1001")]
    public void Parse_BadField_ReportsItsCode(int offset, byte value, string code)
    {
        var image = MinimalPe.Create();
        image[offset] = value;
        Assert.Equal(code, Assert.Throws<HullException>(() => PeImage.Parse(image)).Code.Code);
    }

    [Fact]
    public void AuthenticodeDigest_GapBetweenSections_ReportsHULL1004()
    {
        var image = MinimalPe.Create(trailing: 0x400);
        image[0x80 + 24 + 240 + 40 + 21] = 0x08;
        Assert.Equal("HULL1004", Assert.Throws<HullException>(() => PeImage.Parse(image).AuthenticodeDigest()).Code.Code);
    }

    [Fact]
    public void AuthenticodeDigest_IgnoresChecksumOnly()
    {
        var image = MinimalPe.Create();
        var before = PeImage.Parse(image).AuthenticodeDigest();
        image[0x80 + 24 + 64] = 7;
        Assert.Equal(before, PeImage.Parse(image).AuthenticodeDigest());
        image[0x80 + 24 + 4] ^= 1;
        Assert.NotEqual(before, PeImage.Parse(image).AuthenticodeDigest());
    }

    [Fact]
    public void Parse_MutatedInput_NeverThrowsAnythingButHullException() => Mutation.NeverThrowsAnythingButHullException(
        MinimalPe.Create(),
        bytes =>
        {
            var image = PeImage.Parse(bytes);
            foreach (var section in image.Sections)
            {
                image.Read(section);
            }

            image.AuthenticodeDigest();
        },
        iterations: 5000,
        focus: 0x200);
}
