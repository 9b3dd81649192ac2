using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Applied;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.Provisioning;

/// <summary><c>hull-node provision apply</c>.</summary>
internal sealed class ApplyCommand() : NodeCommand("provision apply", "apply the files, units and accounts of an Ignition config to a machine that runs")
{
    // Where a node's own file system cannot be written.
    private const string ReadOnly = "/usr";

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options { get; } = [new("root", "FOLDER", "the root that is changed (/)"), new("deadline", "TIME", "for how long may be fetched in all (15m)")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Operands { get; } = ["FILE"];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var file = arguments.Operands[0];
        using var deadline = new CancellationTokenSource(Duration.Read(arguments["deadline"], new StageOptions { Stage = "files", Platform = "" }.Deadline));
        using var fetcher = new ResourceFetcher(false, host.Paths.Oem, TimeProvider.System, host.Error.WriteLine, deadline.Token);
        using var root = new RootFolder(arguments["root"] ?? "/") { ReadOnlyFolder = ReadOnly };
        var count = new Reapplication(root, fetcher, host.Ownership, host.Paths).Apply(file);
        host.Out.WriteLine($"{count} paths are as {file} wants them; 'systemctl daemon-reload' reads units again");
        return ExitCodes.Success;
    }
}
