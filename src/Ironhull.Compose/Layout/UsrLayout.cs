using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Layout;

/// <summary>
/// Turns a whole root tree into the tree of the <c>/usr</c> partition: <c>/etc</c> becomes the read-only lower layer
/// below <see cref="EtcDefaults"/>, what packages ship below <c>/var</c> becomes <c>tmpfiles.d</c> lines (and factory
/// copies for files), and everything else outside <c>/usr</c> must be an empty directory or a usr-merge link.
/// </summary>
public static class UsrLayout
{
    /// <summary>Where the defaults of <c>/etc</c> live in the image; the lower layer of the overlay.</summary>
    public const string EtcDefaults = "/usr/share/ironhull/etc";

    /// <summary>Where files shipped below <c>/var</c> are kept for <c>tmpfiles.d</c> to copy.</summary>
    public const string VarFactory = "/usr/share/ironhull/var";

    /// <summary>The generated <c>tmpfiles.d</c> file.</summary>
    public const string VarTmpfiles = "/usr/lib/tmpfiles.d/ironhull-var.conf";

    private const string Origin = "image";

    // Made by systemd-repart on ROOT or mounted over; what packages ship in them is only empty directories.
    private static readonly string[] s_rootDirectories =
        ["/bin", "/boot", "/dev", "/efi", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp"];

    /// <summary>Moves everything below <c>/usr</c>.</summary>
    /// <param name="root">The whole tree, as packages, recipes and the definition left it.</param>
    /// <returns>A tree with <c>/usr</c> (and the root directory) only.</returns>
    /// <exception cref="HullException">HULL5001: something lies outside <c>/usr</c>, <c>/etc</c> and <c>/var</c>.</exception>
    public static FileTree Apply(FileTree root)
    {
        var result = new FileTree();
        var problems = new List<Diagnostic>();
        var tmpfiles = new StringBuilder("# What packages ship below /var: made on first boot, because /var starts empty.\n");
        foreach (var (path, inode) in root.Entries)
        {
            if (path == "/" || path == "/etc" || path == "/var")
            {
                if (path == "/etc")
                {
                    result.Set(EtcDefaults, inode);
                }

                continue;
            }

            if (path == "/usr" || path.StartsWith("/usr/", StringComparison.Ordinal))
            {
                result.Set(path, inode);
            }
            else if (path.StartsWith("/etc/", StringComparison.Ordinal))
            {
                result.Set(EtcDefaults + path[4..], inode);
            }
            else if (path.StartsWith("/var/", StringComparison.Ordinal))
            {
                AddVar(result, tmpfiles, path, inode);
            }
            else if (inode.Type is not (InodeType.Directory or InodeType.SymbolicLink) || !IsBelowRootDirectory(path))
            {
                problems.Add(ComposeErrors.OutsideUsr.With($"{path} ({inode.Type}, from {inode.Origin}) lies outside /usr, /etc and /var.", new(path)));
            }
        }

        if (problems.Count > 0)
        {
            throw new HullException(problems);
        }

        result.Set(VarTmpfiles, Inode.File(Content.FromText(tmpfiles.ToString()), origin: Origin));
        return result;
    }

    private static bool IsBelowRootDirectory(string path) =>
        s_rootDirectories.Any(d => path == d || path.StartsWith(d + "/", StringComparison.Ordinal));

    private static void AddVar(FileTree result, StringBuilder tmpfiles, string path, Inode inode)
    {
        var name = path.Replace("%", "%%", StringComparison.Ordinal).Replace(" ", "\\x20", StringComparison.Ordinal);
        var mode = Convert.ToString(inode.Mode, 8).PadLeft(4, '0');
        switch (inode.Type)
        {
            case InodeType.Directory:
                tmpfiles.Append(CultureInfo.InvariantCulture, $"d {name} {mode} {inode.Uid} {inode.Gid} -\n");
                break;
            case InodeType.SymbolicLink:
                tmpfiles.Append(CultureInfo.InvariantCulture, $"L {name} - - - - {inode.LinkTarget}\n");
                break;
            case InodeType.File:
                result.Set(VarFactory + path[4..], inode);
                tmpfiles.Append(CultureInfo.InvariantCulture, $"C {name} {mode} {inode.Uid} {inode.Gid} - {VarFactory}{name[4..]}\n");
                break;
            default:
                throw ComposeErrors.OutsideUsr.Error($"{path} ({inode.Type}, from {inode.Origin}) cannot be made on first boot.", new(path));
        }
    }
}
