using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Machines.Acceptance;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull test</c>.</summary>
internal sealed class TestCommand : HullCommand
{
    private readonly Option<string?> _image = new("--image") { Description = "a raw or qcow2 disk, or the folder that 'hull build' wrote (out/container-host when not given)", HelpName = "PATH" };
    private readonly Option<string?> _keys = new("--keys") { Description = "the folder whose keys signed the image (keys, when it exists)", HelpName = "FOLDER" };
    private readonly Option<string?> _container = new("--container") { Description = "an OCI image archive whose container is run on the machine", HelpName = "FILE" };
    private readonly Option<string?> _extension = new("--extension") { Description = "a signed system extension for the image, whose programs are run on the machine", HelpName = "FILE" };
    private readonly Option<string?> _filter = new("--filter") { Description = "parts of test names with commas between; all tests when not given", HelpName = "NAMES" };
    private readonly Option<bool> _fast = new("--fast") { Description = "only what one booted machine shows and what the firmware refuses (minutes)" };
    private readonly Option<string?> _junit = new("--junit") { Description = "write the results as JUnit XML", HelpName = "FILE" };
    private readonly Option<string?> _tap = new("--tap") { Description = "write the results as TAP 14", HelpName = "FILE" };
    private readonly Option<string?> _logs = new("--logs") { Description = "keep each machine's console log", HelpName = "FOLDER" };
    private readonly Option<bool> _list = new("--list") { Description = "list the tests, and stop" };

    /// <summary>The command.</summary>
    public TestCommand()
        : base("test", "boot an image unchanged and run the acceptance suite on it")
    {
        foreach (var option in (Option[])[_image, _keys, _container, _extension, _filter, _fast, _junit, _tap, _logs, _list])
        {
            Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull test --image out/container-host --container out/hello/hello.oci.tar", "every test"),
        new("hull test --filter boot/,usr-flipped-byte --logs out/logs", "some tests, with the consoles kept"),
        new("hull test --list", "what is tested"),
    ];

    /// <inheritdoc/>
    public override string Notes => "The exit code is 1 when a test failed, and one of the error codes when nothing could be tested.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var filter = context.Get(_filter);
        if (context.Get(_list))
        {
            var table = new TextTable("test", "claims");
            foreach (var test in AcceptanceSuite.Select(filter, context.Get(_fast)))
            {
                table.Add(test.Name, test.Title);
            }

            context.Out.Write(table.ToString());
            return ExitCodes.Success;
        }

        var image = ImageFile.Find(context.Get(_image));
        var results = await AcceptanceSuite.RunAsync(
            new AcceptanceOptions
            {
                ImagePath = image,
                KeysFolder = ImageFile.Keys(context, context.Get(_keys)),
                OciArchive = context.Get(_container),
                Extension = context.Get(_extension),
                Filter = filter,
                Fast = context.Get(_fast),
                LogFolder = context.Get(_logs),
                Progress = context.IsQuiet || context.IsJson ? null : new Lines(context.Host.Error),
            },
            cancellation).ConfigureAwait(false);
        if (context.Get(_junit) is { } junit)
        {
            using var file = new AtomicFile(junit);
            JUnitWriter.Write(file.Stream, Path.GetFileNameWithoutExtension(image), results);
            file.Commit();
        }

        if (context.Get(_tap) is { } tap)
        {
            using var text = new StringWriter { NewLine = "\n" };
            TapWriter.Write(text, results);
            AtomicFile.WriteAllText(tap, text.ToString());
        }

        Report(context, results);
        return results.Any(r => r.Outcome == AcceptanceOutcome.Failed) ? ExitCodes.TestsFailed : ExitCodes.Success;
    }

    private static void Report(CommandContext context, IReadOnlyList<AcceptanceResult> results)
    {
        int Count(AcceptanceOutcome outcome) => results.Count(r => r.Outcome == outcome);
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("passed", Count(AcceptanceOutcome.Passed));
                json.WriteNumber("failed", Count(AcceptanceOutcome.Failed));
                json.WriteNumber("skipped", Count(AcceptanceOutcome.Skipped));
                json.WriteStartArray("tests");
                foreach (var r in results)
                {
                    json.WriteStartObject();
                    json.WriteString("name", r.Name);
                    json.WriteString("title", r.Title);
                    json.WriteString("outcome", Word(r.Outcome));
                    json.WriteNumber("seconds", Math.Round(r.Duration.TotalSeconds, 3));
                    json.WriteString("message", r.Message);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        var table = new TextTable("", "test", ">time", "claims");
        foreach (var r in results)
        {
            table.Add(Word(r.Outcome), r.Name, ProgressText.Time(r.Duration), r.Title);
        }

        context.Out.Write(table.ToString());
        foreach (var r in results.Where(r => r.Outcome == AcceptanceOutcome.Failed))
        {
            context.Out.WriteLine($"\n{r.Name} failed:\n{r.Message}");
        }

        var parts = results.GroupBy(r => r.Name[..(r.Name.IndexOf('/', StringComparison.Ordinal) + 1)])
            .Select(g => $"{g.Key} {ProgressText.Time(TimeSpan.FromTicks(g.Sum(r => r.Duration.Ticks)))}");
        context.Out.WriteLine($"\n{string.Join(", ", parts)}");
        context.Out.WriteLine($"{Count(AcceptanceOutcome.Passed)} passed, {Count(AcceptanceOutcome.Failed)} failed, {Count(AcceptanceOutcome.Skipped)} skipped");
    }

    private static string Word(AcceptanceOutcome outcome) => outcome switch
    {
        AcceptanceOutcome.Passed => "passed",
        AcceptanceOutcome.Failed => "FAILED",
        _ => "skipped",
    };

    private sealed class Lines(TextWriter writer) : IProgress<AcceptanceProgress>
    {
        public void Report(AcceptanceProgress value)
        {
            lock (writer)
            {
                writer.WriteLine(value.Text);
            }
        }
    }
}
