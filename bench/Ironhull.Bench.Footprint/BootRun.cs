using System.Globalization;
using System.Text.RegularExpressions;
using Ironhull.Machines;

namespace Ironhull.Bench.Footprint;

/// <summary>One first boot of a new machine, by phase, in seconds, and what the machine uses afterwards.</summary>
/// <param name="Firmware">From QEMU's start until the firmware starts the boot loader.</param>
/// <param name="Loader">Until the kernel's EFI stub runs.</param>
/// <param name="Kernel">Until PID 1 of the initrd, as systemd tells.</param>
/// <param name="Initrd">Until PID 1 of the host, as systemd tells.</param>
/// <param name="Userspace">Until the default target, as systemd tells.</param>
/// <param name="Ssh">From QEMU's start until a root shell answers over ssh.</param>
/// <param name="Idle">Memory, processes, listeners and files of the machine at rest.</param>
internal sealed record BootRun(double Firmware, double Loader, double Kernel, double Initrd, double Userspace, double Ssh, string Idle)
{
    private const string IdleCommand =
        "systemctl is-system-running --wait >/dev/null; sync; " +
        "awk '/MemTotal|MemAvailable/ {v[$1] = $2} END {printf \"memory used       %.0f MiB of %.0f MiB\\n\", (v[\"MemTotal:\"] - v[\"MemAvailable:\"]) / 1024, v[\"MemTotal:\"] / 1024}' /proc/meminfo; " +
        "echo \"processes         $(ls -d /proc/[0-9]*/exe 2>/dev/null | while read e; do readlink $e; done | grep -c .), the measuring ssh session among them\"; " +
        "echo \"listening sockets $(ss -Hlntu | wc -l)\"; echo \"loaded modules    $(lsmod | tail -n +2 | wc -l)\"; " +
        "echo \"running units     $(systemctl list-units --type=service --state=running --no-legend | wc -l)\"; " +
        "echo \"units             $(systemctl list-units --all --no-legend | wc -l)\"";

    /// <summary>The phases by name.</summary>
    public static IReadOnlyList<(string Name, Func<BootRun, double> Value)> Phases { get; } =
    [
        ("firmware", r => r.Firmware), ("loader", r => r.Loader), ("kernel", r => r.Kernel), ("initrd", r => r.Initrd),
        ("userspace", r => r.Userspace), ("until ssh", r => r.Ssh),
    ];

    /// <summary>The medians of the phases that systemd tells, as in "4.7 + 15.3 + 20.3 s".</summary>
    public static string Systemd(IReadOnlyList<BootRun> runs) =>
        string.Join(" + ", new Func<BootRun, double>[] { r => r.Kernel, r => r.Initrd, r => r.Userspace }
            .Select(p => runs.Select(p).Order().ElementAt(runs.Count / 2).ToString("F1", CultureInfo.InvariantCulture))) + " s";

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Phases.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.Value(this):F1} s")));

    /// <summary>Boots and measures.</summary>
    public static async Task<BootRun> MeasureAsync(MachineOptions options)
    {
        var start = TimeProvider.System.GetTimestamp();
        double Elapsed() => TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        await using var machine = await Machine.StartAsync(options);
        async Task<double> Seen(string text) => await machine.WaitForConsoleAsync([text], options.BootTimeout) is null
            ? throw new InvalidOperationException($"the console never showed '{text}'")
            : Elapsed();
        var firmware = await Seen("BdsDxe: starting");
        var loader = await Seen("EFI stub:");
        await machine.WaitForBootAsync();
        await machine.ConnectAsync();
        await machine.SshAsync("true");
        var ssh = Elapsed();
        var idle = await machine.SshAsync(IdleCommand);
        var times = await machine.SshAsync("systemd-analyze time");
        return new(firmware, loader - firmware, Phase(times, "kernel"), Phase(times, "initrd"), Phase(times, "userspace"), ssh, idle.TrimEnd());
    }

    /// <summary>Seconds of a phase in what <c>systemd-analyze time</c> prints, such as "1min 7.568s (userspace)".</summary>
    private static double Phase(string times, string name)
    {
        var match = Duration(name).Match(times);
        double Of(string group) => match.Groups[group].Success ? double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;
        return match.Success ? Of("min") * 60 + Of("s") + Of("ms") / 1000 : throw new FormatException($"'{name}' is not in: {times}");
    }

    private static Regex Duration(string name) => new($@"(?:(?<min>\d+)min )?(?:(?<s>[\d.]+)s|(?<ms>\d+)ms) \({name}\)", RegexOptions.CultureInvariant);
}
