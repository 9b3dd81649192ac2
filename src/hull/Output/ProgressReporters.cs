using Ironhull.Cli.CommandLine;
using Ironhull.Compose.Progress;

namespace Ironhull.Cli.Output;

/// <summary>Chooses how progress is shown.</summary>
internal static class ProgressReporters
{
    /// <summary>A live display on a terminal, plain lines elsewhere, JSON lines for machines, nothing when quiet.</summary>
    public static IProgressReporter Create(HullHost host, OutputFormat format, bool quiet) => (quiet, format) switch
    {
        (true, _) => NoProgress.Instance,
        (_, OutputFormat.Json) => new LineProgress(host.Error, host.Time, json: true),
        _ when host.IsTerminal => new TerminalProgress(host.Error, host.Time),
        _ => new LineProgress(host.Error, host.Time, json: false),
    };
}
