using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull sysext build</c>.</summary>
internal sealed class SysextBuildCommand : HullCommand
{
    private readonly Argument<string?> _definition = SharedOptions.Definition();
    private readonly SignerOptions _signer = new();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "the folder for the outputs (out/NAME when not given)", HelpName = "FOLDER" };
    private readonly Option<bool> _defer = new("--defer-signing") { Description = "leave the signature to 'hull sysext sign'; needs the certificates only" };

    /// <summary>The command.</summary>
    public SysextBuildCommand()
        : base("build", "build a signed system or configuration extension")
    {
        Add(_definition);
        Add(_output);
        _signer.AddTo(this);
        Add(_defer);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull sysext build tools --keys keys", "build and sign what tools/image.yaml says"),
        new("hull sysext build tools --defer-signing", "sign later, elsewhere"),
    ];

    /// <inheritdoc/>
    public override string Notes =>
        "The definition has 'kind: sysext' or 'kind: confext' and names its base image. An extension with packages is locked first (hull lock). The same inputs always give the same bytes.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var definition = context.LoadDefinition(context.Get(_definition));
        if (!definition.IsExtension)
        {
            throw DefinitionErrors.InvalidValue.Error($"'{definition.DisplayName}' is no extension.", new Location(definition.DisplayName), "Write 'kind: sysext' or 'kind: confext', or build it with 'hull build'.");
        }

        var report = await BuildCommand.BuildAsync(context, definition, context.Get(_output), _signer, context.Get(_defer), cancellation).ConfigureAwait(false);
        BuildCommand.Print(context, report, explain: false, context.Get(_defer));
        return ExitCodes.Success;
    }
}
