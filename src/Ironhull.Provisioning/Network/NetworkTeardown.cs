using Ironhull.Formats.Io;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Network;

/// <summary>
/// Takes down what the initrd's network services made, so that the system's own configure every link anew: addresses and routes, the links
/// themselves, and what those services left in /run.
/// </summary>
/// <param name="paths">Where the running system keeps what it knows.</param>
/// <param name="links">The links.</param>
public sealed class NetworkTeardown(NodePaths paths, ILinks links)
{
    // What networkd, resolved and the generator of networks from the kernel command line keep.
    private static readonly string[] s_left = ["run/systemd/netif", "run/systemd/network", "run/systemd/resolve"];

    /// <summary>Does it; a second time does nothing.</summary>
    /// <returns>The links that were taken down.</returns>
    public IReadOnlyList<string> Run()
    {
        var folder = paths.At("sys/class/net");
        IReadOnlyList<string> names = Directory.Exists(folder) ? [.. SortedDirectory.Folders(folder).Select(f => Path.GetFileName(f)).Where(n => n != "lo")] : [];
        foreach (var name in names)
        {
            links.TakeDown(name);
        }

        foreach (var path in s_left.Select(paths.At).Where(Directory.Exists))
        {
            Directory.Delete(path, recursive: true);
        }

        return names;
    }
}
