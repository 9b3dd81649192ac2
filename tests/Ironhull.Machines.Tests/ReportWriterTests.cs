using System.Text;
using System.Xml.Linq;
using Ironhull.Machines.Acceptance;

namespace Ironhull.Machines.Tests;

public class ReportWriterTests
{
    private static readonly AcceptanceResult[] s_results =
    [
        new("host/a", "It works", AcceptanceOutcome.Passed, TimeSpan.FromMilliseconds(1500), "seen"),
        new("host/b", "It fails # now", AcceptanceOutcome.Failed, TimeSpan.FromSeconds(2), "first\nsecond \x1b<&>"),
        new("host/c", "It waits", AcceptanceOutcome.Skipped, TimeSpan.Zero, "no archive"),
    ];

    [Fact]
    public void Tap_AllOutcomes_IsVersion14()
    {
        using var writer = new StringWriter();
        TapWriter.Write(writer, s_results);
        Assert.Equal(
            """
            TAP version 14
            1..3
            ok 1 - host/a: It works
              ---
              duration_ms: 1500
              message: |
                seen
              ...
            not ok 2 - host/b: It fails \# now
              ---
              duration_ms: 2000
              message: |
                first
                second ?<&>
              ...
            ok 3 - host/c: It waits # SKIP no archive
              ---
              duration_ms: 0
              ...

            """.ReplaceLineEndings("\n"),
            writer.ToString());
    }

    [Fact]
    public void JUnit_AllOutcomes_CanBeReadBack()
    {
        using var stream = new MemoryStream();
        JUnitWriter.Write(stream, "container-host", s_results);
        var suite = XDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).Root!.Element("testsuite")!;
        Assert.Equal("container-host", suite.Attribute("name")!.Value);
        Assert.Equal(("3", "1", "1", "3.500"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("skipped")!.Value, suite.Attribute("time")!.Value));
        var cases = suite.Elements("testcase").ToList();
        Assert.Equal(["a", "b", "c"], cases.Select(c => c.Attribute("name")!.Value));
        Assert.All(cases, c => Assert.Equal("host", c.Attribute("classname")!.Value));
        Assert.Equal("first\nsecond ?<&>", cases[1].Element("failure")!.Value);
        Assert.Equal("no archive", cases[2].Element("skipped")!.Attribute("message")!.Value);
    }
}
