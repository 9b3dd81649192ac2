using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>The stages <c>mount</c> and <c>umount</c>: the file systems that have a path are below the root while files are written.</summary>
/// <param name="root">The root.</param>
/// <param name="programs">The machine's programs.</param>
/// <param name="ownership">Sets owners of folders that are made.</param>
public sealed class MountStage(RootFolder root, IPrograms programs, IOwnership ownership)
{
    /// <summary>Mounts file systems, those above first; folders that are not there are made.</summary>
    /// <exception cref="HullException">HULL8072: mount fails; HULL8060, HULL8061: the folder cannot be made.</exception>
    public void Mount(StorageSection storage)
    {
        foreach (var filesystem in Mounted(storage))
        {
            var place = filesystem.Path!;
            using (root.Make(place, (folder, name, path) => ownership.Set(folder.Descriptor, name, path, 0, 0)))
            {
                var folder = Resolve(place);
                FileLabel.Keep(folder, () => programs.Call(filesystem.Device, "mount", [.. Options(filesystem), "--types", filesystem.Format!, "--", filesystem.Device, folder]));
            }
        }
    }

    /// <summary>Takes the mounts away again, the last one first.</summary>
    /// <exception cref="HullException">HULL8072: umount fails.</exception>
    public void Unmount(StorageSection storage)
    {
        foreach (var filesystem in Mounted(storage).Reverse())
        {
            programs.Call(filesystem.Device, "umount", "--", Resolve(filesystem.Path!));
        }
    }

    /// <summary>The folders that file systems are mounted on, and what mkfs leaves in them.</summary>
    internal static IEnumerable<string> Places(StorageSection storage) =>
        Mounted(storage).SelectMany(f => f.Format == "ext4" ? [f.Path!.TrimEnd('/'), $"{f.Path!.TrimEnd('/')}/lost+found"] : (string[])[f.Path!.TrimEnd('/')]);

    private static IEnumerable<Filesystem> Mounted(StorageSection storage) => storage.Filesystems
        .Where(f => f.Path is { Length: > 0 } && f.Format is not (null or "" or "none" or "swap"))
        .OrderBy(f => f.Path!.TrimEnd('/').Count(c => c == '/')).ThenBy(f => f.Path, StringComparer.Ordinal);

    private static string[] Options(Filesystem filesystem) => filesystem.MountOptions.Count > 0 ? ["--options", string.Join(',', filesystem.MountOptions)] : [];

    // Links of the root lead to places in it; the programs would follow them out.
    private string Resolve(string place)
    {
        using var folder = root.Find(place) ?? throw ProvisioningErrors.NodeExists.Error($"{place} is not there.");
        return folder.RealPath();
    }
}
