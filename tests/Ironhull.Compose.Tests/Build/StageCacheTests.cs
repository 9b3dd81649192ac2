using CsCheck;
using Ironhull.Compose.Build;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Tests.Build;

public sealed class StageCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_SameKey_IsReusedByLaterBuilds()
    {
        var folder = New().Run("usr", Key("1"), Put("result", "1"));
        var cache = New();
        Assert.Equal(folder, cache.Run("usr", Key("1"), _ => Assert.Fail("made again")));
        Assert.Equal("1", File.ReadAllText(Path.Combine(folder, "result")));
        var outcome = Assert.Single(cache.Outcomes);
        Assert.True(outcome.Reused);
        Assert.Equal("nothing it depends on changed", outcome.Reason);
    }

    [Fact]
    public void Run_ChangedField_RunsAgainAndNamesIt()
    {
        New().Run("usr", Key("1"), Put("result", "1"));
        var cache = New();
        cache.Run("usr", new StageKey().Add("a", "1").Add("b", "2").Add("c", "new"), Put("result", "2"));
        Assert.Equal("changed: b, c", cache.Outcomes[0].Reason);
        cache.Run("usr", Key("1"), _ => Assert.Fail("made again"));
        Assert.Equal("changed: b, c; this state was built before", cache.Outcomes[1].Reason);
        Assert.Equal("first build of this image on this machine", new StageCache(_folder.Path, "other", TimeProvider.System).Explain("usr", Key("1")));
    }

    [Fact]
    public void Explain_ManyChangedFields_NamesSix()
    {
        var cache = New();
        cache.Remember("usr", Many("1"));
        Assert.Equal("changed: f0, f1, f2, f3, f4, f5 and 4 more", cache.Explain("usr", Many("2")));
        Assert.Equal("", cache.Explain("usr", Many("1")));
        File.WriteAllText(Path.Combine(_folder.Path, "last", "image", "usr.json"), "{");
        Assert.Equal("the record of the last build was damaged", cache.Explain("usr", Many("1")));

        static StageKey Many(string value) => Enumerable.Range(0, 10).Aggregate(new StageKey(), (key, i) => key.Add($"f{i}", value));
    }

    [Theory]
    [InlineData("byte")]
    [InlineData("length")]
    [InlineData("missing")]
    [InlineData("manifest")]
    [InlineData("no manifest")]
    public void Run_DamagedResult_IsMadeAgain(string damage)
    {
        var folder = New().Run("usr", Key("1"), Put("result", "whole"));
        var result = Path.Combine(folder, "result");
        var manifest = Path.Combine(folder, "manifest.json");
        switch (damage)
        {
            case "byte":
                File.WriteAllText(result, "wholf");
                break;
            case "length":
                File.WriteAllText(result, "who");
                break;
            case "missing":
                File.Delete(result);
                break;
            case "manifest":
                File.WriteAllText(manifest, "{");
                break;
            default:
                File.Delete(manifest);
                break;
        }

        var cache = New();
        cache.Run("usr", Key("1"), Put("result", "whole"));
        Assert.Equal("whole", File.ReadAllText(result));
        Assert.Equal((false, "its cached result was damaged"), (cache.Outcomes[0].Reused, cache.Outcomes[0].Reason));
        Assert.Equal(folder, New().Run("usr", Key("1"), _ => Assert.Fail("made again")));
    }

    [Fact]
    public void Run_InterruptedProducer_LeavesNothing()
    {
        var cache = New();
        Assert.Throws<OperationCanceledException>(() => cache.Run("usr", Key("1"), folder =>
        {
            File.WriteAllText(Path.Combine(folder, "half"), "half");
            throw new OperationCanceledException();
        }));
        Assert.Empty(SortedDirectory.Folders(Path.Combine(_folder.Path, "results")));
        Assert.Empty(cache.Outcomes);
        cache.Run("usr", Key("1"), Put("result", "1"));
        Assert.Equal("first build of this image on this machine", cache.Outcomes[0].Reason);
    }

    [Fact]
    public void Run_RemainsOfAKilledProcess_AreNotTakenForAResult()
    {
        var partial = Path.Combine(_folder.Path, "results", $"usr-{Key("1").Digest}.partial-{Environment.ProcessId}");
        Directory.CreateDirectory(partial);
        File.WriteAllText(Path.Combine(partial, "stale"), "stale");
        var folder = New().Run("usr", Key("1"), Put("result", "1"));
        Assert.Equal(["manifest.json", "result"], SortedDirectory.Files(folder).Select(f => Path.GetFileName(f)));
        Assert.False(Directory.Exists(partial));
    }

    [Fact]
    public void Run_AnotherBuildMadeTheSameMeanwhile_UsesIt()
    {
        var folder = New().Run("usr", Key("1"), target =>
        {
            Put("result", "1")(target);
            new StageCache(Path.Combine(_folder.Path), "image", TimeProvider.System).Run("other", Key("1"), Put("result", "1"));
            // What the other process's build does at this moment: its result appears by rename.
            var mine = target[..target.IndexOf(".partial-", StringComparison.Ordinal)];
            Directory.Move(SortedDirectory.Folders(Path.Combine(_folder.Path, "results")).Single(f => Path.GetFileName(f).StartsWith("other-", StringComparison.Ordinal)), mine);
        });
        Assert.Equal("1", File.ReadAllText(Path.Combine(folder, "result")));
        Assert.DoesNotContain(SortedDirectory.Folders(Path.Combine(_folder.Path, "results")), f => f.Contains(".partial-", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_ManyStates_KeepsTheLastThree()
    {
        var cache = New();
        for (var i = 0; i < 6; i++)
        {
            Directory.SetLastWriteTimeUtc(cache.Run("usr", Key($"{i}"), Put("result", $"{i}")), DateTime.UtcNow.AddHours(i - 6));
        }

        cache.Run("usr-like", Key("1"), Put("result", "1"));
        Assert.Equal(3, Results().Count(f => !f.Contains("usr-like", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_ResultsThatOtherBuildsMayUse_AreKept()
    {
        for (var i = 0; i < 6; i++)
        {
            New().Run("usr", Key($"{i}"), Put("result", $"{i}"));
        }

        Assert.Equal(6, Results().Count());
    }

    private IEnumerable<string> Results() => SortedDirectory.Folders(Path.Combine(_folder.Path, "results"));

    [Fact]
    public void Digest_DifferentFields_NeverCollide()
    {
        // Few letters, so that shifting one from a name to a value happens often.
        string[] texts = ["", "a", "b", "aa", "ab", "b\0", "\0", "1", "é"];
        var text = Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
        var fields = Gen.Select(text, text).List[0, 4].Where(l => l.Select(f => f.Item1).Distinct().Count() == l.Count);
        Gen.Select(fields, fields).Sample((a, b) => a.SequenceEqual(b) == (Of(a) == Of(b)), iter: 20_000);

        static Sha256Digest Of(List<(string, string)> list) => list.Aggregate(new StageKey(), (key, f) => key.Add(f.Item1, f.Item2)).Digest;
    }

    [Fact]
    public void Add_SameNameTwice_IsRefused() => Assert.Throws<ArgumentException>(() => new StageKey().Add("a", "1").Add("a", 2));

    private static StageKey Key(string b) => new StageKey().Add("a", "1").Add("b", b);

    private static Action<string> Put(string name, string text) => folder => File.WriteAllText(Path.Combine(folder, name), text);

    private StageCache New() => new(_folder.Path, "image", TimeProvider.System);
}
