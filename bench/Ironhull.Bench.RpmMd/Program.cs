using System.Diagnostics;
using System.Globalization;
using Ironhull.Bench.RpmMd;
using Ironhull.Formats.Xz;
using Ironhull.Packages.Rpm.Metadata;

// Reads primary.xml and filelists.xml as a repository is read, and prints what that takes: seconds, MiB/s of XML, memory.
// Usage: PRIMARY.XML[.gz|.zst|.xz] [FILELISTS.XML[…]]    reads these files
//        --generate FOLDER [PACKAGES]                     writes both for made-up packages (70,000 when not given)
if (args is ["--generate", var folder, ..])
{
    new SyntheticRepository(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 70_000).Write(folder);
    return 0;
}

if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: Ironhull.Bench.RpmMd PRIMARY.XML [FILELISTS.XML] | --generate FOLDER [PACKAGES]");
    return 2;
}

var process = Process.GetCurrentProcess();
var primary = Measure(args[0], text => PrimaryReader.Read(text, new RpmPackageFilter("bench"), args[0]));
var dependencies = primary.Packages.Sum(p => (long)p.Provides.Count + p.Requires.Count + p.Conflicts.Count + p.Obsoletes.Count + p.Recommends.Count + p.Suggests.Count);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {primary.Packages.Count} packages, {dependencies} dependencies"));
if (args.Length == 2)
{
    var index = Measure(args[1], text => FileListsIndex.Read(text, primary, args[1]));
    var start = Stopwatch.GetTimestamp();
    const int Questions = 100;
    var found = Enumerable.Range(0, Questions).Sum(i => index.OwnersOf(primary.Packages[i * 7 % primary.Packages.Count].Files.FirstOrDefault() ?? "/none").Count);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"  {index.PathCount} paths; {Questions} questions, {found} owners: {Stopwatch.GetElapsedTime(start).TotalMilliseconds / Questions:F2} ms each"));
}

GC.KeepAlive(primary);
return 0;

T Measure<T>(string path, Func<Stream, T> read)
{
    process.Refresh();
    var cpu = process.TotalProcessorTime;
    var start = Stopwatch.GetTimestamp();
    using var file = File.OpenRead(path);
    using var text = new CountingStream(Decompression.OpenByExtension(file, path, path));
    var result = read(text);
    var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    process.Refresh();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{Path.GetFileName(path)}: {text.Count >> 20} MiB of XML in {seconds:F2} s ({(process.TotalProcessorTime - cpu).TotalSeconds:F2} s CPU), {text.Count / seconds / (1 << 20):F0} MiB/s; peak {process.PeakWorkingSet64 >> 20} MiB, kept {GC.GetTotalMemory(true) >> 20} MiB"));
    return result;
}
