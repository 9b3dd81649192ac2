using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Tests.Validation;

namespace Ironhull.Provisioning.Tests.Json;

public sealed class LocatedJsonTests
{
    private const string Marks = "{}[]\",:\\0u-en";

    [Fact]
    public void Read_Values_KnowTheirPlaces()
    {
        var root = Assert.IsType<ConfigObject>(Read("{\n  \"ä\": \"ö\", \"b\": [1,\n\ttrue, null, {}]\n}"));
        Assert.Equal(new Place("x", 1, 1), root.Where);
        Assert.Equal(new Place("x", 2, 8), root["ä"]!.Where);
        Assert.Equal(new Place("x", 2, 13), root.Entries[1].Where);
        var list = Assert.IsType<ConfigList>(root["b"]);
        Assert.Equal([new Place("x", 2, 19), new Place("x", 3, 2), new Place("x", 3, 8), new Place("x", 3, 14)], list.Items.Select(i => i.Where));
    }

    [Theory]
    [InlineData("\"a\\u00e4\\n\\\"\\\\\\/\\b\\f\\r\\t\"", "aä\n\"\\/\b\f\r\t")]
    [InlineData("\"\\ud83d\\ude00\"", "😀")]
    [InlineData("\"\\ud83d\"", "\uFFFD")]
    [InlineData("\"\\ude00\\ud83d\"", "\uFFFD\uFFFD")]
    public void Read_Escapes_AreResolvedAndHalfPairsReplaced(string text, string value) => Assert.Equal(value, Assert.IsType<ConfigText>(Read(text)).Value);

    [Fact]
    public void Read_TextThatIsNotUtf8_IsReplaced() => Assert.Equal("a\uFFFDb", Assert.IsType<ConfigText>(LocatedJson.Read([(byte)'"', (byte)'a', 0xFF, (byte)'b', (byte)'"'], "x")).Value);

    [Fact]
    public void Read_RepeatedKey_CountsTheLast() => Assert.Equal("2", Assert.IsType<ConfigNumber>(Assert.IsType<ConfigObject>(Read("{\"a\":1,\"a\":2}"))["a"]).Text);

    [Theory]
    [InlineData("{\"a\":}", 1, 6)]
    [InlineData("{\n\"a\":1,\n}", 3, 1)]
    [InlineData("[1] x", 1, 5)]
    [InlineData("{", 1, 2)]
    public void Read_BadSyntax_SaysWhere(string text, int line, int column)
    {
        var error = Assert.Throws<HullException>(() => Read(text));
        Assert.Equal("HULL8001", error.Code.Code);
        Assert.Equal(new Location("x", line, column), error.Diagnostics[0].Where);
    }

    [Fact]
    public void Read_Nothing_SaysSo() => Assert.Equal("HULL8002", Assert.Throws<HullException>(() => Read("")).Code.Code);

    [Fact]
    public void Read_TooDeep_IsRefused()
    {
        Read(new string('[', LocatedJson.MaximumDepth) + new string(']', LocatedJson.MaximumDepth));
        var error = Assert.Throws<HullException>(() => Read(new string('[', 100_000) + new string(']', 100_000)));
        Assert.Contains(error.Code.Code, (string[])["HULL8001", "HULL8005"]);
    }

    [Fact]
    public void Write_WhatWasRead_ReadsTheSame()
    {
        const string Text = "{\"a\":[1,-2.5e3,true,false,null,\"ä\\n\\u0001\"],\"b\":{\"c\":{}}}";
        var once = ConfigJson.Write(Read(Text));
        Assert.Equal(once, ConfigJson.Write(LocatedJson.Read(once, "x")));
        Assert.Equal(once, ConfigJson.Write(LocatedJson.Read(ConfigJson.Write(Read(Text), indented: true), "x")));
    }

    // The fuzz target of the reader: whatever comes in, a reading comes out.
    [Fact]
    public void Read_ChangedConfigs_NeverThrow()
    {
        var texts = ConfigCases.Registered().Where((_, i) => i % 5 == 0).Select(r => Encoding.UTF8.GetBytes(r.Case.Text(r.Version))).ToArray();
        var edit = Gen.Select(Gen.Int[0, 4000], Gen.OneOf(Gen.Byte, Gen.Int[0, Marks.Length - 1].Select(i => (byte)Marks[i])));
        Gen.Select(Gen.Int[0, texts.Length - 1], edit.List[1, 8], Gen.Int[0, 3], Gen.Int[0, 4000]).Sample(
            (which, edits, cut, length) =>
            {
                var bytes = texts[which].ToArray();
                foreach (var (at, value) in edits)
                {
                    bytes[at % bytes.Length] = value;
                }

                var reading = ConfigReader.Read(cut == 0 ? bytes[..(length % bytes.Length)] : bytes, "x");
                Assert.Equal(reading.IsRefused, reading.Findings.Any(f => f.Level == Provisioning.Validation.FindingLevel.Error));
            },
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public void Read_AnyBytes_NeverThrow() => Gen.Byte.Array[0, 200].Sample(bytes => ConfigReader.Read(bytes, "x"), iter: 5000, threads: 1);

    [Fact]
    public void Read_LargeConfigOnOneLine_TakesMemoryInProportion()
    {
        var contents = new string('a', 3 << 20);
        var text = Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"3.4.0\"}},\"storage\":{{\"files\":[{string.Join(',', Enumerable.Range(0, 2000).Select(i => $"{{\"path\":\"/f{i}\"}}"))},{{\"path\":\"/a\",\"contents\":{{\"source\":\"data:,{contents}\"}}}}]}}}}");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ConfigReader.Read(text, "x").IsRefused);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 12L * text.Length);
    }

    private static ConfigNode Read(string text) => LocatedJson.Read(Encoding.UTF8.GetBytes(text), "x");
}
