using System.CommandLine;
using System.Globalization;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull build</c>.</summary>
internal sealed class BuildCommand : HullCommand
{
    private readonly Argument<string?> _definition = SharedOptions.Definition();
    private readonly SignerOptions _signer = new();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "the folder for the outputs (out/NAME when not given)", HelpName = "FOLDER" };
    private readonly Option<bool> _defer = new("--defer-signing") { Description = "leave the signatures to 'hull sign'; needs the certificates only" };
    private readonly Option<bool> _explain = new("--explain") { Description = "say for every stage why it ran or was reused, and what it took" };

    /// <summary>The command.</summary>
    public BuildCommand()
        : base("build", "compose an image from its lock")
    {
        Add(_definition);
        Add(_output);
        _signer.AddTo(this);
        Add(_defer);
        Add(_explain);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull build images/container-host --keys keys", "compose, sign, and write out/container-host"),
        new("hull build --explain", "why each stage ran or was reused"),
        new("hull build --defer-signing --output out/unsigned", "sign later, elsewhere"),
    ];

    /// <inheritdoc/>
    public override string Notes => "Reads the definition, its recipes and its lock; runs no host tool, needs no root. The same inputs always give the same bytes.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var definition = context.LoadDefinition(context.Get(_definition));
        var report = await BuildAsync(context, definition, context.Get(_output), _signer, context.Get(_defer), cancellation).ConfigureAwait(false);
        Print(context, report, context.Get(_explain), context.Get(_defer));
        return ExitCodes.Success;
    }

    /// <summary>Builds what a definition says.</summary>
    internal static async Task<BuildReport> BuildAsync(
        CommandContext context, ImageDefinition definition, string? output, SignerOptions signer, bool defer, CancellationToken cancellation)
    {
        using var external = signer.External(context);
        var report = await ImageBuilder.BuildAsync(
            new BuildRequest
            {
                DefinitionPath = definition.DisplayName,
                OutputFolder = output ?? Path.Combine("out", definition.Name),
                CacheFolder = context.CacheFolder,
                KeysFolder = signer.Folder(context),
                SigningKeys = external,
                DeferSigning = defer,
                Offline = context.IsOffline,
                Mirrors = context.Mirrors,
            },
            context.Progress, context.Host.Time, cancellation).ConfigureAwait(false);
        context.EndProgress();
        return report;
    }

    /// <summary>Prints a report.</summary>
    internal static void Print(CommandContext context, BuildReport report, bool explain, bool deferred)
    {
        if (context.IsJson)
        {
            WriteJson(context, report);
        }
        else
        {
            context.Out.Write(Summary(report, explain, deferred));
        }
    }

    /// <summary>The summary table.</summary>
    public static string Summary(BuildReport report, bool explain, bool deferred)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        foreach (var note in report.Notes)
        {
            text.WriteLine($"note: {note}");
        }

        if (explain)
        {
            var stages = new TextTable("stage", "", ">wall", ">CPU", ">peak RSS", "why");
            foreach (var stage in report.Stages)
            {
                stages.Add(
                    stage.Stage, stage.Reused ? "reused" : "ran", ProgressText.Time(stage.Cost.Wall), ProgressText.Time(stage.Cost.Cpu),
                    ByteSize.Format(stage.Cost.PeakBytes), stage.Reason);
            }

            text.WriteLine(stages.ToString());
        }

        var facts = new TextTable("", "")
            .Add("image", $"{report.Image} {report.Version}{(report.UpToDate ? " (nothing changed)" : "")}")
            .Add("packages", report.Packages.ToString(CultureInfo.InvariantCulture))
            .Add("files", report.Files.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, bytes) in report.Sizes)
        {
            facts.Add($"size of {name}", ByteSize.Format(bytes));
        }

        if (report.RootHash.Length > 0)
        {
            facts.Add("root hash", report.RootHash);
        }

        text.WriteLine(facts.ToString());
        var outputs = new TextTable("output", ">size", ">on disk", "SHA-256");
        foreach (var output in report.Outputs)
        {
            outputs.Add(CommandContext.Shorten(Path.Combine(report.OutputFolder, output.Name)), ByteSize.Format(output.Size), ByteSize.Format(output.Allocated), output.Sha256);
        }

        text.Write(outputs.ToString());
        var folder = CommandContext.Shorten(report.OutputFolder);
        if (report.Outputs is [{ Kind: "sysext" or "confext" } extension, ..])
        {
            text.WriteLine(deferred ? $"Next: hull sysext sign {CommandContext.Shorten(Path.Combine(report.OutputFolder, extension.Name))} --keys FOLDER" : $"Next: put it into /var/lib/{(extension.Kind == "sysext" ? "extensions" : "confexts")} of a node");
        }
        else if (deferred)
        {
            text.WriteLine($"Next: hull sign {folder} --keys FOLDER");
        }
        else if (report.RootHash.Length > 0)
        {
            text.WriteLine($"Next: hull run --image {folder}");
        }

        return text.ToString();
    }

    private static void WriteJson(CommandContext context, BuildReport report) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("image", report.Image);
        json.WriteString("version", report.Version);
        json.WriteString("outputFolder", report.OutputFolder);
        json.WriteBoolean("upToDate", report.UpToDate);
        json.WriteNumber("packages", report.Packages);
        json.WriteNumber("files", report.Files);
        json.WriteString("rootHash", report.RootHash);
        json.WriteStartObject("sizes");
        foreach (var (name, bytes) in report.Sizes)
        {
            json.WriteNumber(name, bytes);
        }

        json.WriteEndObject();
        json.WriteStartArray("outputs");
        foreach (var output in report.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Name);
            json.WriteString("kind", output.Kind);
            json.WriteNumber("size", output.Size);
            json.WriteNumber("allocated", output.Allocated);
            json.WriteString("sha256", output.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("stages");
        foreach (var stage in report.Stages)
        {
            json.WriteStartObject();
            json.WriteString("name", stage.Stage);
            json.WriteBoolean("reused", stage.Reused);
            json.WriteString("reason", stage.Reason);
            json.WriteNumber("wallSeconds", Math.Round(stage.Cost.Wall.TotalSeconds, 3));
            json.WriteNumber("cpuSeconds", Math.Round(stage.Cost.Cpu.TotalSeconds, 3));
            json.WriteNumber("peakBytes", stage.Cost.PeakBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in report.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
