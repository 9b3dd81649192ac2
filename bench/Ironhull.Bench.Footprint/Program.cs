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
Peers.Footprint footprint;
using (var open = OpenImage.Open(image))
{
    var facts = open.Read();
    var counts = TreeCounts.Of(open.ReadMergedTree());
    var uki = facts.Programs.First(p => p.Sections.Any(s => s.Name == ".initrd"));
    footprint = new(
        facts.Packages.Count, counts, facts.Verity!.DataBlocks * 4096, uki.Sections.First(s => s.Name == ".initrd").Size, uki.Size, AllocatedSize.Of(image), "", "");
    Console.WriteLine($"image            {facts.Name} {facts.Version}");
    Console.WriteLine($"packages         {facts.Packages.Count}");
    Console.WriteLine($"files            {counts.Files}, {Peers.Mebi(counts.Bytes)} uncompressed");
    Console.WriteLine($"ELF files        {counts.Elf}, {counts.Modules} of them kernel modules");
    Console.WriteLine($"programs         {counts.Programs}");
    Console.WriteLine($"set-user-ID      {counts.SetId}");
    Console.WriteLine($"/usr             {Peers.Mebi(footprint.UsrBytes)}");
    Console.WriteLine($"UKI              {Peers.Mebi(uki.Size)}, its initrd {Peers.Mebi(footprint.InitrdBytes)}");
    Console.WriteLine($"disk, as a file  {Peers.Mebi(facts.FileLength)}, written {Peers.Mebi(footprint.WrittenBytes)}");
}

var runs = new List<BootRun>();
for (var i = 0; i < boots; i++)
{
    var run = await BootRun.MeasureAsync(new MachineOptions { ImagePath = image, KeysFolder = args[1] });
    runs.Add(run);
    Console.WriteLine($"boot {i + 1}: {run}");
}

if (runs.Count > 0)
{
    Console.WriteLine($"\nmedian of {boots} first boots, seconds:");
    foreach (var (name, value) in BootRun.Phases)
    {
        var sorted = runs.Select(value).Order().ToList();
        Console.WriteLine($"{name,-12} {sorted[sorted.Count / 2],7:F1}   ({sorted[0]:F1} to {sorted[^1]:F1})");
    }

    Console.WriteLine($"\nidle:\n{runs[^1].Idle}");
    footprint = footprint with { Boots = BootRun.Systemd(runs), Idle = string.Join("; ", runs[^1].Idle.Split('\n').Take(3).Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))) };
}

Console.WriteLine($"\n{Peers.Table(footprint)}");
return 0;
