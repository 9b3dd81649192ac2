using System.Diagnostics;
using System.Globalization;
using Ironhull.Bench.Erofs;
using Ironhull.Formats.Erofs;

// Writes a folder as EROFS images and prints CPU seconds, wall seconds and bytes for each setting.
// Where HULL_TOOLROOT names a folder with trixie's erofs-utils, mkfs.erofs does the same beside it.
// Usage: FOLDER OUTPUT-FOLDER [zstd|lz4:LEVEL:CLUSTER-KIB ...]
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Ironhull.Bench.Erofs FOLDER OUTPUT-FOLDER [ALGORITHM:LEVEL:CLUSTER-KIB ...]");
    return 2;
}

const long Time = 1_700_000_000;
var tree = FolderTree.Load(args[0], Time);
var process = Process.GetCurrentProcess();
foreach (var setting in args[2..])
{
    var parts = setting.Split(':');
    var algorithm = parts[0] switch { "zstd" => ErofsAlgorithm.Zstd, "lz4" => ErofsAlgorithm.Lz4, _ => ErofsAlgorithm.None };
    var compression = algorithm == ErofsAlgorithm.None
        ? ErofsCompression.None
        : new ErofsCompression(algorithm, int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture) * 1024);
    process.Refresh();
    var cpu = process.TotalProcessorTime;
    var wall = Stopwatch.GetTimestamp();
    var path = Path.Combine(args[1], setting.Replace(':', '-') + ".erofs");
    ErofsWriteResult result;
    using (var stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 20))
    {
        result = ErofsWriter.Write(tree, stream, new() { Compression = compression, Uuid = Guid.Empty, BuildTimeSeconds = Time });
    }

    var seconds = Stopwatch.GetElapsedTime(wall).TotalSeconds;
    process.Refresh();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{setting,-14} cpu {(process.TotalProcessorTime - cpu).TotalSeconds,6:F1} s  wall {seconds,6:F1} s  {result.Length,12:N0} bytes  data {result.DataBytes,12:N0}  meta {result.MetadataBytes,10:N0}  peak {process.PeakWorkingSet64 >> 20} MiB"));
    if (Environment.GetEnvironmentVariable("HULL_TOOLROOT") is { Length: > 0 } root)
    {
        Console.WriteLine(Mkfs.Run(root, args[0], path + ".mkfs", compression, Time));
    }
}

return 0;
