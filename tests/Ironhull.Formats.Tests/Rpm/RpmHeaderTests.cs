using System.Buffers.Binary;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Formats.Tests.Rpm;

public sealed class RpmHeaderTests
{
    private static RpmHeaderBuilder Sample() => new RpmHeaderBuilder()
        .String(RpmTag.Name, "name").Add(RpmTag.Summary, 9, 2, "en\0de\0"u8.ToArray()).Int16(RpmTag.FileModes, 0x81A4, 0x41ED).Int32(RpmTag.FileSizes, 7, uint.MaxValue)
        .Strings(RpmTag.BaseNames, "a", "", "c").Int64(RpmTag.LongFileSizes, 1UL << 40).Binary(RpmTag.SourcePackage, 1, 2, 3);

    private static RpmHeader Parse(byte[] blob) => RpmHeader.Parse(blob, "x.rpm", 0);

    private static string CodeOf(byte[] blob) => Assert.Throws<HullException>(() => Parse(blob)).Code.Code;

    [Fact]
    public void Parse_SoundHeader_GivesEveryTypeOfValue()
    {
        var blob = Sample().Build();
        var header = Parse([.. blob, 1, 2, 3]);
        Assert.Equal(blob, header.Blob.ToArray());
        Assert.Equal("name", header.GetString(RpmTag.Name));
        Assert.Equal("en", header.GetString(RpmTag.Summary));
        Assert.Equal(["en", "de"], header.GetStrings(RpmTag.Summary));
        Assert.Equal([0x81A4u, 0x41EDu], header.GetUInt32s(RpmTag.FileModes));
        Assert.Equal([7u, uint.MaxValue], header.GetUInt32s(RpmTag.FileSizes));
        Assert.Equal([7ul, uint.MaxValue], header.GetUInt64s(RpmTag.FileSizes));
        Assert.Equal(["a", "", "c"], header.GetStrings(RpmTag.BaseNames));
        Assert.Equal(1UL << 40, header.GetNumber(RpmTag.LongFileSizes));
        Assert.Equal([1, 2, 3], header.GetBytes(RpmTag.SourcePackage).ToArray());
        Assert.Equal(7, header.Entries.Count());
    }

    [Fact]
    public void Get_MissingTag_IsEmpty()
    {
        var header = Parse(Sample().Build());
        Assert.False(header.Has(1));
        Assert.Null(header.GetString(1));
        Assert.Null(header.GetNumber(1));
        Assert.Empty(header.GetStrings(1));
        Assert.Empty(header.GetUInt32s(1));
        Assert.Empty(header.GetUInt64s(1));
        Assert.True(header.GetBytes(1).IsEmpty);
    }

    [Fact]
    public void Get_TagOfAnotherType_ReportsHULL2116()
    {
        var header = Parse(Sample().Build());
        foreach (var get in new Action[]
        {
            () => header.GetString(RpmTag.FileSizes), () => header.GetString(RpmTag.BaseNames), () => header.GetStrings(RpmTag.FileModes), () => header.GetUInt32s(RpmTag.Name),
            () => header.GetUInt32s(RpmTag.LongFileSizes), () => header.GetUInt64s(RpmTag.SourcePackage), () => header.GetBytes(RpmTag.Name), () => header.GetNumber(RpmTag.FileSizes),
        })
        {
            Assert.Equal("HULL2116", Assert.Throws<HullException>(get).Code.Code);
        }
    }

    [Fact]
    public void Get_BytesThatAreNotUtf8_ReportsHULL2117()
    {
        var header = Parse(new RpmHeaderBuilder().Add(RpmTag.Name, 6, 1, [0xE4, 0]).Build());
        Assert.Equal("HULL2117", Assert.Throws<HullException>(() => header.GetString(RpmTag.Name)).Code.Code);
    }

    [Fact]
    public void Parse_WrongMagic_ReportsHULL2102()
    {
        var blob = Sample().Build();
        blob[3] = 2;
        Assert.Equal("HULL2102", CodeOf(blob));
    }

