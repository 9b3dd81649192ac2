using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;

namespace Ironhull.Formats.Tests.Rpm;

public sealed class RpmLeadTests
{
    private static byte[] Lead(byte major = 3, byte type = 0, byte signature = 5)
    {
        var lead = new byte[RpmLead.Size];
        new byte[] { 0xED, 0xAB, 0xEE, 0xDB, major, 0, 0, type }.CopyTo(lead, 0);
        lead[79] = signature;
        return lead;
    }

    [Theory]
    [InlineData(3, 0, false)]
    [InlineData(3, 1, true)]
    [InlineData(4, 0, false)]
    public void Parse_KnownVersionAndType_IsRecognised(byte major, byte type, bool source)
    {
        var lead = RpmLead.Parse(Lead(major, type), "x");
        Assert.Equal((major, source), (lead.Major, lead.IsSource));
    }

    [Theory]
    [InlineData(2, 0, 5)]
    [InlineData(5, 0, 5)]
    [InlineData(3, 2, 5)]
    [InlineData(3, 0, 1)]
    public void Parse_UnknownVersionOrType_ReportsHULL2101(byte major, byte type, byte signature) =>
        Assert.Equal("HULL2101", Assert.Throws<HullException>(() => RpmLead.Parse(Lead(major, type, signature), "x")).Code.Code);

    [Fact]
    public void Parse_OtherOrCutBytes_AreRefused()
    {
        Assert.Equal("HULL2100", Assert.Throws<HullException>(() => RpmLead.Parse("!<arch>\n"u8, "x")).Code.Code);
        Assert.Equal("HULL2100", Assert.Throws<HullException>(() => RpmLead.Parse([], "x")).Code.Code);
        Assert.Equal("HULL2105", Assert.Throws<HullException>(() => RpmLead.Parse(Lead().AsSpan(0, 95), "x")).Code.Code);
    }
}
