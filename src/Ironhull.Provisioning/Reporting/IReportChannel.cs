using Ironhull.Provisioning.Fetching;

namespace Ironhull.Provisioning.Reporting;

/// <summary>What became of a machine's first boot.</summary>
/// <param name="IsReady">Whether it is ready; otherwise it has failed.</param>
/// <param name="Reason">Why it has failed, in a few lines for a person.</param>
public sealed record MachineReport(bool IsReady, string Reason = "")
{
    /// <summary>The machine is ready.</summary>
    public static MachineReport Ready { get; } = new(true);

    /// <summary>The machine could not be provisioned.</summary>
    public static MachineReport Failed(string reason) => new(false, reason);
}

/// <summary>A way by which a platform is told what became of a first boot.</summary>
public interface IReportChannel
{
    /// <summary>The platform.</summary>
    string Platform { get; }

    /// <summary>Tells it.</summary>
    /// <param name="report">What became of it.</param>
    /// <param name="fetcher">Sends requests.</param>
    /// <exception cref="Diagnostics.HullException">HULL8081: nobody answers in time; HULL8090: the answers are not those of such a service.</exception>
    void Send(MachineReport report, ResourceFetcher fetcher);
}

/// <summary>Every platform that can be told.</summary>
public static class ReportChannels
{
    /// <summary>The channel of a platform; null when it has none.</summary>
    public static IReportChannel? Find(string platform) => platform == "azure" ? new WireServer() : null;
}
