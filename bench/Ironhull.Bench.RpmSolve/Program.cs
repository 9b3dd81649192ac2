using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Ironhull.Packages.Rpm.Metadata;
using Ironhull.Resolution;
using Ironhull.Resolution.Rpm;

// Reads a repository's primary.xml.gz and resolves a request, cold and warm, and prints what that takes: seconds and peak memory.
// Usage: PRIMARY.XML.GZ PACKAGE...
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Ironhull.Bench.RpmSolve PRIMARY.XML.GZ PACKAGE...");
    return 2;
}

const int WarmRuns = 5;
var start = Stopwatch.GetTimestamp();
using var file = File.OpenRead(args[0]);
using var text = new GZipStream(file, CompressionMode.Decompress);
var primary = PrimaryReader.Read(text, new RpmPackageFilter("bench"), args[0]);
var parsed = Stopwatch.GetElapsedTime(start);
var universe = new RpmUniverse(primary.Packages, "x86_64");
var indexed = Stopwatch.GetElapsedTime(start);
var request = new ResolutionRequest { Install = args[1..] };
var result = Resolver.Resolve(universe, request);
var cold = Stopwatch.GetElapsedTime(start);
var warm = TimeSpan.MaxValue;
for (var run = 0; run < WarmRuns; run++)
{
    var again = Stopwatch.GetTimestamp();
    Resolver.Resolve(universe, request);
    var elapsed = Stopwatch.GetElapsedTime(again);
    warm = elapsed < warm ? elapsed : warm;
}

using var process = Process.GetCurrentProcess();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{primary.Packages.Count} packages: parse {parsed.TotalSeconds:F2} s, index {(indexed - parsed).TotalSeconds:F2} s, solve {(cold - indexed).TotalSeconds:F2} s, together cold {cold.TotalSeconds:F2} s; solve warm {warm.TotalMilliseconds:F1} ms; peak {process.PeakWorkingSet64 >> 20} MiB, CPU {process.TotalProcessorTime.TotalSeconds:F2} s"));
Console.WriteLine(result is Solution solution ? $"  {solution.Packages.Count} packages, {solution.Statistics}" : ((Failure)result).Message);
return 0;
