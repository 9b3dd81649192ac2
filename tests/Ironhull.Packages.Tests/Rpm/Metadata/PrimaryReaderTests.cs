using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Packages.Rpm;
using Ironhull.Packages.Rpm.Metadata;

namespace Ironhull.Packages.Tests.Rpm.Metadata;

public sealed class PrimaryReaderTests
{
    private static PrimaryContent Read(string format, RpmPackageFilter? filter = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(RpmMdSample.Wrap(RpmMdSample.Package("a", format: format), 1)));
        return PrimaryReader.Read(stream, filter ?? new("x"), "x");
    }

    private static RpmDependency Requires(string entry) => Assert.Single(Assert.Single(Read($"<rpm:requires>{entry}</rpm:requires>").Packages).Requires);

    [Theory]
    [InlineData("<rpm:entry name='b'/>", "b")]
    [InlineData("<rpm:entry name='b' flags='EQ' epoch='0' ver='1' rel='2'/>", "b = 1-2")]
    [InlineData("<rpm:entry name='b' flags='GE' epoch='00003' ver='1'/>", "b >= 3:1")]
    [InlineData("<rpm:entry name='b' flags='LE' ver='1~rc^2'></rpm:entry>", "b <= 1~rc^2")]
    [InlineData("<rpm:entry rel='2' ver='1' flags='GT' name='b'/>", "b > 1-2")]
    [InlineData("<rpm:entry name='b' flags='LT' epoch='1' ver='1-2' rel='3'/>", "b < 1:1-2-3")]
    [InlineData("<rpm:entry name='b' flags='EQ'/>", "b")]
    [InlineData("<rpm:entry name='(b &gt;= 1 with b &lt; 2)'/>", "(b >= 1 with b < 2)")]
    [InlineData("<rpm:entry name='größe(x)'/>", "größe(x)")]
    public void Read_Dependency_IsAsRpmPrintsIt(string entry, string shown) => Assert.Equal(shown, Requires(entry).ToString());

    [Fact]
    public void Read_Dependency_PreIsKept() => Assert.True(Requires("<rpm:entry name='/bin/sh' pre='1'/>").IsPre);

    [Theory]
    [InlineData("<rpm:requires><rpm:entry/></rpm:requires>")]
    [InlineData("<rpm:requires><rpm:entry name=''/></rpm:requires>")]
    [InlineData("<rpm:requires><rpm:entry name='a' flags='NE' ver='1'/></rpm:requires>")]
    [InlineData("<rpm:requires><rpm:entry name='a' flags='EQ' ver=''/></rpm:requires>")]
    [InlineData("<rpm:requires><rpm:entry name='a' flags='EQ' epoch='-1' ver='1'/></rpm:requires>")]
    [InlineData("<rpm:requires><rpm:entry name='a' flags='EQ' epoch='99999999999' ver='1'/></rpm:requires>")]
    [InlineData("<rpm:requires><rpm:entry name='a' flags='EQ' ver='1 2'/></rpm:requires>")]
    [InlineData("<rpm:requires><other/></rpm:requires>")]
    [InlineData("<rpm:requires><rpm:entry name='a'/></rpm:requires><rpm:requires><rpm:entry name='b'/></rpm:requires>")]
    [InlineData("<file>relative</file>")]
    [InlineData("<file></file>")]
    public void Read_MalformedFormat_ReportsHULL2208(string format) => Assert.Equal("HULL2208", Assert.Throws<HullException>(() => Read(format)).Code.Code);

    [Fact]
    public void Read_Error_NamesTheLine()
    {
        var error = Assert.Throws<HullException>(() => Read("<file>relative</file>"));
        Assert.Equal(26, error.Diagnostics[0].Where!.Line);
    }

    [Fact]
    public void Read_UnknownElements_ArePassedOver() =>
        Assert.Equal(["/usr/bin/a"], Read("<rpm:new><deep><er/>text</deep><![CDATA[<file>/x</file>]]></rpm:new><other a='1'/><file>/usr/bin/a</file>").Packages[0].Files);

    [Fact]
    public void Read_HiddenPackages_AreRememberedByTheirDigest()
    {
        var content = Read("", new("x", Exclude: ["a"]));
        Assert.Empty(content.Packages);
        Assert.Equal([RpmMdSample.Id("a-0:1.0-1.x86_64")], content.Hidden);
    }
}
