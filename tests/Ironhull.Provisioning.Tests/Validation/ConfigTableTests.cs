using System.Text;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Tests.Validation;

public sealed class ConfigTableTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (@case, version) in ConfigCases.Registered())
            {
                data.Add(@case.Name, version.ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_CaseOfTheTable_FindsWhatItHasTo(string name, string version)
    {
        var @case = ConfigCases.All.Single(c => c.Name == name);
        var reading = ConfigReader.Read(Encoding.UTF8.GetBytes(@case.Text(SpecVersion.All.Single(v => v.ToString() == version))), "a.ign");
        Assert.Equal(
            @case.Expect.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            reading.Findings.Select(f => $"{f.LevelName} {f.Path}: {f.Message}").Order(StringComparer.Ordinal));
        Assert.Equal(reading.Findings.Any(f => f.Level == FindingLevel.Error), reading.IsRefused);
        Assert.Equal(version, reading.Version?.ToString());
        CaseReport.Pass(CaseTables.All.Single(c => c.Kind == CaseKind.Config && c.Name == name), version);
    }

    [Fact]
    public void All_Names_AreUniqueAndEveryVersionHasManyCases()
    {
        Assert.Equal(ConfigCases.All.Count, ConfigCases.All.Select(c => c.Name).Distinct().Count());
        Assert.All(SpecVersion.All, v => Assert.True(ConfigCases.Registered().Count(r => r.Version == v) > 100, v.ToString()));
    }
}
