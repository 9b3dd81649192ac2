using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Node.Processes;
using Ironhull.Provisioning.Network;

namespace Ironhull.Node.Network;

/// <summary><c>hull-node network load</c>: the drivers of the machine's network cards, for an initrd that holds none of them.</summary>
internal sealed class NetworkLoadCommand() : NodeCommand("network load", "load the drivers of the machine's network cards")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options { get; } = [new("root", "FOLDER", "the root whose kernel modules are loaded (/)")];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var aliases = NetworkDevices.Aliases(host.Paths);
        host.LoadModules(arguments["root"] ?? "/", aliases);
        host.Out.WriteLine($"{aliases.Count} kind{(aliases.Count == 1 ? "" : "s")} of network card");
        return ExitCodes.Success;
    }
}
