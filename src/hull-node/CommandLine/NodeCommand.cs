namespace Ironhull.Node.CommandLine;

/// <summary>One command of <c>hull-node</c>. Concerns have folders of their own; <see cref="CommandList"/> names every command.</summary>
/// <param name="name">The words that choose it: <c>provision drift</c>.</param>
/// <param name="summary">What it does, without full stop.</param>
internal abstract class NodeCommand(string name, string summary)
{
    /// <summary>The words that choose it, with one space between them.</summary>
    public string Name => name;

    /// <summary>What it does, without full stop.</summary>
    public string Summary => summary;

    /// <summary>Its options, with which it is called.</summary>
    public virtual IReadOnlyList<CommandOption> Options => [];

    /// <summary>What follows the options, such as <c>FILE</c>; one word each.</summary>
    public virtual IReadOnlyList<string> Operands => [];

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="Diagnostics.HullException">Whatever is wrong.</exception>
    public abstract int Run(NodeHost host, CommandArguments arguments);
}
