using Ironhull.Provisioning.Spec;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Cases;

public sealed class CaseTablesTests
{
    private const string Page = "docs/reference/provisioning-cases.md";

    [Fact]
    public void All_EverySection_HasCasesThatAreAcceptedAndSomeThatAreRefused()
    {
        Assert.Empty(CaseTables.All.Select(c => c.Section).Distinct().Except(CaseTables.Sections));
        foreach (var section in CaseTables.Sections)
        {
            foreach (var version in CaseTables.All.Where(c => c.Section == section).SelectMany(c => c.Versions).Distinct())
            {
                var there = CaseTables.All.Where(c => c.Section == section && c.Versions.Contains(version)).ToList();

                // Sections that a version does not know yet are warned of, and merging refuses nothing.
                if (section != "merge" && there.Count > 3)
                {
                    Assert.Contains(there, c => c.Refused);
                }

                Assert.Contains(there, c => !c.Refused);
            }
        }
    }

    [Fact]
    public void All_Names_AreUniqueInTheirTable() =>
        Assert.Empty(CaseTables.All.GroupBy(c => (c.Section, c.Kind, c.Name)).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void All_CasesOnDisksTreesAndMachines_AreManyInEveryVersion()
    {
        Assert.True(Count(CaseKind.Applied, null) >= 1000);
        Assert.All(SpecVersion.All, v => Assert.True(Count(CaseKind.Applied, v) >= 120, v.ToString()));
    }

    [Fact]
    public void All_AreThoseOfTheReferencePage()
    {
        var page = $"""
            # Cases of the provisioning engine

            Made by the tests; do not edit. Each row of a table of cases is a test for every version of the specification that it applies to. `refused`: rows
            whose config has to be refused. The tables are in `tests/Ironhull.Provisioning.Tests`; a run of these tests leaves the same table with what has
            passed in `artifacts/test-results/provisioning-cases.md`.

            ## A config in, findings out

            {Text(CaseKind.Config)}
            ## A disk, a tree or a machine and a config in; a disk, a tree, calls of programs or the failing stage out

            {Text(CaseKind.Applied)}
            """.ReplaceLineEndings("\n") + "\n";
        var path = Path.Combine(RepositoryRoot.Path, Page);
        if (Environment.GetEnvironmentVariable("HULL_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.Equal(page, File.ReadAllText(path));
    }

    private static int Count(CaseKind kind, SpecVersion? version) => CaseTables.All.Where(c => c.Kind == kind).Sum(c => c.Versions.Count(v => version is null || v == version));

    private static string Text(CaseKind kind) => CaseReport.Table([.. CaseTables.All.Where(c => c.Kind == kind)], null);
}
