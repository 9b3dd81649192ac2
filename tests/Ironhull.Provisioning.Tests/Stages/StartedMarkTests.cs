using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Stages;

public sealed class StartedMarkTests
{
    private const string Mark = "var/lib/ironhull/provisioning-started";

    [Theory]
    [InlineData("one", "one", "", true, null)]
    [InlineData("one", "two", "", true, "HULL8095")]
    [InlineData("one", "two", "uninitialized\n", true, "HULL8095")]
    [InlineData("one", "two", "", false, null)]
    [InlineData("one", "two", "0123456789abcdef0123456789abcdef\n", true, null)]
    public void Set_AfterARunThatWasCutOff_RefusesAnotherConfigWhereTheRootCanBeMadeAnew(string former, string config, string machineId, bool canBeMadeAnew, string? code)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["etc"]);
        File.WriteAllText(folder["etc/machine-id"], machineId);
        using var root = new RootFolder(folder.Root);
        new StartedMark(root, new RecordedOwnership()).Set(System.Text.Encoding.ASCII.GetBytes(former), () => canBeMadeAnew);
        var before = File.ReadAllText(folder[Mark]);
        var refusal = Record.Exception(() => new StartedMark(root, new RecordedOwnership()).Set(System.Text.Encoding.ASCII.GetBytes(config), () => canBeMadeAnew));
        Assert.Equal(code, (refusal as HullException)?.Code.Code);
        Assert.Equal(code is not null || former == config, before == File.ReadAllText(folder[Mark]));
    }

    [Fact]
    public void Remove_LeavesNothing()
    {
        using var folder = new TempFolder();
        using var root = new RootFolder(folder.Root);
        var mark = new StartedMark(root, new RecordedOwnership());
        mark.Remove();
        mark.Set([1], () => true);
        Assert.True(File.Exists(folder[Mark]));
        mark.Remove();
        Assert.False(File.Exists(folder[Mark]));
    }
}
