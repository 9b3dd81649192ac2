using System.Diagnostics;
using System.Globalization;
using Ironhull.Formats.Erofs;

namespace Ironhull.Bench.Erofs;

/// <summary>The reference writer with the same settings; bash measures its times.</summary>
internal static class Mkfs
{
    public static string Run(string root, string folder, string image, ErofsCompression compression, long time)
    {
        File.Delete(image);
        var libraries = $"{root}/usr/lib/x86_64-linux-gnu";
        var options = new List<string> { "-c", "TIMEFORMAT='%U %S %R'; time \"$@\"", "_", $"{libraries}/ld-linux-x86-64.so.2", "--library-path", libraries, $"{root}/usr/bin/mkfs.erofs", "--quiet", "--all-root", $"-T{time}" };
        if (compression.Algorithm != ErofsAlgorithm.None)
        {
            options.Add($"-z{(compression.Algorithm == ErofsAlgorithm.Lz4 ? "lz4hc" : "zstd")},{compression.Level}");
            options.Add($"-C{compression.ClusterSize}");
        }

        var start = new ProcessStartInfo("bash", [.. options, image, folder]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        var times = process.StandardError.ReadToEnd().Trim().Split('\n')[^1].Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        process.WaitForExit();
        var length = new FileInfo(image).Length;
        File.Delete(image);
        return string.Create(CultureInfo.InvariantCulture, $"{"  mkfs.erofs",-14} cpu {times[0] + times[1],6:F1} s  wall {times[2],6:F1} s  {length,12:N0} bytes");
    }
}
