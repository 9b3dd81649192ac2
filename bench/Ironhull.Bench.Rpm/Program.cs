using System.Diagnostics;
using System.Globalization;
using Ironhull.Packages.Rpm;

// Reads every byte of RPM packages, each file's digest checked, and prints the rate: unpacked bytes per second of wall time.
// Usage: Ironhull.Bench.Rpm RUNS PACKAGE...
var runs = int.Parse(args[0], CultureInfo.InvariantCulture);
var buffer = new byte[1 << 20];
using var process = Process.GetCurrentProcess();
foreach (var package in args[1..])
{
    for (var run = 0; run < runs; run++)
    {
        process.Refresh();
        var cpu = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        long bytes = 0;
        var files = 0;
        using (var file = RpmFile.Open(package))
        {
            while (file.Next() is not null)
            {
                files++;
                while (file.Read(buffer) is var read and > 0)
                {
                    bytes += read;
                }
            }
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ironhull     {Path.GetFileName(package),-40} {bytes / 1e6 / seconds,7:F0} MB/s  {seconds,6:F2} s wall  {(process.TotalProcessorTime - cpu).TotalSeconds,6:F2} s CPU  {files} files, {bytes / 1e6:F0} MB  peak {process.PeakWorkingSet64 >> 20} MiB"));
    }
}
