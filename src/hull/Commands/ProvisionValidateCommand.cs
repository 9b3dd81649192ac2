using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Diagnostics;
using Ironhull.Provisioning;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull provision validate</c>.</summary>
internal sealed class ProvisionValidateCommand : HullCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "the config, Ignition JSON; '-' for what is piped in" };
    private readonly Option<bool> _strict = new("--strict") { Description = "refuse what is only warned of, unknown keys above all" };

    /// <summary>The command.</summary>
    public ProvisionValidateCommand()
        : base("validate", "check an Ignition config against the rules of its version")
    {
        Add(_file);
        Add(_strict);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull provision validate config.ign", "errors and warnings, each with its path, line and column"),
        new("hull provision validate config.ign --strict --format json", "a typo is an error too; for a script"),
    ];

    /// <inheritdoc/>
    public override string Notes => "Spec versions 3.0.0 to 3.6.0 and 3.7.0-experimental are read; 1 and 2.0.0 to 2.4.0 (Cluster API writes 2.3.0) are translated. The exit code is 0 when the config is accepted.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var path = context.Get(_file)!;
        var name = path == "-" ? "stdin" : CommandContext.Shorten(path);
        var reading = ConfigReader.Read(ProvisioningFile.Read(path), name);
        var lowest = context.Get(_strict) ? FindingLevel.Warning : FindingLevel.Error;
        var refusal = reading.Findings.OrderByDescending(f => f.Level).FirstOrDefault(f => f.Level >= lowest);
        if (context.IsJson)
        {
            WriteJson(context, name, reading, refusal is null);
        }
        else
        {
            Print(context, name, reading, refusal is null);
        }

        return Task.FromResult(refusal is null ? ExitCodes.Success : ExitCodes.For(refusal.Code.Category));
    }

    private static void Print(CommandContext context, string name, ConfigReading reading, bool accepted)
    {
        foreach (var finding in reading.Findings)
        {
            context.Out.WriteLine(finding.ToString());
        }

        var errors = reading.Findings.Count(f => f.Level == FindingLevel.Error);
        var warnings = reading.Findings.Count(f => f.Level == FindingLevel.Warning);
        var version = reading.Version is not { } known ? "no known spec version"
            : reading.TranslatedFrom is { } older ? $"spec {older} translated to {known}" : $"spec {known}";
        context.Out.WriteLine($"{name}: {(accepted ? "accepted" : "refused")}, {version}, {Count(errors, "error")}, {Count(warnings, "warning")}");
    }

    private static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";

    private static void WriteJson(CommandContext context, string name, ConfigReading reading, bool accepted) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("file", name);
        json.WriteString("version", reading.Version?.ToString());
        json.WriteString("translatedFrom", reading.TranslatedFrom);
        json.WriteBoolean("accepted", accepted);
        FindingJson.Write(json, reading.Findings);
        json.WriteEndObject();
    });
}
