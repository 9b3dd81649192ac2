using System.Text.Json;
using Ironhull.Cli.Prerequisites;

namespace Ironhull.Cli.Tests.Prerequisites;

public sealed class PrerequisiteTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ironhull-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void All_EveryEntry_SaysWhatForAndHowItIsFound()
    {
        Assert.All(Prerequisite.All, p => Assert.True(p.Why.Length > 5 && p.Probes.Length > 0, p.Package));
        Assert.Equal(Prerequisite.All.Count, Prerequisite.All.Select(p => p.Package).Distinct().Count());
    }

    [Fact]
    public void Missing_OneProgramAway_NamesItsPackageOnly()
    {
        var prerequisite = new Prerequisite("x", Purpose.Test, "is a test", "ironhull-test-program");
        Assert.False(PrerequisiteCheck.IsPresent(prerequisite, _folder.FullName));
        File.WriteAllText(Path.Combine(_folder.FullName, "ironhull-test-program"), "");
        Assert.True(PrerequisiteCheck.IsPresent(prerequisite, "/nonexistent:" + _folder.FullName));
    }

    [Fact]
    public async Task Doctor_AsJson_ListsEveryPrerequisite()
    {
        var run = await HullRun.Of("doctor", "--format", "json", "--cache", _folder.FullName);
        var root = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(Prerequisite.All.Select(p => p.Package), root.GetProperty("prerequisites").EnumerateArray().Select(p => p.GetProperty("package").GetString()));
        Assert.Equal(root.GetProperty("ok").GetBoolean() ? 0 : 3, run.ExitCode);
    }

    [Fact]
    public async Task Doctor_Text_EndsWithWhatToDo()
    {
        var run = await HullRun.Of("doctor", "--cache", _folder.FullName);
        Assert.Matches("(Nothing is missing\\.|missing: run './hull setup'\\.)\n$", run.Out);
        Assert.Equal(Prerequisite.All.Count + 4, run.Out.Split('\n').Length - 1);
    }

    [Fact]
    public async Task Setup_DryRun_ChangesNothingAndSucceeds() => Assert.Equal(0, (await HullRun.Of("setup", "--dry-run")).ExitCode);
}