    [Theory]
    [InlineData(0, "HULL2103")]
    [InlineData(65537, "HULL2103")]
    [InlineData(-1, "HULL2103")]
    [InlineData(65536, "HULL2105")]
    public void Parse_AbsurdNumberOfEntries_IsRefused(int count, string code)
    {
        var blob = Sample().Build();
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(8), count);
        Assert.Equal(code, CodeOf(blob));
    }

    [Theory]
    [InlineData(0, "HULL2104")]
    [InlineData((256 << 20) + 1, "HULL2104")]
    [InlineData(-1, "HULL2104")]
    [InlineData(256 << 20, "HULL2105")]
    public void Parse_AbsurdAmountOfData_IsRefused(int size, string code)
    {
        var blob = Sample().Build();
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(12), size);
        Assert.Equal(code, CodeOf(blob));
    }

    [Fact]
    public void Parse_TruncatedAnywhere_ReportsHULL2105()
    {
        var blob = Sample().Build();
        for (var length = 0; length < blob.Length; length++)
        {
            Assert.Equal("HULL2105", CodeOf(blob[..length]));
            using var stream = new MemoryStream(blob[..length]);
            Assert.Equal("HULL2105", Assert.Throws<HullException>(() => RpmHeader.Read(stream, "x", RpmHeaderKind.Main)).Code.Code);
        }
    }

    // Field 0 is the tag, 1 the type, 2 the offset, 3 the count.
    [Theory]
    [InlineData(RpmTag.FileSizes, 1, 0, "HULL2106")]
    [InlineData(RpmTag.FileSizes, 1, 10, "HULL2106")]
    [InlineData(RpmTag.FileSizes, 1, -1, "HULL2106")]
    [InlineData(RpmTag.LongFileSizes, 2, 33, "HULL2107")]
    [InlineData(RpmTag.LongFileSizes, 2, -8, "HULL2108")]
    [InlineData(RpmTag.LongFileSizes, 2, 1 << 20, "HULL2108")]
    [InlineData(RpmTag.LongFileSizes, 3, 2, "HULL2108")]
    [InlineData(RpmTag.SourcePackage, 3, 0, "HULL2109")]
    [InlineData(RpmTag.SourcePackage, 3, -1, "HULL2109")]
    [InlineData(RpmTag.LongFileSizes, 3, 1 << 30, "HULL2109")]
    [InlineData(RpmTag.Name, 3, 2, "HULL2109")]
    [InlineData(RpmTag.BaseNames, 3, 1000000, "HULL2109")]
    [InlineData(RpmTag.BaseNames, 3, 25, "HULL2110")]
    [InlineData(RpmTag.Summary, 2, 0, "HULL2111")]
    [InlineData(RpmTag.Summary, 0, RpmTag.Name, "HULL2112")]
    [InlineData(63, 0, 62, "HULL2113")]
    [InlineData(63, 1, 6, "HULL2113")]
    [InlineData(63, 3, 32, "HULL2113")]
    [InlineData(63, 2, -1, "HULL2113")]
    [InlineData(63, 2, 1 << 20, "HULL2113")]
    [InlineData(63, 2, 0, "HULL2113")]
    [InlineData(RpmTag.Name, 0, 99, "HULL2115")]
    [InlineData(RpmTag.Name, 0, -5, "HULL2115")]
    public void Parse_ChangedIndex_IsRefused(int tag, int field, int value, string code) => Assert.Equal(code, CodeOf(RpmHeaderBuilder.With(Sample().Build(), tag, field, value)));

    [Fact]
    public void Parse_DuplicateTagWithDataOfItsOwn_ReportsHULL2112() => Assert.Equal("HULL2112", CodeOf(Sample().Duplicate(RpmTag.Name).Build()));

    [Theory]
    [InlineData(0, 62, "HULL2113")]
    [InlineData(1, 6, "HULL2113")]
    [InlineData(3, 15, "HULL2113")]
    [InlineData(2, 0, "HULL2113")]
    [InlineData(2, 16, "HULL2113")]
    [InlineData(2, -7, "HULL2113")]
    [InlineData(2, int.MinValue, "HULL2113")]
    [InlineData(2, -1024, "HULL2113")]
    [InlineData(2, -112, "HULL2114")]
    public void Parse_ChangedTrailerOfTheRegion_IsRefused(int field, int value, string code)
    {
        var blob = Sample().Build();
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(blob.Length - 16 + (field * 4)), value);
        Assert.Equal(code, CodeOf(blob));
    }

    [Fact]
    public void Parse_DataBehindTheRegion_ReportsHULL2114()
    {
        byte[] blob = [.. Sample().Build(), 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(12), BinaryPrimitives.ReadInt32BigEndian(blob.AsSpan(12)) + 4);
        Assert.Equal("HULL2114", CodeOf(blob));
    }

    [Fact]
    public void Parse_HeaderOfTheOtherKind_ReportsHULL2113()
    {
        var blob = new RpmHeaderBuilder(62).Binary(RpmSignatureTag.Md5, new byte[16]).Build();
        Assert.Equal("HULL2113", CodeOf(blob));
        Assert.True(RpmHeader.Parse(blob, "x", 0, RpmHeaderKind.Signature).Has(RpmSignatureTag.Md5));
    }

    [Fact]
    public void Parse_MutatedHeader_ThrowsNothingElse() => Mutation.NeverThrowsAnythingButHullException(Sample().Build(), ReadEverything, iterations: 20_000);

    [Fact]
    public void Parse_AnyBytesBehindTheMagic_ThrowsNothingElse() => Gen.Byte.Array[0, 400].Sample(
        bytes =>
        {
            byte[] blob = [0x8E, 0xAD, 0xE8, 0x01, 0, 0, 0, 0, 0, 0, 0, (byte)(bytes.Length / 20), 0, 0, 0, (byte)(bytes.Length / 3), .. bytes];
            try
            {
                ReadEverything(blob);
            }
            catch (HullException)
            {
            }
        },
        iter: 5_000,
        threads: 1);

    [Fact]
    public void Parse_ManyEmptyStrings_TakesMemoryInProportion()
    {
        // A million strings of no characters in one megabyte.
        var blob = new RpmHeaderBuilder().Add(RpmTag.BaseNames, 8, 1 << 20, new byte[1 << 20]).Build();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(1 << 20, Parse(blob).GetStrings(RpmTag.BaseNames).Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10L * blob.Length);
    }

    private static void ReadEverything(byte[] bytes)
    {
        var header = Parse(bytes);
        foreach (var entry in header.Entries)
        {
            foreach (var get in new Action<int>[] { t => header.GetString(t), t => header.GetStrings(t), t => header.GetUInt32s(t), t => header.GetUInt64s(t), t => header.GetBytes(t) })
            {
                try
                {
                    get(entry.Tag);
                }
                catch (HullException)
                {
                }
            }
        }
    }
}
