using System.Text;
using CsCheck;
using Ironhull.Packages.Rpm.Metadata;

namespace Ironhull.Packages.Tests.Rpm.Metadata;

public sealed class MetadataPartsTests
{
    [Theory]
    [InlineData("kernel", "kernel", true)]
    [InlineData("kernel", "kernel-x", false)]
    [InlineData("kernel*", "kernel-x", true)]
    [InlineData("*-debuginfo", "a-debuginfo", true)]
    [InlineData("*-debuginfo", "a-debuginfo-b", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("*", "", true)]
    [InlineData("", "a", false)]
    public void NamePattern_Matches_AsTheShellDoes(string pattern, string name, bool matches) => Assert.Equal(matches, new NamePattern(pattern).Matches(name));

    [Fact]
    public void NamePattern_RandomNames_AgreeWithTheRuntime() =>
        Gen.Select(Gen.Char["ab*"].Array[0, 6], Gen.Char["ab"].Array[1, 8]).Sample(
            (pattern, name) => new NamePattern(new(pattern)).Matches(name) == System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(new string(pattern), new string(name), ignoreCase: false) || pattern.Length == 0,
            iter: 20_000, seed: "0000KOIPcNg4");

    [Fact]
    public void TextPool_EqualTexts_AreOneString()
    {
        var pool = new TextPool();
        var texts = Enumerable.Range(0, 5_000).Select(i => $"größe-{i}-{new string('x', i % 400)}").ToList();
        var first = texts.Select(t => pool.Get(t)).ToList();
        Assert.Equal(texts, first);
        Assert.All(texts.Zip(first), t => Assert.Same(t.Second, pool.Get(t.First)));
    }

    [Fact]
    public void PathHash_DependsOnEveryCharacterAndTheLength()
    {
        var seen = new HashSet<ulong>();
        for (var length = 0; length < 40; length++)
        {
            var path = new char[length];
            Assert.True(seen.Add(PathHash.Of(path)), $"{length} zeros");
            for (var i = 0; i < length; i++)
            {
                path[i] = (char)1;
                Assert.True(seen.Add(PathHash.Of(path)), $"{length} characters, {i} set");
                path[i] = (char)0;
            }
        }
    }

    [Fact]
    public void FileLists_RandomOwners_AreThoseOfADictionary() =>
        Gen.Int[0, 30].HashSet[0, 12].Array[1, 12].Sample(lists =>
        {
            var packages = lists.Select((files, i) => ($"p{i}", "1", "1", "noarch", files.Order().Select(f => $"/usr/{f}").ToArray())).ToArray();
            using var primary = new MemoryStream(Encoding.UTF8.GetBytes(RpmMdSample.Wrap(string.Concat(packages.Select(p => RpmMdSample.Package(p.Item1, "1", "1", architecture: "noarch"))), packages.Length)));
            using var fileLists = new MemoryStream(Encoding.UTF8.GetBytes(RpmMdSample.FileLists(packages)));
            var index = FileListsIndex.Read(fileLists, PrimaryReader.Read(primary, new("x", Exclude: ["p3"]), "x"), "x");
            return Enumerable.Range(0, 32).All(f => index.OwnersOf($"/usr/{f}").Select(p => p.Name).SequenceEqual(
                packages.Where(p => p.Item1 != "p3" && p.Item5.Contains($"/usr/{f}")).Select(p => p.Item1)));
        }, iter: 300, seed: "0000KOIPcNg4");
}
