using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Yaml;

namespace Ironhull.Compose.Tests.Yaml;

public class MapReaderTests
{
    private static readonly Choices<int> Sizes = new(("small", 1), ("large", 2));

    private sealed record Sample(string Name, int Count, bool On, int Size, DateOnly Day, long Bytes, IReadOnlyList<Located<string>> Names, IReadOnlyList<string> Inner);

    private static Sample ReadSample(FieldReader f) => new(
        f.RequiredString("name"),
        f.OptionalInt("count", 3, 1, 9),
        f.OptionalBool("on"),
        f.OptionalEnum("size", Sizes, 1),
        f.RequiredDate("day"),
        f.OptionalSize("bytes", 0),
        f.StringList("names", form: TextForm.PackageName),
        f.List("inner", i => i.RequiredString("why")));

    private static Sample Bind(string text, DiagnosticBag bag) => MapReader.Read(YamlDocument.Parse(text, "s.yaml", bag), bag, ReadSample);

    [Fact]
    public void Read_EveryType_IsBound()
    {
        var bag = new DiagnosticBag();
        var sample = Bind("name: a\ncount: 4\non: true\nsize: large\nday: 2027-12-31\nbytes: 512MiB\nnames: [libc6, g++]\ninner: [{why: x}, {why: y}]\n", bag);
        Assert.False(bag.Any);
        Assert.Equal(("a", 4, true, 2), (sample.Name, sample.Count, sample.On, sample.Size));
        Assert.Equal(new DateOnly(2027, 12, 31), sample.Day);
        Assert.Equal(512L << 20, sample.Bytes);
        Assert.Equal(["libc6", "g++"], sample.Names.Select(n => n.Value));
        Assert.Equal(["x", "y"], sample.Inner);
    }

    [Fact]
    public void Read_ManyErrors_ReportsAllAtOnceInFileOrder()
    {
        const string Text = """
            nmae: a
            count: many
            on: yes
            size: lagre
            day: 31.12.2027
            bytes: 512MB
            names: [ok, "Not OK"]
            inner:
              - why: x
                wyh: y
              - text
            zzz: 1
            count: 2
            """;
        var bag = new DiagnosticBag();
        Bind(Text, bag);
        Assert.Equal(
            """
            s.yaml:1:1: error HULL4004: The key 'nmae' is not known here.
              remedy: Did you mean 'name'?
            s.yaml:1:1: error HULL4005: The key 'name' is missing.
              remedy: Add 'name: …'.
            s.yaml:2:8: error HULL4006: 'count' takes a whole number, not 'many'.
              remedy: Write a decimal number without quotes.
            s.yaml:3:5: error HULL4006: 'on' takes true or false, not 'yes'.
              remedy: Write true or false.
            s.yaml:4:7: error HULL4008: 'size' does not take 'lagre'.
              remedy: Did you mean 'large'? The choices are: small, large.
            s.yaml:5:6: error HULL4006: 'day' takes a day as YYYY-MM-DD, not '31.12.2027'.
              remedy: Write a date such as 2027-12-31.
            s.yaml:6:8: error HULL4006: 'bytes' takes a size, not '512MB'.
              remedy: Write a whole number and a unit: B, KiB, MiB, GiB or TiB, for example 512MiB.
            s.yaml:7:13: error HULL4008: 'names' takes a package name such as 'systemd', not 'Not OK'.
              remedy: Write a package name such as 'systemd'.
            s.yaml:10:5: error HULL4004: The key 'wyh' is not known here.
              remedy: Did you mean 'why'?
            s.yaml:11:5: error HULL4006: A map of keys and values is expected, not 'text'.
              remedy: Write a value of the type that the message names.
            s.yaml:12:1: error HULL4004: The key 'zzz' is not known here.
              remedy: Remove it; the keys here are: bytes, count, day, inner, name, names, on, size.
            s.yaml:13:1: error HULL4007: The key 'count' is already set in line 2.
              remedy: Remove one of the two.
            """,
            string.Join('\n', bag.Items));
    }

    [Fact]
    public void Read_RootThatIsNoMap_ReportsHULL4006Once()
    {
        var bag = new DiagnosticBag();
        Bind("- a", bag);
        Assert.Equal(["HULL4006"], bag.Items.Select(d => d.Code.Code));
    }

    [Fact]
    public void Schema_OfTheSameFunction_HoldsTypesAndRequiredKeys()
    {
        var schema = SchemaFieldReader.Of(ReadSample);
        Assert.Equal(["name", "day"], schema["required"]!.AsArray().Select(n => n!.GetValue<string>()));
        Assert.Equal("integer", schema["properties"]!["count"]!["type"]!.GetValue<string>());
        Assert.Equal(9, schema["properties"]!["count"]!["maximum"]!.GetValue<int>());
        Assert.Equal(["small", "large"], schema["properties"]!["size"]!["enum"]!.AsArray().Select(n => n!.GetValue<string>()));
        Assert.Equal("object", schema["properties"]!["inner"]!["items"]!["type"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("kidn", "kind")]
    [InlineData("Kind", "kind")]
    [InlineData("packges", "packages")]
    [InlineData("zebra", null)]
    public void Nearest_Word_FindsWhatWasMeant(string word, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(word, ["kind", "name", "packages"]));

    [Theory]
    [InlineData("0B", 0)]
    [InlineData("64KiB", 65536)]
    [InlineData("3 GiB", 3L << 30)]
    public void TryParse_Size_GivesBytes(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-1KiB")]
    [InlineData("99999999999TiB")]
    [InlineData("1.5GiB")]
    public void TryParse_BadSize_IsRefused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("/usr/bin/su", true)]
    [InlineData("/usr/../etc", false)]
    [InlineData("usr", false)]
    [InlineData("/usr/", false)]
    [InlineData("/", false)]
    public void AbsolutePath_Form_RefusesRelativeAndDotSegments(string path, bool ok) => Assert.Equal(ok, TextForm.AbsolutePath.Matches(path));
}
