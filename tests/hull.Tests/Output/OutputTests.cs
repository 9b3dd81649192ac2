using System.Text.Json;
using Ironhull.Cli.Output;
using Ironhull.Compose.Progress;

namespace Ironhull.Cli.Tests.Output;

public class OutputTests
{
    [Fact]
    public void ToString_Table_AlignsColumns() => Assert.Equal(
        "name     size\na           1\nlonger  12345\n",
        new TextTable("name", ">size").Add("a", "1").Add("longer", "12345").ToString());

    [Fact]
    public void LineProgress_Stages_PrintOneLineEach()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var time = new ManualTime();
        var progress = new LineProgress(writer, time, json: false);
        using (var stage = progress.Begin("Fetch packages", ProgressUnit.Bytes, 4 << 20))
        {
            time.Advance(TimeSpan.FromSeconds(2));
            stage.Advance(4 << 20);
            stage.Complete("205 packages");
        }

        using (var stage = progress.Begin("Resolve"))
        {
            time.Advance(TimeSpan.FromMilliseconds(300));
        }

        using (var stage = progress.Begin("Unpack", ProgressUnit.Items, 10))
        {
            time.Advance(TimeSpan.FromSeconds(16));
            stage.Advance(3);
            stage.Advance(1);
        }

        progress.Note("a waiver is not needed any more");
        Assert.Equal(
            """
            Fetch packages: 205 packages, 4 MiB, 2.0 MiB/s, 2.0 s
            Resolve: 0.3 s, failed
            Unpack: 3 of 10, 16.0 s, ...
            Unpack: 4 of 10, 16.0 s, failed
            note: a waiver is not needed any more

            """,
            writer.ToString());
    }

    [Fact]
    public void LineProgress_Json_PrintsOneDocumentALine()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var progress = new LineProgress(writer, new ManualTime(), json: true);
        using (var stage = progress.Begin("Fetch", ProgressUnit.Bytes, 10))
        {
            stage.Advance(10);
            stage.Complete("done");
        }

        var lines = writer.ToString().TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(["start", "end"], lines.Select(l => l.GetProperty("event").GetString()));
        Assert.Equal(10, lines[1].GetProperty("done").GetInt64());
    }

    [Fact]
    public void TerminalProgress_OverlappingStages_EndsWithTheirResults()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        using (var progress = new TerminalProgress(writer, TimeProvider.System))
        {
            using var first = progress.Begin("Fetch [all]", ProgressUnit.Bytes, 100);
            using var second = progress.Begin("Unpack");
            first.Advance(100);
            first.Detail("bash [1]");
            first.Complete("205 packages");
            second.Complete();
        }

        Assert.Contains("205 packages", writer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.34, "0.3 s")]
    [InlineData(125, "2 min 05 s")]
    public void Time_Text_IsForPeople(double seconds, string text) => Assert.Equal(text, ProgressText.Time(TimeSpan.FromSeconds(seconds)));

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
