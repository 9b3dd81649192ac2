namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>What disks are worked on with.</summary>
/// <param name="Devices">The machine's devices.</param>
/// <param name="Programs">The machine's programs.</param>
public sealed record DiskTools(IBlockDevices Devices, IPrograms Programs)
{
    /// <summary>Those of this machine.</summary>
    /// <param name="deadline">How long a device may take to appear.</param>
    public static DiskTools OfThisMachine(TimeSpan deadline)
    {
        var programs = new HostPrograms();
        return new(new KernelBlockDevices(programs, deadline), programs);
    }
}
