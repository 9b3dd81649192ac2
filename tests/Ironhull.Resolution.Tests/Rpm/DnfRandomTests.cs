using Ironhull.Testing;
using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Small random universes, answered by dnf5 and by us.</summary>
public sealed class DnfRandomTests(ITestOutputHelper output)
{
    private const int Universes = 120;

    /// <summary>What a shell says of a tool that touched memory it does not have: dnf5 5.4 does while it explains some rich conflicts.</summary>
    private const string Crash = "dnf5 ended with 139";

    [Fact]
    public void Resolve_RandomUniverses_AreAnsweredAsByDnf5()
    {
        var (equal, none, crashed) = (0, 0, 0);
        for (var seed = 0; seed < Universes; seed++)
        {
            var (packages, request) = new RandomPackages(seed).Draw(names: 10, weak: seed % 2 == 1);
            using var folder = new TempFolder();
            string theirs;
            try
            {
                theirs = DnfSemanticsTests.Ask(folder, RpmLines.Packages(packages), request);
            }
            catch (InvalidOperationException e) when (e.Message.StartsWith(Crash, StringComparison.Ordinal))
            {
                crashed++;
                continue;
            }

            var result = Resolver.Resolve(Universe(packages), DnfSemanticsTests.Request(request));
            var ours = result is Solution solution ? string.Join(' ', solution.Packages.Select(p => Nevra(p.Candidate)).Order(StringComparer.Ordinal)) : "none";
            Assert.True(ours == theirs, $"{seed}: {request}\n{packages}\n  dnf5: {theirs}\n  ours: {ours}");
            _ = ours == "none" ? none++ : equal++;
        }

        output.WriteLine($"{Universes} universes: {equal} equal, {none} both find no solution, {crashed} on which dnf5 crashes");
        Assert.True(equal > Universes / 3 && none > Universes / 10 && crashed < 5, $"{equal} {none} {crashed}");
    }
}
