using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Node.Processes;
using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Reporting;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Provisioning;

/// <summary><c>hull-node provision failed</c>: what the initrd does when a stage has failed.</summary>
internal sealed class FailedCommand() : NodeCommand("provision failed", "report a first boot that has failed, on consoles, the EFI system partition and to the platform, then restart or stop the machine")
{
    private static readonly TimeSpan s_reportLimit = TimeSpan.FromMinutes(1);
    private readonly StageOptions _defaults = new() { Stage = "", Platform = "" };

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options { get; } =
    [
        new("root", "FOLDER", "the root that was provisioned (/)"),
        new("state-file", "FILE", "what the stages told one another (/run/ignition/state)"),
        new("unit", "NAME", "the unit that failed"),
        new("result", "WORD", "how systemd says that it ended"),
        new("stay", null, "report only: neither restart nor stop the machine"),
    ];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var root = arguments["root"] ?? "/";
        var modules = new KernelModules(root);
        var failure = new FirstBootFailure(
            host.Paths, root, arguments["state-file"] ?? _defaults.StateFile, host.OpenSystemPartition ?? (() => SystemPartition.Mount(host.Paths, modules.Load)), host.OpenDevice ?? host.Disks.Devices.Open, host.Time, host.Error.WriteLine);
        var report = failure.Report(arguments["unit"] ?? "", arguments["result"] ?? "");
        host.Out.Write(report.Text());
        host.Out.Flush();
        Tell(host, report);
        if (arguments.Has("stay"))
        {
            return ExitCodes.Success;
        }

        host.Wait(report.Next.Delay);
        IReadOnlyList<string> words = report.Next.Action switch
        {
            FailureAction.Reboot => ["--force", "reboot"],
            FailureAction.Halt => ["--force", "halt"],
            _ => ["--no-block", "isolate", "emergency.target"],
        };
        var (code, _, errors) = host.Disks.Programs.Run("systemctl", words);
        return code == 0 ? ExitCodes.Success : throw ProvisioningErrors.ProgramFailed.Error($"systemctl {string.Join(' ', words)} ended with {code}: {errors.Trim()}");
    }

    // The platform, where it takes reports; a first boot that failed without a network cannot be told of.
    private static void Tell(NodeHost host, FailureReport report)
    {
        try
        {
            if (KernelCommandLine.Read(host.Paths)[ProvisionCommand.PlatformWord] is { } platform && host.Reports(PlatformList.Find(platform).Name) is { } channel)
            {
                using var limit = new CancellationTokenSource(s_reportLimit);
                using var fetcher = new ResourceFetcher(false, [], TimeProvider.System, host.Error.WriteLine, limit.Token);
                channel.Send(MachineReport.Failed(report.Summary), fetcher);
                host.Out.WriteLine($"reported to {platform}: failed");
            }
        }
        catch (HullException e)
        {
            host.Error.WriteLine(e.Message);
        }
    }
}
