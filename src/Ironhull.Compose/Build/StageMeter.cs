using System.Diagnostics;

namespace Ironhull.Compose.Build;

/// <summary>What a stage took.</summary>
/// <param name="Wall">Wall time.</param>
/// <param name="Cpu">CPU time of the whole process meanwhile, all threads.</param>
/// <param name="PeakBytes">The process's peak resident size so far, in bytes.</param>
public readonly record struct StageCost(TimeSpan Wall, TimeSpan Cpu, long PeakBytes);

/// <summary>Measures a stage. Nothing that is measured reaches an output.</summary>
public readonly struct StageMeter
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _cpu;

    private StageMeter(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _cpu = Environment.CpuUsage.TotalTime;
    }

    /// <summary>Starts measuring.</summary>
    public static StageMeter Start(TimeProvider time) => new(time);

    /// <summary>What was taken since the start.</summary>
    public StageCost Stop()
    {
        using var process = Process.GetCurrentProcess();
        return new(_time.GetElapsedTime(_start), Environment.CpuUsage.TotalTime - _cpu, process.PeakWorkingSet64);
    }
}
