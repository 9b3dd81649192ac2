using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Network;

namespace Ironhull.Node.Network;

/// <summary><c>hull-node network down</c>: takes down what an initrd's network services made, so that the system's own begin anew.</summary>
internal sealed class NetworkDownCommand() : NodeCommand("network down", "take the network of an initrd down: addresses, links, and what its services left in /run")
{
    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var links = new NetworkTeardown(host.Paths, host.Links).Run();
        host.Out.WriteLine($"links taken down: {(links.Count > 0 ? string.Join(" ", links) : "none")}");
        return ExitCodes.Success;
    }
}
