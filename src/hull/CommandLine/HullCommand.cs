using System.CommandLine;

namespace Ironhull.Cli.CommandLine;

/// <summary>An example that the help shows.</summary>
/// <param name="Line">The command line.</param>
/// <param name="Meaning">What it does, in a few words.</param>
internal readonly record struct Example(string Line, string Meaning);

/// <summary>A command that runs.</summary>
internal abstract class HullCommand(string name, string description) : Command(name, description), IDocumented
{
    /// <inheritdoc/>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <inheritdoc/>
    public virtual string Notes => "";

    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public abstract Task<int> RunAsync(CommandContext context, CancellationToken cancellation);
}

/// <summary>A command that only groups others.</summary>
internal sealed class CommandGroup(string name, string description, params IReadOnlyList<Example> examples) : Command(name, description), IDocumented
{
    /// <inheritdoc/>
    public IReadOnlyList<Example> Examples { get; } = examples;

    /// <inheritdoc/>
    public string Notes => "";
}

/// <summary>What the help of a command shows besides its options.</summary>
internal interface IDocumented
{
    /// <summary>At least one example.</summary>
    IReadOnlyList<Example> Examples { get; }

    /// <summary>Further paragraphs, or empty.</summary>
    string Notes { get; }
}
