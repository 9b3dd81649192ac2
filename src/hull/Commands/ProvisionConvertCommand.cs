using System.CommandLine;
using System.Text;
using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Provisioning.Butane;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull provision convert</c>.</summary>
internal sealed class ProvisionConvertCommand : HullCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "the config in YAML, as Butane's variants fcos and flatcar have it; '-' for what is piped in" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "the file to write; printed when not given", HelpName = "FILE" };
    private readonly Option<string?> _files = new("--files-dir", "-d") { Description = "the folder that local files and trees are in", HelpName = "FOLDER" };
    private readonly Option<bool> _pretty = new("--pretty", "-p") { Description = "indent the JSON" };
    private readonly Option<bool> _strict = new("--strict") { Description = "refuse what is only warned of, unknown keys above all" };

    /// <summary>The command.</summary>
    public ProvisionConvertCommand()
        : base("convert", "convert a config in YAML to Ignition")
    {
        Add(_file);
        Add(_output);
        Add(_files);
        Add(_pretty);
        Add(_strict);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull provision convert node.bu -o node.ign", "write the Ignition config"),
        new("hull provision convert node.bu --files-dir . --pretty --strict", "with local files; a typo is an error"),
    ];

    /// <inheritdoc/>
    public override string Notes => "fcos 1.0.0 to 1.6.0 and flatcar 1.0.0 and 1.1.0 are converted. Warnings go to the standard error.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var path = context.Get(_file)!;
        var name = path == "-" ? "stdin" : CommandContext.Shorten(path);
        var conversion = new ButaneConverter(context.Get(_files)).Convert(Text(path, name), name);
        var lowest = context.Get(_strict) ? FindingLevel.Warning : FindingLevel.Error;
        if (conversion.Findings.Where(f => f.Level >= lowest).Select(f => f.ToDiagnostic()).ToList() is { Count: > 0 } refusals)
        {
            throw new HullException(refusals);
        }

        foreach (var finding in conversion.Findings)
        {
            context.Host.Error.WriteLine(finding.ToString());
        }

        byte[] json = [.. ConfigJson.Write(conversion.Config!.Node, context.Get(_pretty)), (byte)'\n'];
        if (context.Get(_output) is { } output)
        {
            AtomicFile.WriteAllBytes(output, json);
        }
        else
        {
            context.Out.Write(Encoding.UTF8.GetString(json));
        }

        return Task.FromResult(ExitCodes.Success);
    }

    private static string Text(string path, string name)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(ProvisioningFile.Read(path));
        }
        catch (DecoderFallbackException e)
        {
            throw DefinitionErrors.YamlSyntax.Error("The file is not UTF-8.", new Location(name), "Save the file as UTF-8.", e);
        }
    }
}
