using Ironhull.Testing;
using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Small random universes, answered by dnf5 and by us.</summary>
public sealed class DnfRandomTests(ITestOutputHelper output)
{
    private const int Universes = 120;

    [Fact]
    public void Resolve_RandomUniverses_AreAnsweredAsByDnf5()
    {
        var (equal, none, crashed) = (0, 0, 0);
        for (var seed = 0; seed < Universes; seed++)
        {
            var (packages, request) = new RandomPackages(seed).Draw(names: 10, weak: seed % 2 == 1);
            using var folder = new TempFolder();
            var theirs = DnfSemanticsTests.Ask(folder, RpmLines.Packages(packages), request);
            var result = Resolver.Resolve(Universe(packages), DnfSemanticsTests.Request(request));
            var ours = result is Solution solution ? string.Join(' ', solution.Packages.Select(p => Nevra(p.Candidate)).Order(StringComparer.Ordinal)) : "none";
            if (ours == "none" && theirs == "crash")
            {
                crashed++;
                continue;
            }

            Assert.True(ours == theirs, $"{seed}: {request}\n{packages}\n  dnf5: {theirs}\n  ours: {ours}");
            _ = ours == "none" ? none++ : equal++;
        }

        output.WriteLine($"{Universes} universes: {equal} equal, {none} both find no solution, {crashed} on which dnf5 crashes");
        Assert.True(equal > Universes / 3 && none > Universes / 10 && crashed < 5, $"{equal} {none} {crashed}");
    }
}
