using Ironhull.Compose.Selinux;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Layout;

/// <summary>
/// What ROOT starts with: its directories and usr-merge links, with the modes that the packages give them and the labels of the places
/// where they will lie: a repart.d file with CopyFiles copies it at first boot, attributes included, so a new ROOT never needs to be labelled.
/// </summary>
public static class RootSkeleton
{
    /// <summary>Where it lies in the image.</summary>
    public const string Path = "/usr/share/ironhull/root";

    // The writable layer of /etc and its work folder: what is in them is seen below /etc.
    private const string EtcLayer = "/var/lib/etc-overlay";

    private const string Origin = "image";

    // Of /var what services use before systemd-tmpfiles has made the rest.
    private static readonly string[] s_directories =
    [
        "/dev", "/efi", "/etc", "/home", "/mnt", "/opt", "/proc", "/root", "/run", "/srv", "/sys", "/tmp", "/usr", "/var", "/var/lib", "/var/lib/systemd", "/var/log",
        EtcLayer, EtcLayer + "/upper", EtcLayer + "/work",
    ];

    private static readonly (string Name, string Target)[] s_links = [("/bin", "usr/bin"), ("/lib", "usr/lib"), ("/lib64", "usr/lib64"), ("/sbin", "usr/sbin")];

    /// <summary>Puts the skeleton into the tree of the <c>/usr</c> partition.</summary>
    /// <param name="layout">The tree of the partition; changed in place.</param>
    /// <param name="root">The whole tree: gives modes and owners.</param>
    /// <param name="contexts">The policy's contexts, or null.</param>
    public static void Apply(FileTree layout, FileTree root, FileContexts? contexts)
    {
        var skeleton = new FileTree();
        skeleton.Set("/", Copy(root["/"]));
        foreach (var path in s_directories)
        {
            skeleton.Set(path, root.TryGet(path, out var inode) && inode.Type == InodeType.Directory ? Copy(inode) : Inode.Directory(origin: Origin));
        }

        foreach (var (name, target) in s_links)
        {
            skeleton.Set(name, Inode.SymbolicLink(target, Origin));
        }

        if (contexts is not null)
        {
            TreeLabels.Apply(skeleton, contexts, p => p is EtcLayer + "/upper" or EtcLayer + "/work" ? "/etc" : p);
        }

        foreach (var (path, inode) in skeleton.Entries)
        {
            layout.Set(path == "/" ? Path : Path + path, inode);
        }
    }

    private static Inode Copy(Inode inode) => inode.With(xattrs: [], origin: Origin);
}
