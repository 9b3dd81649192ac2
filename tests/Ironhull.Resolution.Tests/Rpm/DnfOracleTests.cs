using System.Diagnostics;
using Ironhull.Packages.Rpm;
using Ironhull.Testing;
using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Compares results with those of <c>dnf5 install --store</c> in an empty root with the same repository of more than 60,000 packages.</summary>
public sealed class DnfOracleTests(RpmArchive archive, ITestOutputHelper output) : IClassFixture<RpmArchive>
{
    private const int Lists = 64;
    private const int HardLists = 32;
    private const int WeakLists = 48;

    /// <summary>A list that dnf5 answers with more packages is left out: thousands of packages with all that they recommend take long and are no image.</summary>
    private const int MostPackages = 1_200;

    private sealed record Question(string[] Install, string[] Exclude, bool Weak);

    [Fact]
    public void Resolve_ListsDrawnFromTheArchive_EqualDnf5()
    {
        Assert.True(archive.Packages.Count > 60_000, $"{archive.Packages.Count}");
        Question[] questions = [.. Questions()];
        var answers = new DnfAnswer[questions.Length];
        Parallel.For(0, questions.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
            answers[i] = archive.Dnf.Install(questions[i].Install, questions[i].Weak, questions[i].Exclude));

        var watch = new Stopwatch();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var bugs = new List<string>();
        for (var list = 0; list < questions.Length; list++)
        {
            var theirs = answers[list].Packages;
            if (theirs?.Count > MostPackages)
            {
                Count("too large to count" + (questions[list].Weak ? " with weak dependencies" : ""));
                continue;
            }

            watch.Start();
            var result = Resolver.Resolve(archive.Universe, Request(questions[list]));
            watch.Stop();
            IReadOnlyList<string>? ours = result is Solution solution ? [.. solution.Packages.Select(p => Nevra(p.Candidate)).Order(StringComparer.Ordinal)] : null;
            var kind = questions[list].Weak ? " with weak dependencies" : "";
            if (ours is null ? theirs is null : theirs is { } other && ours.SequenceEqual(other, StringComparer.Ordinal))
            {
                Count((ours is not null ? "equal" : answers[list].Crashed ? "both find no solution, and dnf5 crashes over it" : "both find no solution") + kind);
                continue;
            }

            Count("different" + kind);
            bugs.Add($"list {list} ({string.Join(' ', questions[list].Install)}){kind}: ours {ours?.Count}, dnf5 {theirs?.Count}"
                + $"\n    only ours: {string.Join(' ', (ours ?? []).Except(theirs ?? []))}\n    only dnf5: {string.Join(' ', (theirs ?? []).Except(ours ?? []))}"
                + (result is Failure failure ? "\n" + failure.Message : ""));
        }

        output.WriteLine($"{archive.Packages.Count} packages, indexed in {archive.UniverseTime.TotalMilliseconds:F0} ms; {questions.Length} lists in {watch.ElapsedMilliseconds} ms: {string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"))}");
        Assert.True(bugs.Count == 0, string.Join('\n', bugs));

        void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;
    }

    private IEnumerable<Question> Questions()
    {
        string[] all = [.. archive.Packages.Where(p => !p.Name.EndsWith("-legacy", StringComparison.Ordinal)).Select(p => p.Name).Distinct(StringComparer.Ordinal)];
        string[] hard =
        [
            .. archive.Packages.Where(p => p.Requires.Any(r => r.IsRich) && (p.Conflicts.Count > 0 || p.Obsoletes.Count > 0 || p.Provides.Count > 1))
                .Select(p => p.Name).Distinct(StringComparer.Ordinal),
        ];
        for (var list = 0; list < Lists; list++)
        {
            yield return new Question([.. Draw(all, list, 1 + (list % 8)).Select((n, i) => i == 0 ? Spelling(n, list) : n)], [], false);
        }

        for (var list = 0; list < HardLists; list++)
        {
            var names = Draw(hard, 1000 + list, 2 + (list % 6));
            yield return list % 4 == 3 ? new Question(names[1..], [names[0]], false) : new Question(names, [], false);
        }

        for (var list = 0; list < WeakLists; list++)
        {
            yield return new Question(Draw(list % 2 == 0 ? all : hard, 2000 + list, 1 + (list % 4)), [], true);
        }
    }

    /// <summary>Every eighth list asks in another way than by name.</summary>
    private string Spelling(string name, int list)
    {
        var package = archive.Universe.Versions(name)[0].Package;
        return (list % 32) switch
        {
            8 => package.ToString(),
            16 => $"{name} = {package.Version}",
            24 => DebianConversion.ProgramOf(name) ?? $"{name}.{package.Architecture}",
            _ => name,
        };
    }

    private static ResolutionRequest Request(Question question) =>
        new() { Install = question.Install, Exclude = question.Exclude, IncludeRecommended = question.Weak };

    /// <summary>Those of the smallest hash, so that a new package in the archive changes few lists.</summary>
    private static string[] Draw(string[] names, int list, int count) =>
        [.. names.OrderBy(n => AptOracleTests.Hash(list, n)).ThenBy(n => n, StringComparer.Ordinal).Take(count)];
}
