using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Commands;

namespace Ironhull.Cli.Tests.CommandLine;

public class HelpTests
{
    private static readonly Command Root = CommandTree.Build(new GlobalOptions());

    public static TheoryData<string> Commands => [.. HelpText.Flatten(Root).Select(c => HelpText.FullName(c, Root))];

    [Fact]
    public void Reference_Commands_IsCurrent() => Golden.Check("docs/reference/commands.md", HelpText.Reference(CommandTree.Build(new GlobalOptions())));

    [Fact]
    public void Reference_Errors_IsCurrent() => Golden.Check("docs/reference/errors.md", ErrorsCommand.Markdown());

    [Fact]
    public async Task Help_WithoutArguments_ListsEveryCommand()
    {
        var run = await HullRun.Of();
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(run.Out, (await HullRun.Of("--help")).Out);
        Assert.All(Root.Subcommands.Where(c => !c.Hidden), c => Assert.Contains($"\n  {c.Name} ", run.Out, StringComparison.Ordinal));
        Assert.Contains("Options of every command:", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfEveryCommand_HasUsageAndExamplesThatParse(string name)
    {
        var run = await HullRun.Of([.. name.Split(' ').Skip(1), "--help"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"Usage:\n  {name}", run.Out, StringComparison.Ordinal);
        var command = HelpText.Flatten(Root).Single(c => HelpText.FullName(c, Root) == name);
        var examples = Assert.IsAssignableFrom<IDocumented>(command).Examples;
        Assert.NotEmpty(examples);
        Assert.All(examples, e =>
        {
            Assert.StartsWith("hull ", e.Line, StringComparison.Ordinal);
            var parse = Root.Parse(e.Line["hull ".Length..]);
            Assert.Empty(parse.UnmatchedTokens);
            Assert.Empty(parse.Errors);
            Assert.IsAssignableFrom<HullCommand>(parse.CommandResult.Command);
        });
        Assert.All(run.Out.Split('\n').Where(l => !l.StartsWith("  hull ", StringComparison.Ordinal)), l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public async Task Version_Option_PrintsTheVersion() => Assert.Matches("^hull [0-9]+\\.[0-9]+\\.[0-9]+\n$", (await HullRun.Of("--version")).Out);
}
