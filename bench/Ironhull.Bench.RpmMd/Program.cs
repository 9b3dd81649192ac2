using System.Diagnostics;
using System.Globalization;
using Ironhull.Bench.RpmMd;
using Ironhull.Formats.Xz;
using Ironhull.Packages.Rpm.Metadata;

// Parses primary.xml files, plain or compressed, and prints what that takes: packages, seconds, MiB/s of XML, memory.
// Usage: FILE...
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: Ironhull.Bench.RpmMd PRIMARY.XML[.gz|.zst|.xz] ...");
    return 2;
}

foreach (var path in args)
{
    var start = Stopwatch.GetTimestamp();
    using var file = File.OpenRead(path);
    using var text = new CountingStream(Decompression.OpenByExtension(file, path, path));
    var content = PrimaryReader.Read(text, new RpmPackageFilter("bench"), path);
    var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    var peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
    var dependencies = content.Packages.Sum(p => (long)p.Provides.Count + p.Requires.Count + p.Conflicts.Count + p.Obsoletes.Count + p.Recommends.Count + p.Suggests.Count);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{Path.GetFileName(path)}: {content.Packages.Count} packages, {dependencies} dependencies, {text.Count >> 20} MiB of XML in {seconds:F2} s = {text.Count / seconds / (1 << 20):F0} MiB/s; kept {GC.GetTotalMemory(true) >> 20} MiB, peak {peak} MiB"));
}

return 0;
