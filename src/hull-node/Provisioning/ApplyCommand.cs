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
    public override IReadOnlyList<CommandOption> Options { get; } = [new("root", "FOLDER", "the root that is changed (/)"), new("deadline", "TIME", "for how long may be fetched in all (15m)"), new("restart", null, "restart units that have changed, start those that are enabled, stop those that are disabled or masked")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Operands { get; } = ["FILE"];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var file = arguments.Operands[0];
        using var deadline = new CancellationTokenSource(Duration.Read(arguments["deadline"], new StageOptions { Stage = "files", Platform = "" }.Deadline));
        using var fetcher = new ResourceFetcher(false, host.Paths.Oem, TimeProvider.System, host.Error.WriteLine, deadline.Token);
        using var root = new RootFolder(arguments["root"] ?? host.RunningRoot) { ReadOnlyFolder = ReadOnly };
        var applied = new Reapplication(root, fetcher, host.Ownership, host.Paths).Apply(file);
        host.Out.WriteLine($"{applied.Paths} paths are as {file} wants them");
        if (applied.Units.Count > 0 && (arguments["root"] ?? host.RunningRoot) == host.RunningRoot)
        {
            Reload(host, applied.Units, arguments.Has("restart"));
        }

        return ExitCodes.Success;
    }

    // All of them, and then the first that did not work.
    private static void Reload(NodeHost host, IReadOnlyList<ChangedUnit> units, bool restarts)
    {
        Systemctl(host, "daemon-reload");
        var failures = new List<HullException>();
        foreach (var unit in units)
        {
            var verb = !restarts ? null : unit.Wanted switch { true when unit.Pattern == unit.Name => "restart", false => "stop", _ => "try-restart" };
            try
            {
                if (verb is not null)
                {
                    Systemctl(host, verb, unit.Pattern);
                }

                host.Out.WriteLine($"{unit.Name}: {(verb is null ? "changed, read again" : "changed, " + verb)}");
            }
            catch (HullException e)
            {
                host.Out.WriteLine($"{unit.Name}: changed, {verb} failed");
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new HullException([.. failures.SelectMany(f => f.Diagnostics)]);
        }
    }

    private static void Systemctl(NodeHost host, params string[] words)
    {
        var (code, _, errors) = host.Disks.Programs.Run("systemctl", words);
        if (code != 0)
        {
            throw ProvisioningErrors.ProgramFailed.Error($"systemctl {string.Join(' ', words)} ended with {code}: {errors.Trim()}");
        }
    }
}
