using System.Text.Json;
using Ironhull.Cli.CommandLine;

namespace Ironhull.Cli.Tests.CommandLine;

public class ErrorTests
{
    [Theory]
    [InlineData("'hull' does not know the command 'docter'.", "Did you mean 'doctor'? See 'hull --help'.", "docter")]
    [InlineData("'hull setup' does not know the option '--dryrun'.", "Did you mean '--dry-run'? See 'hull setup --help'.", "setup", "--dryrun")]
    [InlineData("'hull setup' does not know the argument 'x'.", "See 'hull setup --help'.", "setup", "x")]
    [InlineData("'hull keys' needs a command: init, rotate.", "See 'hull keys --help'.", "keys")]
    [InlineData("'--format' takes text or json, not 'xml'.", "See 'hull doctor --help'.", "doctor", "--format", "xml")]
    public async Task Run_BadCommandLine_ReportsHULL9002(string message, string remedy, params string[] arguments)
    {
        var run = await HullRun.Of(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Equal($"error HULL9002: {message}\n  remedy: {remedy}\n", run.Error);
    }

    [Fact]
    public async Task Run_ErrorAsJson_HasTheSameFields()
    {
        var run = await HullRun.Of("errors", "HULL0000", "--format", "json");
        Assert.Equal(2, run.ExitCode);
        var error = JsonDocument.Parse(run.Error).RootElement.GetProperty("errors")[0];
        Assert.Equal("HULL9002", error.GetProperty("code").GetString());
        Assert.Equal("input", error.GetProperty("category").GetString());
        Assert.Equal("There is no code 'HULL0000'.", error.GetProperty("message").GetString());
        Assert.NotEmpty(error.GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task Errors_OneCode_ShowsMeaningAndRemedy()
    {
        var run = await HullRun.Of("errors", "hull4021");
        Assert.Equal(
            "HULL4021  The lock does not belong to this definition any more\ncategory: input (exit code 2)\nremedy:   Run 'hull lock'.\n", run.Out);
    }

    [Fact]
    public async Task Errors_AsJson_ListsEveryCodeOnce()
    {
        var codes = JsonDocument.Parse((await HullRun.Of("errors", "--format", "json")).Out).RootElement.EnumerateArray().Select(e => e.GetProperty("code").GetString()).ToList();
        Assert.Equal(Ironhull.Diagnostics.Catalogue.All.Select(c => c.Code), codes);
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public async Task Run_CacheFolderThatCannotBeMade_ReportsHULL9004()
    {
        var run = await HullRun.Of("doctor", "--cache", "/proc/nothing/here");
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("/proc/nothing/here: error HULL9004", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FaultOfHull_ReportsHULL9001WithExitCode70()
    {
        var run = await HullRun.With(new Dictionary<string, string>(), default, "errors", "--format", "text");
        Assert.Equal(0, run.ExitCode);
        using var broken = new BrokenWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var code = await new HullApplication(new HullHost { Out = broken, Error = error }).RunAsync(["errors"], default);
        Assert.Equal(70, code);
        Assert.StartsWith("error HULL9001: InvalidOperationException: broken", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ExitCode_OfEveryCategory_IsDistinct()
    {
        var codes = Enum.GetValues<Ironhull.Diagnostics.ErrorCategory>().Select(Ironhull.Diagnostics.ExitCodes.For).ToList();
        Assert.Equal(codes.Count, codes.Distinct().Count());
        Assert.DoesNotContain(0, codes);
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void Write(string? value) => throw new InvalidOperationException("broken");
    }
}
