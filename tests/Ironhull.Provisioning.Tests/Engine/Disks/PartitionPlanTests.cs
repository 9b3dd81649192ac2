using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

public sealed class PartitionPlanTests
{
    private const long Length = 100 << 20;

    /// <summary>
    /// Name, first spec, what is there ("number:start:size:label" in MiB), the disk's keys, and what is there afterwards: the same, and "+" for a
    /// partition whose identifier is another; or the code of the error.
    /// </summary>
    private static readonly (string Name, int Since, string Before, string Disk, string After)[] Table =
    [
        ("a new one", 0, "", "\"partitions\":[{\"number\":1,\"label\":\"a\",\"startMiB\":10,\"sizeMiB\":20}]", "1:10:20:a+"),
        ("all the room", 0, "", "\"partitions\":[{\"number\":1,\"label\":\"a\"}]", "1:1:98.98:a+"),
        ("size 0 is all the room behind the start", 0, "", "\"partitions\":[{\"number\":1,\"label\":\"a\",\"startMiB\":50,\"sizeMiB\":0}]", "1:50:49.98:a+"),
        ("the next number", 0, "1:1:1:a|3:2:1:b", "\"partitions\":[{\"label\":\"c\",\"sizeMiB\":1}]", "1:1:1:a|2:3:1:c+|3:2:1:b"),
        ("those without a number come last", 0, "", "\"partitions\":[{\"label\":\"c\",\"sizeMiB\":1},{\"number\":1,\"label\":\"d\",\"sizeMiB\":1}]", "1:1:1:d+|2:2:1:c+"),
        ("the largest free block", 0, "1:10:10:a", "\"partitions\":[{\"number\":2,\"sizeMiB\":5}]", "1:10:10:a|2:20:5:+"),
        ("as it is", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"label\":\"a\",\"startMiB\":1,\"sizeMiB\":5}]", "1:1:5:a"),
        ("what is not said does not matter", 0, "1:1:5:a", "\"partitions\":[{\"number\":1}]", "1:1:5:a"),
        ("start and size 0, as they would be anew", 0, "1:1:98.98:a", "\"partitions\":[{\"number\":1,\"startMiB\":0,\"sizeMiB\":0}]", "1:1:98.98:a"),
        ("size 0, smaller", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"sizeMiB\":0}]", "HULL8070"),
        ("another start", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"startMiB\":2}]", "HULL8070"),
        ("another size", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"sizeMiB\":6}]", "HULL8070"),
        ("another label", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"label\":\"b\"}]", "HULL8070"),
        ("another type", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"typeGuid\":\"4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709\"}]", "HULL8070"),
        ("the same type in small letters", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"typeGuid\":\"0fc63daf-8483-4772-8e79-3d69d8477de4\"}]", "1:1:5:a"),
        ("another identifier", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"guid\":\"4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709\"}]", "HULL8070"),
        ("replaced", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"label\":\"b\",\"sizeMiB\":6,\"wipePartitionEntry\":true}]", "1:1:6:b+"),
        ("replaced, wherever there is room", 0, "1:1:5:a|2:6:80:b", "\"partitions\":[{\"number\":1,\"label\":\"c\",\"startMiB\":0,\"sizeMiB\":10,\"wipePartitionEntry\":true}]", "1:86:10:c+|2:6:80:b"),
        ("not replaced where it matches", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"label\":\"a\",\"wipePartitionEntry\":true}]", "1:1:5:a"),
        ("deleted", 0, "1:1:5:a|2:6:5:b", "\"partitions\":[{\"number\":1,\"shouldExist\":false,\"wipePartitionEntry\":true}]", "2:6:5:b"),
        ("must not be there, and is", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"shouldExist\":false}]", "HULL8070"),
        ("must not be there, and is not", 0, "1:1:5:a", "\"partitions\":[{\"number\":2,\"shouldExist\":false}]", "1:1:5:a"),
        ("the place of a deleted one", 0, "1:1:5:a", "\"partitions\":[{\"number\":1,\"shouldExist\":false,\"wipePartitionEntry\":true},{\"number\":2,\"startMiB\":1,\"sizeMiB\":5}]", "2:1:5:+"),
        ("wiped table", 0, "1:1:5:a|2:6:5:b", "\"wipeTable\":true,\"partitions\":[{\"number\":2,\"label\":\"c\",\"sizeMiB\":3}]", "2:1:3:c+"),
        ("wiped table and nothing else", 0, "1:1:5:a", "\"wipeTable\":true", ""),
        ("no room", 0, "1:1:98:a", "\"partitions\":[{\"number\":2,\"sizeMiB\":2}]", "HULL8071"),
        ("in another's place", 0, "1:1:5:a", "\"partitions\":[{\"number\":2,\"startMiB\":3,\"sizeMiB\":10}]", "HULL8071"),
        ("beyond the end", 0, "", "\"partitions\":[{\"number\":1,\"startMiB\":1,\"sizeMiB\":100}]", "HULL8071"),
        ("a start beyond the end", 0, "", "\"partitions\":[{\"number\":1,\"startMiB\":200}]", "HULL8071"),
        ("absurd sizes", 0, "", "\"partitions\":[{\"number\":1,\"startMiB\":1,\"sizeMiB\":9223372036854775807}]", "HULL8071"),
        ("number 129", 0, "", "\"partitions\":[{\"number\":129,\"sizeMiB\":1}]", "HULL8071"),
        ("number 128", 0, "", "\"partitions\":[{\"number\":128,\"sizeMiB\":1}]", "128:1:1:+"),
        ("one that is not named stays", 0, "1:1:5:a", "\"partitions\":[{\"number\":2,\"sizeMiB\":5}]", "1:1:5:a|2:6:5:+"),
        ("grown", 2, "1:1:5:a", "\"partitions\":[{\"number\":1,\"sizeMiB\":6,\"resize\":true}]", "1:1:6:a"),
        ("grown to all the room", 2, "1:1:5:a", "\"partitions\":[{\"number\":1,\"sizeMiB\":0,\"resize\":true}]", "1:1:98.98:a"),
        ("shrunk", 2, "1:1:5:a", "\"partitions\":[{\"number\":1,\"sizeMiB\":4,\"resize\":true}]", "1:1:4:a"),
        ("no room to grow", 2, "1:1:5:a|2:6:5:b", "\"partitions\":[{\"number\":1,\"sizeMiB\":6,\"resize\":true}]", "HULL8071"),
        ("resized, but of another label", 2, "1:1:5:a", "\"partitions\":[{\"number\":1,\"label\":\"b\",\"sizeMiB\":6,\"resize\":true}]", "HULL8070"),
        ("replaced rather than resized", 2, "1:1:5:a", "\"partitions\":[{\"number\":1,\"sizeMiB\":6,\"resize\":true,\"wipePartitionEntry\":true}]", "1:1:6:+"),
    ];

