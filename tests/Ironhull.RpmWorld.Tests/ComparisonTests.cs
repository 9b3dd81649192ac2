using System.Text;
using Ironhull.RpmWorld.Comparison;
using Ironhull.RpmWorld.Definition;

namespace Ironhull.RpmWorld.Tests;

public sealed class ComparisonTests : IDisposable
{
    private readonly string _list = Path.GetTempFileName();

    public void Dispose() => File.Delete(_list);

    private static ListedPath ListedFile(string content, int mode = 0x1A4, long modified = 1) =>
        new("file", mode, 0, 0, modified, content, ListedPath.LinesOf(Encoding.UTF8.GetBytes(content)), "");

    private static SortedDictionary<string, ListedPath> Tree(params (string Path, ListedPath Listed)[] paths) =>
        new(paths.ToDictionary(p => p.Path, p => p.Listed), StringComparer.Ordinal);

    private (int Bad, string Report) Judge(string list, SortedDictionary<string, ListedPath> expected, SortedDictionary<string, ListedPath> actual, bool withTimes = true)
    {
        File.WriteAllText(_list, list);
        using var report = new StringWriter();
        return (ReviewedDifferences.Read(_list).Judge(expected, actual, withTimes, report), report.ToString());
    }

    [Fact]
    public void Judge_EqualTrees_HasNothingToLookAt() => Assert.Equal(0, Judge("# none\n", Tree(("/a", ListedFile("x"))), Tree(("/a", ListedFile("x")))).Bad);

    [Fact]
    public void Judge_DifferenceThatNobodyReviewed_CountsAndSaysWhat()
    {
        var (bad, report) = Judge("", Tree(("/a", ListedFile("x")), ("/b", ListedFile("y"))), Tree(("/a", ListedFile("z", 0x1ED)), ("/c", ListedFile("y"))));
        Assert.Equal(3, bad);
        Assert.Contains("DIFFERENT: /a: mode 0644 -> 0755, content", report, StringComparison.Ordinal);
        Assert.Contains("DIFFERENT: /b: only in the first, a file", report, StringComparison.Ordinal);
        Assert.Contains("DIFFERENT: /c: only in the second, a file", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ReviewedDifference_IsShownWithItsReason()
    {
        var (bad, report) = Judge("/etc/* | content | a reason\n", Tree(("/etc/a", ListedFile("x"))), Tree(("/etc/a", ListedFile("y"))));
        Assert.Equal(0, bad);
        Assert.Contains("reviewed: /etc/a: content (a reason)", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ReviewThatCoversNothing_Counts() => Assert.Equal(1, Judge("/a | content | a reason\n", Tree(), Tree()).Bad);

    [Fact]
    public void Read_LineWithoutAReason_IsRefused() => Assert.Throws<InvalidDataException>(() => Judge("/a | content\n", Tree(), Tree()));

    [Fact]
    public void Difference_OrderOfLinesAndTimes_AreToldApart()
    {
        Assert.Equal("order of lines", ListedFile("a\nb").Difference(ListedFile("b\na"), withTimes: true));
        Assert.Equal("time 1 -> 2", ListedFile("a").Difference(ListedFile("a", modified: 2), withTimes: true));
        Assert.Equal("", ListedFile("a").Difference(ListedFile("a", modified: 2), withTimes: false));
        Assert.Equal("target x -> y", new ListedPath("link", 0, 0, 0, 1, "x", "", "").Difference(new("link", 0, 0, 0, 1, "y", "", ""), withTimes: true));
    }

    [Fact]
    public void YamlBlocks_TextIsKeptButForTheBlocksThatChange()
    {
        const string Text = "# first\na:\n  - 1\nb: 2\n# about c\nc: 3\n";
        var yaml = YamlBlocks.Parse(Text);
        Assert.Equal((Text, "a:\n  - 1\n"), (yaml.Text, yaml["a"]));
        yaml.Set("a", "a: none\n");
        yaml.Change("c", c => c.Replace('3', '4'));
        yaml.Set("d", "d: 5\n");
        Assert.Equal("# first\na: none\nb: 2\n# about c\nc: 4\nd: 5\n", yaml.Text);
        Assert.Throws<InvalidDataException>(() => yaml.Change("e", e => e));
    }
}
