using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Resetting;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Failures;

/// <summary>
/// Reports a first boot that has failed, and decides what happens next. Whatever of it cannot be done is logged, and the rest is done.
/// </summary>
/// <param name="paths">Where the running system keeps what it knows.</param>
/// <param name="rootPath">The root that is provisioned; it may be absent.</param>
/// <param name="stateFile">What the stages told one another.</param>
/// <param name="openPartition">Opens the EFI system partition.</param>
/// <param name="openDevice">Opens a block device.</param>
/// <param name="time">Dates the report.</param>
/// <param name="log">Told what cannot be done.</param>
public sealed class FirstBootFailure(NodePaths paths, string rootPath, string stateFile, Func<SystemPartition> openPartition, Func<string, Stream> openDevice, TimeProvider time, Action<string> log)
{
    /// <summary>The digest on the EFI system partition.</summary>
    public const string DigestName = "provision-failure.txt";

    /// <summary>The report on the EFI system partition, which also counts the failures.</summary>
    public const string ReportName = "provision-failure.json";

    private const string FilesStage = "files";

    /// <summary>Makes the report, shows it, and leaves it on the EFI system partition and with the host.</summary>
    /// <param name="unit">The unit that failed.</param>
    /// <param name="result">How systemd says it ended, for a stage that could not say it itself.</param>
    public FailureReport Report(string unit, string result)
    {
        using var root = Root();
        var progress = ProvisioningProgress.Load(paths);
        var ended = $"{(unit.Length > 0 ? unit : "The unit")} has ended ({(result.Length > 0 ? result : "no result")}).";
        var findings = progress.Findings.Count > 0 ? progress.Findings
            : [FailedFinding.Of(ProvisioningErrors.StageDied.With(progress.Stage is null ? $"{ended} It did not begin, or what it needs, such as a mount, has failed." : ended))];
        var report = new FailureReport
        {
            Stage = progress.Stage,
            Passed = progress.Passed,
            Findings = findings,
            Configs = Configs(),
            Machine = MachineFacts.Read(paths, root),
            Time = time.GetUtcNow(),
            Attempts = FailurePolicy.Read(Words()).Attempts,
            Next = new(FailureAction.Halt, TimeSpan.Zero),
            RootIsMadeAnew = StartsOver(root, progress),
        };
        report = Keep(report);
        var digest = report.Text();
        log($"shown on {string.Join(", ", FailureChannels.Show(paths, digest))}");
        if (FailureChannels.Send(paths, report.Json()))
        {
            log("the host has taken the report");
        }

        return report;
    }

    private KernelCommandLine Words() => KernelCommandLine.Read(paths);

    private RootFolder? Root()
    {
        try
        {
            return new(rootPath);
        }
        catch (HullException)
        {
            return null;
        }
    }

    private IReadOnlyList<string> Configs()
    {
        try
        {
            return [.. ProvisioningState.Load(stateFile).FetchedConfigs.Select(c => ShownText.Line(c.Kind == "base" ? $"the image's own ({c.Source})" : c.Source))];
        }
        catch (HullException)
        {
            return [];
        }
    }

    // A root that no system was started from holds nothing but what this attempt, and those before it, have written.
    private bool StartsOver(RootFolder? root, ProvisioningProgress progress)
    {
        if (root is null || MachineFacts.MachineIdOf(root) is not null || !(progress.Stage == FilesStage || progress.Passed.Contains(FilesStage)))
        {
            return false;
        }

        try
        {
            var volume = RootVolume.Find(paths, rootPath);
            volume?.Discard(openDevice);
            return volume is not null;
        }
        catch (HullException e)
        {
            log(e.Message);
            return false;
        }
    }

    // Counts, decides, and leaves the report: the count is on the disk before the machine restarts, or it does not restart.
    private FailureReport Keep(FailureReport report)
    {
        var policy = FailurePolicy.Read(Words());
        try
        {
            using var partition = openPartition();
            var attempt = FailureReport.AttemptOf(partition.Read(ReportName), report.Machine.Hardware) + 1;
            var counted = report with { Attempt = attempt, Next = policy.After(attempt) };
            partition.Write(ReportName, counted.Json());
            partition.Write(DigestName, System.Text.Encoding.UTF8.GetBytes(counted.Text()));
            return counted;
        }
        catch (HullException e)
        {
            log(e.Message);
            return report with { Next = policy.After(null) };
        }
    }
}
