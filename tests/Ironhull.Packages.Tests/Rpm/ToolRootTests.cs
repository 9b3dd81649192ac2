namespace Ironhull.Packages.Tests.Rpm;

public sealed class ToolRootTests
{
    [Fact]
    public void Run_RpmOfEachRelease_IsTheVersionThatOthersAreJudgedBy()
    {
        Assert.StartsWith("RPM version 4.18.", HostTool.Run("rpm", "--version"), StringComparison.Ordinal);
        Assert.StartsWith("RPM version 4.20.", ToolRoot.Rpm4.Run("rpm", "--version"), StringComparison.Ordinal);
        Assert.StartsWith("RPM version 6.", ToolRoot.Rpm6.Run("rpm", "--version"), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InTheRoot_SeesTheTemporaryFolderAndReportsFailure()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["x"], "seen\n");
        Assert.Equal("seen\n", ToolRoot.Rpm4.Run("cat", folder["x"]));
        Assert.Equal(3, ToolRoot.Rpm4.Try("sh", ["-c", "exit 3"]).ExitCode);
    }
}
