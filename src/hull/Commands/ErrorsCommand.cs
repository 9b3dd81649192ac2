using System.CommandLine;
using System.Text;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull errors</c>.</summary>
internal sealed class ErrorsCommand : HullCommand
{
    private readonly Argument<string?> _code = new("CODE") { Description = "one code, for example HULL4004; all when not given", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "print the reference page docs/reference/errors.md" };

    /// <summary>The command.</summary>
    public ErrorsCommand()
        : base("errors", "list the error catalogue: every code with its meaning and remedy")
    {
        Add(_code);
        Add(_markdown);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull errors HULL4021", "explain one code"),
        new("hull errors --format json", "the whole catalogue for a script"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var codes = Catalogue.All;
        if (context.Get(_code) is { } wanted)
        {
            codes = [.. codes.Where(c => string.Equals(c.Code, wanted, StringComparison.OrdinalIgnoreCase))];
            if (codes.Count == 0)
            {
                var near = Spelling.Nearest(wanted, Catalogue.All.Select(c => c.Code));
                throw CommandErrors.Usage.Error($"There is no code '{wanted}'.", remedy: near is null ? "'hull errors' lists them all." : $"Did you mean '{near}'? 'hull errors' lists them all.");
            }
        }

        if (context.Get(_markdown))
        {
            context.Out.Write(Markdown());
        }
        else if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (var code in codes)
                {
                    json.WriteStartObject();
                    json.WriteString("code", code.Code);
                    json.WriteString("category", DiagnosticPrinter.CategoryName(code.Category));
                    json.WriteNumber("exitCode", ExitCodes.For(code.Category));
                    json.WriteString("title", code.Title);
                    json.WriteString("remedy", code.Remedy);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        }
        else if (codes.Count == 1)
        {
            var code = codes[0];
            context.Out.Write($"{code.Code}  {code.Title}\ncategory: {DiagnosticPrinter.CategoryName(code.Category)} (exit code {ExitCodes.For(code.Category)})\nremedy:   {code.Remedy}\n");
        }
        else
        {
            var table = new TextTable("code", "category", "meaning");
            foreach (var code in codes)
            {
                table.Add(code.Code, DiagnosticPrinter.CategoryName(code.Category), code.Title);
            }

            context.Out.Write(table.ToString());
        }

        return Task.FromResult(ExitCodes.Success);
    }

    /// <summary>The reference page.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder("""
            # Errors

            Generated from the catalogue (`hull errors --markdown`); do not edit. A code never changes its meaning. The exit code of
            `hull` follows the category of the first error: input 2, environment 3, integrity 4, unsupported 5, network 6,
            servicing 7, internal 70; 1 means that tests ran and failed, 130 that it was interrupted.

            """);
        foreach (var area in Catalogue.All.GroupBy(c => c.Code[4]))
        {
            text.Append("\n## HULL").Append(area.Key).Append("xxx: ").Append(AreaName(area.Key)).Append("\n\n| code | category | meaning | remedy |\n|---|---|---|---|\n");
            foreach (var code in area)
            {
                text.Append($"| {code.Code} | {DiagnosticPrinter.CategoryName(code.Category)} | {Cell(code.Title)} | {Cell(code.Remedy)} |\n");
            }
        }

        return text.ToString();
    }

    private static string AreaName(char digit) => digit switch
    {
        '1' => "formats",
        '2' => "packages and repositories",
        '3' => "resolution",
        '4' => "image definitions and locks",
        '5' => "composition",
        '6' => "keys and signing",
        '7' => "machines and acceptance",
        '8' => "provisioning",
        _ => "command line and environment",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
