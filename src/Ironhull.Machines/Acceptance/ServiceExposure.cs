using System.Globalization;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// Reads the last lines of <c>systemd-analyze security UNIT</c> and compares them with what was reviewed. The exposure goes
/// from 0.0 (a service that can do nothing) to 10.0 (all that root can).
/// </summary>
internal static class ServiceExposure
{
    private const string LineStart = "Overall exposure level for ";

    /// <summary>What a service of the image itself may have.</summary>
    public const decimal OwnLimit = 4.0m;

    /// <summary>
    /// Every service of the image and of the distribution that runs for longer than a moment, with the exposure that was
    /// reviewed; docs/reference/hardening.md says why some are high.
    /// </summary>
    public static IReadOnlyDictionary<string, decimal> Reviewed { get; } = new SortedDictionary<string, decimal>(StringComparer.Ordinal)
    {
        // Ours.
        ["ironhull-audit-rules.service"] = OwnLimit,
        ["ironhull-disk-guid.service"] = OwnLimit,
        ["ironhull-enforcement-state.service"] = OwnLimit,
        ["ironhull-kdump.service"] = OwnLimit,
        ["ironhull-report-ready.service"] = OwnLimit,
        ["sshd-keygen.service"] = OwnLimit,
        // The distribution's, held further than it does.
        ["dbus-broker.service"] = 3.0m,
        ["fstrim.service"] = 3.5m,
        ["systemd-journald.service"] = 4.5m,
        ["systemd-udevd.service"] = 6.7m,
        // The distribution's, as they are.
        ["systemd-logind.service"] = 3.5m,
        ["systemd-networkd.service"] = 3.5m,
        ["systemd-resolved.service"] = 3.0m,
        ["systemd-timesyncd.service"] = 3.0m,
        // Shells and containers: what they start is the administrator's or the workload's.
        ["containerd.service"] = 9.8m,
        ["emergency.service"] = 9.8m,
        ["rescue.service"] = 9.8m,
        ["serial-getty@ttyS0.service"] = 9.8m,
        ["ssh.service"] = 9.8m,
        ["sshd@sshd-keygen.service"] = 9.8m,
        ["user@0.service"] = 9.8m,
    };

    /// <summary>The exposure of each unit, out of the output of one or several calls.</summary>
    public static IReadOnlyDictionary<string, decimal> Parse(string output)
    {
        var exposures = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var line in Check.Lines(output))
        {
            var start = line.IndexOf(LineStart, StringComparison.Ordinal);
            var fields = start < 0 ? [] : line[(start + LineStart.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 2 && decimal.TryParse(fields[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var exposure))
            {
                exposures[fields[0].TrimEnd(':')] = exposure;
            }
        }

        return exposures;
    }

    /// <summary>The units that are not reviewed, or are more exposed than they were, in words.</summary>
    public static IReadOnlyList<string> Violations(IReadOnlyDictionary<string, decimal> exposures) =>
        [.. exposures.Where(e => !Reviewed.TryGetValue(e.Key, out var limit) || e.Value > limit)
            .Select(e => Reviewed.TryGetValue(e.Key, out var limit)
                ? string.Create(CultureInfo.InvariantCulture, $"{e.Key} has {e.Value:F1}, at most {limit:F1} was reviewed")
                : string.Create(CultureInfo.InvariantCulture, $"{e.Key} has {e.Value:F1} and was never reviewed"))];
}
