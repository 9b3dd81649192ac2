using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Reporting;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Reporting;

/// <summary>Tells the platform what became of the first boot, where the platform can be told; elsewhere nothing is done.</summary>
/// <param name="name">The words that choose it.</param>
/// <param name="summary">What it does, without full stop.</param>
/// <param name="deadline">For how long it is tried.</param>
internal abstract class ReportCommand(string name, string summary, TimeSpan deadline) : NodeCommand(name, summary)
{
    /// <summary>The options that both reports have.</summary>
    protected IReadOnlyList<CommandOption> Common { get; } =
    [
        new("platform", "NAME", "what machine this is (what the kernel command line says: ignition.platform.id=)"),
        new("deadline", "TIME", $"for how long the platform is tried to be told ({deadline.TotalMinutes:0}m)"),
    ];

    /// <summary>Tells the platform.</summary>
    /// <returns>Whether it was told; not where it cannot be.</returns>
    protected bool Send(NodeHost host, CommandArguments arguments, MachineReport report)
    {
        var platform = arguments["platform"] ?? KernelCommandLine.Read(host.Paths)["ignition.platform.id"]
            ?? throw CommandErrors.NodeUsage.Error("'--platform' must be provided.");
        if (host.Reports(PlatformList.Find(platform).Name) is not { } channel)
        {
            host.Out.WriteLine($"the platform {platform} takes no reports");
            return false;
        }

        using var limit = new CancellationTokenSource(Duration.Read(arguments["deadline"], deadline));
        using var fetcher = new ResourceFetcher(false, [], TimeProvider.System, host.Error.WriteLine, limit.Token);
        channel.Send(report, fetcher);
        host.Out.WriteLine($"reported to {platform}: {(report.IsReady ? "ready" : "failed")}");
        return true;
    }
}
