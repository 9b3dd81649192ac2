using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Testing;

namespace Ironhull.Yaml.Tests;

public class YamlDocumentTests
{
    [Fact]
    public void Parse_MapWithListAndText_KeepsValuesAndPlaces()
    {
        var map = Assert.IsType<YamlMap>(YamlDocument.Parse("name: host\nlist:\n  - one\n  - \"2\"\n", "a.yaml"));
        Assert.Equal(["name", "list"], map.Entries.Select(e => e.Key.Value));
        var list = Assert.IsType<YamlSequence>(map.Entries[1].Value);
        var second = Assert.IsType<YamlScalar>(list.Items[1]);
        Assert.Equal(("2", false), (second.Value, second.IsPlain));
        Assert.Equal("a.yaml:4:5", second.Where.ToString());
    }

    [Theory]
    [InlineData("a: [1, 2", "HULL4001")]
    [InlineData("", "HULL4001")]
    [InlineData("# only a comment\n", "HULL4001")]
    [InlineData("a: b: c", "HULL4001")]
    [InlineData("a: \"\\U00ffffff\"", "HULL4001")]
    [InlineData("%YAML 9.9\n---\na: 1", "HULL4001")]
    [InlineData("a: &x 1\nb: *x", "HULL4002")]
    [InlineData("a: *x", "HULL4002")]
    [InlineData("a: !!binary aGk=", "HULL4002")]
    [InlineData("<<: {a: 1}", "HULL4002")]
    [InlineData("? [a, b]\n: c", "HULL4002")]
    [InlineData("a: 1\n---\nb: 2", "HULL4002")]
    [InlineData("a: 1\na: 2", "HULL4007")]
    public void Parse_BadText_ReportsItsCode(string text, string code)
    {
        var error = Assert.Throws<HullException>(() => YamlDocument.Parse(text, "a.yaml"));
        Assert.Equal(code, error.Code.Code);
        Assert.Equal("a.yaml", error.Diagnostics[0].Where!.Path);
    }

    [Fact]
    public void Parse_AliasBomb_IsRefusedAtTheFirstAnchor()
    {
        var text = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n";
        var error = Assert.Throws<HullException>(() => YamlDocument.Parse(text, "bomb.yaml"));
        Assert.Equal("HULL4002", error.Code.Code);
        Assert.Equal("bomb.yaml:1:4", error.Diagnostics[0].Where!.ToString());
    }

    [Theory]
    [InlineData(34)]
    [InlineData(20_000)]
    public void Parse_DeepNesting_ReportsHULL4003(int depth)
    {
        var text = new string('[', depth) + new string(']', depth);
        Assert.Equal("HULL4003", Assert.Throws<HullException>(() => YamlDocument.Parse(text, "deep.yaml")).Code.Code);
    }

    [Fact]
    public void Parse_TooManyValues_ReportsHULL4003() =>
        Assert.Equal("HULL4003", Assert.Throws<HullException>(() =>
            YamlDocument.Parse("[" + string.Concat(Enumerable.Repeat("a,", YamlDocument.MaximumNodes + 1)) + "]", "wide.yaml")).Code.Code);

    [Fact]
    public void Load_MissingFile_ReportsHULL4009() =>
        Assert.Equal("HULL4009", Assert.Throws<HullException>(() => YamlDocument.Load("/nonexistent/image.yaml")).Code.Code);

    [Fact]
    public void Load_NotUtf8_ReportsHULL4001()
    {
        using var folder = new TempFolder();
        var path = folder["latin.yaml"];
        File.WriteAllBytes(path, [0x61, 0x3a, 0x20, 0xe9, 0x0a]);
        Assert.Equal("HULL4001", Assert.Throws<HullException>(() => YamlDocument.Load(path)).Code.Code);
    }

    [Fact]
    public void Parse_MutatedDefinition_ThrowsNothingButHullException()
    {
        const string Seed = "name: host\nversion: \"1.2\"\nlist: [a, 'b', {c: d}]\nblock: |\n  text\n  more\nmap:\n  - why: >-\n      folded\n    expires: 2027-12-31 # note\n";
        var alphabet = "&*!|>[]{}:-?,#'\"%@`\\ \t\n~<=0aU\u0085\u2028\ufeff\ud800";
        Gen.Select(Gen.Int[0, Seed.Length - 1], Gen.Int[0, 3], Gen.Int[0, alphabet.Length - 1].Array[0, 4]).List[1, 6].Sample(edits =>
        {
            var text = Seed;
            foreach (var (at, cut, insert) in edits)
            {
                var position = Math.Min(at, text.Length);
                var length = Math.Min(cut, text.Length - position);
                text = text[..position] + string.Concat(insert.Select(i => alphabet[i])) + text[(position + length)..];
            }

            try
            {
                YamlDocument.Parse(text, "mutated.yaml");
            }
            catch (HullException)
            {
            }
        }, iter: 20_000);
    }
}
