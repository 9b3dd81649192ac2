using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Layout;

/// <summary>
/// Reads a folder of the definition as a tree. Owner is root; a file is 0755 when its user may execute it and 0644
/// otherwise, a directory 0755: what a version control system keeps, so that the umask of a checkout changes nothing.
/// </summary>
public static class OverlayFolder
{
    private const string Origin = "image";
    private const long LargestFile = 64 << 20;

    /// <summary>Reads a folder; files named ".gitkeep" only keep empty directories and are left out.</summary>
    /// <exception cref="HullException">HULL5010: a file is too large, not readable or of another kind.</exception>
    public static FileTree Read(string folder)
    {
        var tree = new FileTree();
        Read(tree, folder, "");
        return tree;
    }

    /// <summary>Lays a folder's tree over another: files and links replace what is there, directories are kept.</summary>
    public static void Apply(FileTree tree, FileTree overlay)
    {
        foreach (var (path, inode) in overlay.Entries)
        {
            if (inode.Type == InodeType.Directory)
            {
                tree.EnsureDirectory(path, Origin);
            }
            else
            {
                tree.Set(path, inode);
            }
        }
    }

    private static void Read(FileTree tree, string folder, string path)
    {
        foreach (var name in SortedDirectory.Folders(folder))
        {
            var target = new DirectoryInfo(name).LinkTarget;
            var inner = $"{path}/{Path.GetFileName(name)}";
            if (target is not null)
            {
                tree.Set(inner, Inode.SymbolicLink(target, Origin));
            }
            else
            {
                tree.Set(inner, Inode.Directory(origin: Origin));
                Read(tree, name, inner);
            }
        }

        foreach (var name in SortedDirectory.Files(folder))
        {
            var info = new FileInfo(name);
            var inner = $"{path}/{info.Name}";
            if (info.Name == ".gitkeep")
            {
                continue;
            }

            if (info.LinkTarget is { } target)
            {
                tree.Set(inner, Inode.SymbolicLink(target, Origin));
                continue;
            }

            if (!FileKind.IsRegular(name))
            {
                throw ComposeErrors.OverlayFile.Error($"'{name}' is neither a regular file nor a link.", new(name));
            }

            if (info.Length > LargestFile)
            {
                throw ComposeErrors.OverlayFile.Error($"'{name}' has {info.Length} bytes; files of a definition may have {LargestFile}.", new(name));
            }

            try
            {
                var executable = !OperatingSystem.IsWindows() && File.GetUnixFileMode(name).HasFlag(UnixFileMode.UserExecute);
                tree.Set(inner, Inode.File(info.Length == 0 ? Content.Empty : Content.FromBytes(File.ReadAllBytes(name)), executable ? 0x1ED : 0x1A4, Origin));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ComposeErrors.OverlayFile.Error($"'{name}' cannot be read: {e.Message}", new(name), cause: e);
            }
        }
    }
}
