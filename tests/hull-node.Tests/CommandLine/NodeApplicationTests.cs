namespace Ironhull.Node.Tests.CommandLine;

public sealed class NodeApplicationTests
{
    [Fact]
    public void Run_Version_PrintsIt() => Assert.Equal(new(0, "hull-node 0.1.0\n", ""), NodeRun.Of("hull-node", "--version"));

    [Fact]
    public void Run_WithoutArguments_PrintsHelp()
    {
        var run = NodeRun.Of("hull-node");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("hull-node: ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_UnknownCommand_ReportsHULL9010()
    {
        var run = NodeRun.Of("hull-node", "nonsense");
        Assert.Equal(2, run.Code);
        Assert.Contains("HULL9010: There is no command 'nonsense'.", run.Error, StringComparison.Ordinal);
    }
}