    internal static IEnumerable<TableCase> Rows => Table.Select(r => TableCase.Applied("disks", r.Name, r.Since, r.After));

    public static TheoryData<string, string> Cases => VersionedCases.Of(Table.Select(r => (r.Name, r.Since)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void For_CaseOfTheTable_PlansTheTable(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        var disk = Disk(version, row.Disk);
        var before = Prepared(row.Before);
        if (row.After.StartsWith("HULL", StringComparison.Ordinal))
        {
            Assert.Equal(row.After, Assert.Throws<HullException>(() => PartitionPlan.For(disk, before, Length, Ids())).Code.Code);
            CaseReport.Pass(Rows.Single(r => r.Name == name), version);
            return;
        }

        var plan = PartitionPlan.For(disk, before, Length, Ids());
        Assert.Equal(row.After, Render(plan.Table, before));
        Assert.Equal(row.After != row.Before || plan.Wipe, plan.ChangesDisk);

        // What was planned can be written, and once it is there nothing is left to do.
        var written = Written(plan.Table);
        Assert.Equal(plan.Table.Partitions, written.Partitions);
        if (!plan.Wipe && disk.Partitions.All(p => p.Number != 0))
        {
            Assert.False(PartitionPlan.For(disk, written, Length, Ids()).ChangesDisk);
        }

        CaseReport.Pass(Rows.Single(r => r.Name == name), version);
    }

    /// <summary>Random tables and configs: sgdisk, told what upstream tells it, makes the same table or refuses as well.</summary>
    [Fact]
    public void For_RandomDisks_AgreesWithSgdisk()
    {
        using var folder = new TempFolder();
        var made = 0;
        var partition = Gen.Select(Gen.Int[0, 4], Gen.Int[-1, 12], Gen.Int[-1, 12]);
        Gen.Select(Gen.Select(Gen.Int[1, 4], Gen.Int[34, 16000], Gen.Int[1, 5000]).Array[0, 3], partition.Array[1, 4]).Sample(
            (existing, wanted) =>
            {
                var path = folder["disk"];
                File.Delete(path);
                using (var file = File.Create(path))
                {
                    file.SetLength(Length);
                }

                Sgdisk(path, "--clear");
                foreach (var (number, start, size) in existing)
                {
                    Sgdisk(path, "--set-alignment=1", $"--new={number}:{start}:+{size}");
                }

                var before = Read(path);
                Partition[] parts = [.. wanted.Where(w => w.Item1 == 0 || before.Partitions.All(p => p.Number != w.Item1)).DistinctBy(w => w.Item1)
                    .OrderBy(w => w.Item1 == 0).Select(w => Part(w.Item1, w.Item2, w.Item3))];
                string[] options = [.. parts.SelectMany<Partition, string>(p => [$"--new={p.Number}:{(p.StartMiB ?? 0) * 2048}:+{(p.SizeMiB ?? 0) * 2048}", $"--change-name={p.Number}:{p.Label}"])];
                var accepted = options.Length == 0 || Sgdisk(path, options);
                var reading = Reading("3.4.0", $"\"partitions\":[{string.Join(',', parts.Select(Json))}]");
                if (reading.IsRefused)
                {
                    Assert.False(accepted); // partitions that overlap
                    return;
                }

                var disk = reading.Require().Storage.Disks[0];
                string? ours;
                try
                {
                    ours = Layout(PartitionPlan.For(disk, before, Length, Ids()).Table);
                }
                catch (HullException e) when (e.Code == ProvisioningErrors.NoRoom)
                {
                    ours = null;
                }

                // sgdisk takes the end of the largest free block for "all the room", even where the start is in another one, and then refuses.
                if (accepted || ours is null || !parts.Any(p => p.StartMiB is > 0 && p.SizeMiB is null or 0))
                {
                    made += ours is null ? 0 : 1;
                    Assert.Equal(accepted ? Layout(Read(path)) : null, ours);
                }
            },
            iter: 25, seed: "f1s862QMoYF1", threads: 1);
        Assert.InRange(made, 5, 24);

        static Partition Part(int number, int start, int size) =>
            Disk("3.4.0", $"\"partitions\":[{{\"number\":{number},\"label\":\"n{number}\"{(start < 0 ? "" : $",\"startMiB\":{start}")}{(size < 0 ? "" : $",\"sizeMiB\":{size}")}}}]").Partitions[0];

        static string Json(Partition p) =>
            $"{{\"number\":{p.Number},\"label\":\"n{p.Number}\"{(p.StartMiB is { } start ? $",\"startMiB\":{start}" : "")}{(p.SizeMiB is { } size ? $",\"sizeMiB\":{size}" : "")}}}";
    }

    private static bool Sgdisk(string path, params string[] options) => HostTool.Try("sgdisk", [.. options, path]).ExitCode == 0;

    private static GptTable Read(string path)
    {
        using var file = File.OpenRead(path);
        return GptTable.Read(file);
    }

    private static string Layout(GptTable table) =>
        string.Join(' ', table.Partitions.OrderBy(p => p.Number).Select(p => $"{p.Number}:{p.FirstLba}-{p.LastLba}:{p.Type}:{p.Name}"));

    private static Disk Disk(string version, string keys) => Reading(version, keys).Require().Storage.Disks[0];

    private static ConfigReading Reading(string version, string keys) =>
        ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"{version}\"}},\"storage\":{{\"disks\":[{{\"device\":\"/dev/x\",{keys}}}]}}}}"), "test");

    private static GptTable? Prepared(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var partitions = text.Split('|').Select(t => t.Split(':')).Select(t =>
        {
            var (number, start, size) = (int.Parse(t[0], null), Sectors(t[1]), Sectors(t[2]));
            return new GptPartition(PartitionTypes.LinuxGeneric, new Guid(number, 1, 1, new byte[8]), t[3], start, start + size - 1) { Number = number };
        });
        return Written(new GptTable(new Guid(9, 9, 9, new byte[8]), [.. partitions]) { FirstUsableLba = GptTable.LeastUsableLba() });
    }

    private static long Sectors(string mib) => mib == "98.98" ? LastOf(1) : mib == "49.98" ? LastOf(50) : long.Parse(mib, null) * 2048;

    private static long LastOf(long startMiB) => GptTable.LastUsableLba(Length) - (startMiB * 2048) + 1;

    private static GptTable Written(GptTable table)
    {
        var disk = new MemoryStream(new byte[Length]);
        table.WriteTo(disk);
        return GptTable.Read(disk);
    }

    // A "+" behind a partition: its identifier was not there before.
    private static string Render(GptTable table, GptTable? before) => string.Join('|', table.Partitions.Select(p =>
    {
        var (start, size) = (p.FirstLba / 2048, p.LastLba - p.FirstLba + 1);
        var text = size % 2048 == 0 ? (size / 2048).ToString(System.Globalization.CultureInfo.InvariantCulture) : size == LastOf(start) ? (start == 1 ? "98.98" : "49.98") : $"{size}s";
        return $"{p.Number}:{start}:{text}:{p.Name}{(before?.Partitions.Any(b => b.Id == p.Id) == true ? "" : "+")}";
    }));

    private static Func<Guid> Ids()
    {
        var next = 0;
        return () => new Guid(++next, 2, 2, new byte[8]);
    }
}
