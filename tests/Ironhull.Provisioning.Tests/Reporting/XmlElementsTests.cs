using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Reporting;

namespace Ironhull.Provisioning.Tests.Reporting;

public sealed class XmlElementsTests
{
    private const string Document = "\uFEFF<?xml version=\"1.0\"?><!-- > --><n:A xmlns:n='x>y'><n:B a=\"1\"> one &amp; <![CDATA[<two>]]> </n:B><B/><C><B>3</B></C></n:A>";

    [Fact]
    public void Read_Document_GivesTextsByLocalNames()
    {
        var elements = Read(Document);
        Assert.Equal("one & <two>", elements["A/B"]);
        Assert.Equal(["one & <two>", "", "3"], elements.All("B"));
        Assert.Equal("3", elements["C/B"]);
        Assert.Null(elements["D"]);
    }

    [Fact]
    public void Read_TooLarge_ReportsHULL8090() => Assert.Equal("HULL8090", Assert.Throws<HullException>(() => Read("<A>" + new string(' ', 1 << 20) + "</A>")).Code.Code);

    [Fact]
    public void Read_TooDeep_ReportsHULL8090() => Assert.Equal("HULL8090", Assert.Throws<HullException>(() => Read(string.Concat(Enumerable.Repeat("<A>", 100000)))).Code.Code);

    /// <summary>Whatever is cut off or changed, there is an answer or a coded error.</summary>
    [Fact]
    public void Read_ChangedDocuments_NeverThrowAnythingElse()
    {
        var random = new Random(20261126);
        var bytes = Encoding.UTF8.GetBytes(Document);
        for (var round = 0; round < 20000; round++)
        {
            var changed = bytes[..random.Next(bytes.Length + 1)];
            for (var change = random.Next(4); change > 0 && changed.Length > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)"<>/!-[]&;'\"? aA\0\xFF"[random.Next(17)];
            }

            try
            {
                _ = XmlElements.Read(changed, "test").All("B").Count();
            }
            catch (HullException e)
            {
                Assert.Equal("HULL8090", e.Code.Code);
            }
        }
    }

    private static XmlElements Read(string text) => XmlElements.Read(Encoding.UTF8.GetBytes(text), "test");
}
