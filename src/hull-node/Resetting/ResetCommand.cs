using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Resetting;

namespace Ironhull.Node.Resetting;

/// <summary><c>hull-node reset</c>.</summary>
internal sealed class ResetCommand() : NodeCommand("reset", "bring this machine back to how it was before its first boot, and restart it: everything on ROOT is lost")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options { get; } = [new("yes", null, "really")];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        if (!arguments.Has("yes"))
        {
            throw ProvisioningErrors.ResetUnconfirmed.Error("Everything on ROOT would be lost: /etc as this machine has it, /var with containers and logs, /home, /opt.");
        }

        var root = RootVolume.Find(host.Paths, "/") ?? throw ProvisioningErrors.ResetUnavailable.Error("The root of this system is not a partition.");
        root.Discard(host.OpenDevice ?? host.Disks.Devices.Open);
        Forget(host);
        host.Out.WriteLine($"ROOT is made anew at the next boot; other partitions and disks stay as they are{(root.HeaderLength > 0 ? $"; the keys of {root.Device} are destroyed" : "")}");
        host.Out.Flush();
        var (code, _, errors) = host.Disks.Programs.Run("systemctl", "--no-block", "reboot");
        return code == 0 ? ExitCodes.Success : throw ProvisioningErrors.ProgramFailed.Error($"systemctl reboot ended with {code}: {errors.Trim()}");
    }

    // Failures of the machine's former life are not those of its next one.
    private static void Forget(NodeHost host)
    {
        try
        {
            using var partition = host.OpenSystemPartition?.Invoke() ?? new SystemPartition(host.Paths.At("efi"));
            partition.Remove(FirstBootFailure.ReportName);
            partition.Remove(FirstBootFailure.DigestName);
        }
        catch (HullException e)
        {
            host.Error.WriteLine(e.Message);
        }
    }
}
