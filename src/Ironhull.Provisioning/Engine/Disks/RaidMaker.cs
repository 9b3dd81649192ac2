using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>Makes RAID arrays with mdadm.</summary>
internal sealed class RaidMaker(IPrograms programs, IBlockDevices devices)
{
    /// <summary>Makes an array and waits for its device.</summary>
    /// <exception cref="HullException">HULL8072: mdadm fails; HULL8073: the array does not appear.</exception>
    public void Make(Raid raid)
    {
        var device = $"/dev/md/{raid.Name}";
        programs.Call(device, "mdadm", Arguments(raid));
        devices.Await([device]);
    }

    /// <summary>The arguments of mdadm.</summary>
    internal static string[] Arguments(Raid raid)
    {
        var spares = raid.Spares ?? 0;
        return
        [
            "--create", raid.Name, "--force", "--run", "--homehost", "any", "--level", raid.Level ?? "",
            "--raid-devices", Number(raid.Devices.Count - spares), .. spares > 0 ? ["--spare-devices", Number(spares)] : Array.Empty<string>(),
            .. raid.Options, .. raid.Devices,
        ];

        static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
