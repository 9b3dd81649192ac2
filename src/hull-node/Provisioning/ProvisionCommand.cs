using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Node.Processes;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Provisioning;

/// <summary><c>hull-node provision</c>: one stage of a machine's first boot, with upstream's options.</summary>
internal sealed class ProvisionCommand() : NodeCommand("provision", "run a stage of the first boot: find the machine's Ignition config, or apply it")
{
    /// <summary>The word of the kernel command line with the platform, Fedora CoreOS's.</summary>
    public const string PlatformWord = "ignition.platform.id";

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options { get; } =
    [
        new("stage", "NAME", $"which: {string.Join(", ", ProvisioningStage.Names)}"),
        new("platform", "NAME", $"what machine this is: {string.Join(", ", PlatformList.All.Select(p => p.Name))} (what the kernel command line says: {PlatformWord}=)"),
        new("root", "FOLDER", "the root that is provisioned (/)"),
        new("config-cache", "FILE", "where the fetch stages leave the config (/run/ignition.json)"),
        new("neednet", "FILE", "what fetch-offline writes when the network is needed (/run/ignition/neednet)"),
        new("state-file", "FILE", "what the stages tell one another (/run/ignition/state)"),
        new("fetch-timeout", "TIME", "for how long a config is waited for (2m)"),
        new("deadline", "TIME", "for how long the stage may fetch in all (15m)"),
        new("offline", null, "there will be no network: a config that needs it is refused"),
        new("log-to-stdout", null, "log to the standard output, not to the standard error"),
    ];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var options = new StageOptions { Stage = Required(arguments, "stage"), Platform = arguments["platform"] ?? KernelCommandLine.Read(host.Paths)[PlatformWord] ?? Required(arguments, "platform") };
        options = options with
        {
            Root = arguments["root"] ?? options.Root,
            ConfigCache = arguments["config-cache"] ?? options.ConfigCache,
            NeedNet = arguments["neednet"] ?? options.NeedNet,
            StateFile = arguments["state-file"] ?? options.StateFile,
            FetchTimeout = Duration.Read(arguments["fetch-timeout"], options.FetchTimeout),
            IsOffline = arguments.Has("offline"),
            Deadline = Duration.Read(arguments["deadline"], options.Deadline),
        };
        var log = arguments.Has("log-to-stdout") ? host.Out : host.Error;
        log.WriteLine($"hull-node {NodeApplication.Version}: stage {options.Stage}");
        var modules = new KernelModules(options.Root);
        var stage = new ProvisioningStage(
            options, host.Paths, new MountedVolumes(host.Paths, modules.Load), modules.Load, host.Ownership, host.Disks, TimeProvider.System, line => log.WriteLine($"{options.Stage}: {line}"));
        var progress = ProvisioningProgress.Load(host.Paths);
        progress.Begin(options.Stage);
        try
        {
            stage.Run();
        }
        catch (HullException e)
        {
            progress.Fail(e.Diagnostics);
            throw;
        }
        catch (Exception e)
        {
            progress.Fail([NodeApplication.Unexpected(e)]);
            throw;
        }

        progress.Pass();
        log.WriteLine($"{options.Stage}: passed");
        return ExitCodes.Success;
    }

    private static string Required(CommandArguments arguments, string name) =>
        arguments[name] is { Length: > 0 } value ? value : throw CommandErrors.NodeUsage.Error($"'--{name}' must be provided.");
}
