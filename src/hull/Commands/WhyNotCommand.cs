using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Compose.Locking;
using Ironhull.Diagnostics;
using Ironhull.Resolution;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull why-not</c>.</summary>
internal sealed class WhyNotCommand : HullCommand
{
    private readonly Argument<string> _package = new("PACKAGE") { Description = "the package" };
    private readonly Option<string?> _image = SharedOptions.Image();

    /// <summary>The command.</summary>
    public WhyNotCommand()
        : base("why-not", "say why a package is not in an image, and what adding it would take")
    {
        Add(_package);
        Add(_image);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull why-not python3", "ask the repositories as they are now"),
        new("hull why-not dpkg --offline", "as they were when they were read last"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var definition = context.LoadDefinition(context.Get(_image));
        using var session = new RepositorySession(context.CacheFolder, context.Mirrors, context.Host.Time);
        var repositories = await session.RefreshAsync(definition, context.Progress, cancellation).ConfigureAwait(false);
        var sentences = Explain.WhyNot(
            LockBuilder.UniverseOf(definition, repositories), LockBuilder.RequestOf(definition, repositories), context.Get(_package)!);
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("package", context.Get(_package));
                json.WriteStartArray("sentences");
                foreach (var sentence in sentences)
                {
                    json.WriteStringValue(sentence);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return ExitCodes.Success;
        }

        context.EndProgress();
        for (var i = 0; i < sentences.Count; i++)
        {
            context.Out.WriteLine(sentences.Count == 1 ? sentences[i] : $"{i + 1}. {sentences[i]}");
        }

        return ExitCodes.Success;
    }
}
