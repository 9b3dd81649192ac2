using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>
/// What is being made on devices, on the root's own disk: a run that was cut off leaves it behind, and the next one makes those devices anew
/// instead of taking what it finds there for something whole. A file system whose maker was killed can look like one, and a volume whose key
/// nobody has kept is of no use.
/// </summary>
/// <param name="root">The root; null when there is none yet, or nothing is remembered.</param>
/// <param name="ownership">Sets owners.</param>
public sealed class UnfinishedDevices(RootFolder? root, IOwnership ownership)
{
    /// <summary>Where it is kept.</summary>
    public const string FilePath = "/var/lib/ironhull/unfinished-devices";

    private const uint OwnerOnly = 0x180;

    private HashSet<string>? _devices;

    private HashSet<string> Devices => _devices ??=
        [.. Encoding.UTF8.GetString(root?.Read(FilePath) ?? []).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Whether a run that was cut off was making something on a device.</summary>
    public bool Has(string device) => Devices.Contains(device);

    /// <summary>Remembers that something is being made on a device, before the first byte of it is written.</summary>
    /// <exception cref="HullException">HULL8061: the root cannot be written to.</exception>
    public void Begin(string device)
    {
        if (Devices.Add(device))
        {
            Save();
        }
    }

    /// <summary>Forgets a device: what was made there is whole.</summary>
    /// <exception cref="HullException">HULL8061: the root cannot be written to.</exception>
    public void End(string device)
    {
        if (Devices.Remove(device))
        {
            Save();
        }
    }

    /// <summary>Forgets all devices.</summary>
    /// <exception cref="HullException">HULL8061: the root cannot be written to.</exception>
    public void EndAll()
    {
        if (Devices.Count > 0)
        {
            Devices.Clear();
            Save();
        }
    }

    private void Save()
    {
        if (root is null)
        {
            return;
        }

        using var folder = root.Make(Validation.PathRules.Parent(FilePath), (f, name, path) => ownership.Set(f.Descriptor, name, path, 0, 0));
        var name = FilePath[(FilePath.LastIndexOf('/') + 1)..];
        if (Devices.Count == 0)
        {
            folder.Remove(name);
        }
        else
        {
            folder.Write(name, Encoding.UTF8.GetBytes(string.Concat(Devices.Order(StringComparer.Ordinal).Select(d => d + "\n"))), OwnerOnly, (f, n) => ownership.Set(f.Descriptor, n, FilePath, 0, 0));
        }

        root.Flush();
    }
}
