using System.Globalization;
using Ironhull.Bench.Footprint;
using Ironhull.Compose.Inspection;
using Ironhull.Formats.Disk;
using Ironhull.Machines;

// What an image weighs, how it boots and what it uses when idle.
//   Ironhull.Bench.Footprint IMAGE KEYS [BOOTS]      (five boots when not given; each is a first boot of a new machine)
if (args.Length is < 2 or > 3)
{
    Console.Error.WriteLine("usage: Ironhull.Bench.Footprint IMAGE KEYS [BOOTS]");
    return 2;
}

var image = Directory.Exists(args[0]) ? Directory.GetFiles(args[0], "*.raw").Order(StringComparer.Ordinal).First() : args[0];
var boots = args.Length == 3 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
using (var open = OpenImage.Open(image))
{
    var facts = open.Read();
    Console.WriteLine($"image            {facts.Name} {facts.Version}");
    Console.WriteLine($"packages         {facts.Packages.Count}");
    Console.WriteLine($"/usr             {Mebi(facts.Verity!.DataBlocks * 4096)}");
    foreach (var program in facts.Programs.Where(p => p.Sections.Count > 0))
    {
        Console.WriteLine($"UKI              {Mebi(program.Size)}  {program.Path}");
    }

    Console.WriteLine($"disk, as a file  {Mebi(facts.FileLength)}, written {Mebi(AllocatedSize.Of(image))}");
}

var runs = new List<BootRun>();
for (var i = 0; i < boots; i++)
{
    var run = await BootRun.MeasureAsync(new MachineOptions { ImagePath = image, KeysFolder = args[1] });
    runs.Add(run);
    Console.WriteLine($"boot {i + 1}: {run}");
}

Console.WriteLine($"\nmedian of {boots} first boots, seconds:");
foreach (var (name, value) in BootRun.Phases)
{
    var sorted = runs.Select(value).Order().ToList();
    Console.WriteLine($"{name,-12} {sorted[sorted.Count / 2],7:F1}   ({sorted[0]:F1} to {sorted[^1]:F1})");
}

Console.WriteLine($"\nidle:\n{runs[^1].Idle}");
return 0;

static string Mebi(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F1} MiB");
