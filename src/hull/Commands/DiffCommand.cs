using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull diff</c>.</summary>
internal sealed class DiffCommand : HullCommand
{
    private readonly Argument<string> _old = new("OLD") { Description = "a disk image or the folder that 'hull build' wrote" };
    private readonly Argument<string> _new = new("NEW") { Description = "the image to compare it with" };

    /// <summary>The command.</summary>
    public DiffCommand()
        : base("diff", "show what differs between two images: packages, files, sizes")
    {
        Add(_old);
        Add(_new);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull diff out/old out/container-host", "what an update brings"),
        new("hull diff a.raw b.qcow2 --format json", "any two disk formats; for a script"),
    ];

    /// <inheritdoc/>
    public override string Notes => "Files are compared by type, content, mode, owner, link target and extended attributes; times are not.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        using var oldImage = OpenImage.Open(context.Get(_old)!);
        using var newImage = OpenImage.Open(context.Get(_new)!);
        var (a, b) = (oldImage.Read(), newImage.Read());
        TreeDiff files;
        using (var stage = context.Progress.Begin("Compare files"))
        {
            files = TreeDiff.Between(oldImage.ReadTree(), newImage.ReadTree());
            stage.Complete($"{files.Added.Count + files.Removed.Count + files.Changed.Count} differ");
        }

        context.EndProgress();
        var packages = Packages(a, b);
        var sizes = Sizes(a, b);
        if (context.IsJson)
        {
            WriteJson(context, packages, files, sizes);
        }
        else
        {
            Print(context, packages, files, sizes);
        }

        return Task.FromResult(ExitCodes.Success);
    }

    private static List<(string Name, string Old, string New, string Word)> Packages(ImageFacts a, ImageFacts b)
    {
        // A name that occurs twice is there for two architectures, or in two versions side by side.
        var twice = a.Packages.CountBy(p => p.Name).Concat(b.Packages.CountBy(p => p.Name)).Where(c => c.Value > 1).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        string Key(PackageFacts p) => twice.Contains(p.Name) ? $"{p.Name}.{p.Architecture}" : p.Name;
        Dictionary<string, PackageFacts> ByKey(ImageFacts facts) => facts.Packages.GroupBy(Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        var (before, after) = (ByKey(a), ByKey(b));
        var result = new List<(string, string, string, string)>();
        foreach (var name in before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (x, y) = (before.GetValueOrDefault(name)?.Version ?? "", after.GetValueOrDefault(name)?.Version ?? "");
            if (x != y)
            {
                result.Add((name, x, y, x.Length == 0 ? "added" : y.Length == 0 ? "removed" : PackageVersion.Compare(b.Packaging, x, y) < 0 ? "upgraded" : "downgraded"));
            }
        }

        return result;
    }

    private static List<(string Name, long Old, long New)> Sizes(ImageFacts a, ImageFacts b)
    {
        var sizes = new List<(string, long, long)> { ("disk", a.DiskLength, b.DiskLength), ("file", a.FileLength, b.FileLength) };
        foreach (var name in a.Partitions.Select(p => p.Name).Union(b.Partitions.Select(p => p.Name), StringComparer.Ordinal))
        {
            long Of(ImageFacts facts) => facts.Partitions.FirstOrDefault(p => p.Name == name)?.Length ?? 0;
            sizes.Add(($"partition {name}", Of(a), Of(b)));
        }

        long Data(ImageFacts facts) => (facts.Verity?.DataBlocks ?? 0) * 4096;
        sizes.Add(("/usr file system", Data(a), Data(b)));
        long Uki(ImageFacts facts) => facts.Programs.Where(p => p.Sections.Count > 0).Sum(p => p.Size);
        sizes.Add(("UKIs", Uki(a), Uki(b)));
        return sizes;
    }

    private static void Print(
        CommandContext context, List<(string Name, string Old, string New, string Word)> packages, TreeDiff files, List<(string Name, long Old, long New)> sizes)
    {
        var table = new TextTable("package", "", "old", "new");
        foreach (var p in packages)
        {
            table.Add(p.Name, p.Word, p.Old, p.New);
        }

        context.Out.WriteLine(packages.Count == 0 ? "The packages are the same.\n" : table.ToString());
        var paths = new TextTable("", "path", ">bytes", "what");
        var entries = files.Added.Select(e => (e.Path, Row: (string[])["added", e.Path, Signed(e.Size), ""]))
            .Concat(files.Removed.Select(e => (e.Path, Row: (string[])["removed", e.Path, Signed(-e.Size), ""])))
            .Concat(files.Changed.Select(e => (e.Path, Row: (string[])["changed", e.Path, Signed(e.NewSize - e.OldSize), e.What])))
            .OrderBy(e => e.Path, StringComparer.Ordinal).ToList();
        foreach (var entry in entries)
        {
            paths.Add(entry.Row);
        }

        context.Out.WriteLine(entries.Count == 0 ? "The files are the same.\n" : paths.ToString());
        var numbers = new TextTable("size of", ">old", ">new", ">difference");
        foreach (var (name, x, y) in sizes)
        {
            numbers.Add(name, ByteSize.Format(x), ByteSize.Format(y), Signed(y - x));
        }

        context.Out.Write(numbers.ToString());
    }

    private static string Signed(long bytes) => bytes == 0 ? "0" : bytes.ToString("+0;-0", CultureInfo.InvariantCulture);

    private static void WriteJson(
        CommandContext context, List<(string Name, string Old, string New, string Word)> packages, TreeDiff files, List<(string Name, long Old, long New)> sizes) =>
        context.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("packages");
            foreach (var p in packages)
            {
                json.WriteStartObject();
                json.WriteString("name", p.Name);
                json.WriteString("change", p.Word);
                json.WriteString("old", p.Old);
                json.WriteString("new", p.New);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Entries(json, "added", files.Added);
            Entries(json, "removed", files.Removed);
            json.WriteStartArray("changed");
            foreach (var change in files.Changed)
            {
                json.WriteStartObject();
                json.WriteString("path", change.Path);
                json.WriteString("what", change.What);
                json.WriteNumber("oldSize", change.OldSize);
                json.WriteNumber("newSize", change.NewSize);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("sizes");
            foreach (var (name, x, y) in sizes)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteNumber("old", x);
                json.WriteNumber("new", y);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void Entries(Utf8JsonWriter json, string name, IReadOnlyList<PathEntry> entries)
    {
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("path", entry.Path);
            json.WriteNumber("size", entry.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
