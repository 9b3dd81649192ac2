using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Inspection;
using Ironhull.Diagnostics;
using Ironhull.Provisioning;
using Ironhull.Provisioning.Planning;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull provision plan</c>.</summary>
internal sealed class ProvisionPlanCommand : HullCommand
{
    private const string ActiveAddons = ".extra.d/";
    private const string CommonAddons = "/loader/addons/";

    private readonly Argument<string> _file = new("FILE") { Description = "the config, Ignition JSON; '-' for what is piped in" };
    private readonly Option<string?> _image = new("--image") { Description = $"the disk, or the folder of a build ({ImageFile.DefaultFolder})", HelpName = "PATH" };
    private readonly Option<string[]> _system = new("--system-disk") { Description = $"what the config calls the disk with the image ({string.Join(", ", ProvisioningPlanner.UsualSystemDisks.Take(3))} and Azure's)", HelpName = "DEVICE" };
    private readonly Option<string> _platform = new("--platform") { Description = $"what machine it is for ({string.Join(", ", PlatformList.All.Select(p => p.Name))})", HelpName = "NAME", DefaultValueFactory = _ => "metal" };

    /// <summary>The command.</summary>
    public ProvisionPlanCommand()
        : base("plan", "show what a first boot with a config would do to a machine with an image")
    {
        Add(_file);
        Add(_image);
        Add(_system);
        Add(_platform);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull provision plan config.ign", "disks, users, units and files, each added, changed, replaced or unchanged"),
        new("hull provision plan config.ign --image out/container-host --format json", "for a script"),
    ];

    /// <inheritdoc/>
    public override string Notes => "Nothing is written, nothing is fetched, and no contents are shown: only their lengths and hashes. The exit code is 0 when a machine would accept the config.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var path = context.Get(_file)!;
        var name = path == "-" ? "stdin" : CommandContext.Shorten(path);
        var platform = PlatformList.Find(context.Get(_platform)!).Name;
        var text = ProvisioningFile.Read(path);
        ConfigReader.Read(text, name).Require();
        using var image = OpenImage.Open(ImageFile.Find(context.Get(_image)));
        ProvisioningPlan plan;
        using (var stage = context.Progress.Begin("Plan the first boot"))
        {
            IReadOnlyCollection<string> systemDisks = context.Get(_system) is { Length: > 0 } given ? given : ProvisioningPlanner.UsualSystemDisks;
            plan = new ProvisioningPlanner(new(FirstBootTree.Of(image.ReadMergedTree()), image.Table, CommandLine(image)), systemDisks).Plan(text, name, platform);
            stage.Complete(PlanText.Summary(plan));
        }

        context.EndProgress();
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("file", name);
                json.WriteString("image", image.Path);
                json.WriteBoolean("accepted", !plan.HasConflicts);
                PlanJson.Write(json, plan);
                FindingJson.Write(json, plan.Findings);
                json.WriteEndObject();
            });
        }
        else
        {
            context.Out.Write(PlanText.Of(plan));
            context.Out.WriteLine($"{name} on {CommandContext.Shorten(image.Path)}: {PlanText.Summary(plan)}");
        }

        return Task.FromResult(plan.HasConflicts ? ExitCodes.For(plan.Findings.First(f => f.Level == FindingLevel.Error).Code.Category) : ExitCodes.Success);
    }

    // The words of the kernel image, and of the addons that are loaded with it.
    private static string CommandLine(OpenImage image)
    {
        var programs = image.Read().Programs.Where(p => p.CommandLine is not null).ToList();
        var kernel = programs.FirstOrDefault(p => p.KernelVersion is not null)?.CommandLine;
        var addons = programs.Where(p => p.KernelVersion is null && (p.Path.Contains(ActiveAddons, StringComparison.OrdinalIgnoreCase) || p.Path.StartsWith(CommonAddons, StringComparison.OrdinalIgnoreCase)));
        return string.Join(' ', addons.Select(a => a.CommandLine).Prepend(kernel));
    }
}
