using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull why</c>.</summary>
internal sealed class WhyCommand : HullCommand
{
    private readonly Argument<string> _package = new("PACKAGE") { Description = "the package" };
    private readonly Option<string?> _image = SharedOptions.Image();

    /// <summary>The command.</summary>
    public WhyCommand()
        : base("why", "say why a package is in an image")
    {
        Add(_package);
        Add(_image);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull why libssl3t64", "the chain from the request to the package, out of the lock"),
        new("hull why zlib1g --image images/hello", "in another image"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var definition = context.LoadDefinition(context.Get(_image));
        var name = context.Get(_package)!;
        var image = LockFile.LoadFor(definition);
        var chain = image.Why(name);
        if (chain.Count == 0)
        {
            var near = Spelling.Nearest(name, image.Packages.Select(p => p.Name));
            throw CommandErrors.NotInImage.Error(
                $"The package '{name}' is not in the image '{image.Image}'.",
                remedy: near is null ? $"'hull why-not {name}' says why not." : $"Did you mean '{near}'? 'hull why-not {name}' says why it is not there.");
        }

        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (var p in chain)
                {
                    json.WriteStartObject();
                    json.WriteString("package", p.Name);
                    json.WriteString("version", p.Version);
                    json.WriteString("reason", p.Reason);
                    json.WriteString("by", p.By);
                    json.WriteString("dependency", p.Dependency);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return Task.FromResult(ExitCodes.Success);
        }

        for (var i = 0; i < chain.Count; i++)
        {
            var p = chain[i];
            var reason = p.By.Length == 0 ? (p.Reason == "requested" ? "requested by the definition" : p.Reason) : $"{p.Reason}: {p.Dependency}";
            context.Out.WriteLine($"{new string(' ', i * 2)}{p.Name} {p.Version}  ({reason})");
        }

        return Task.FromResult(ExitCodes.Success);
    }
}
