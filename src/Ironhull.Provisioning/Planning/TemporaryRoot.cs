using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Provisioning.Planning;

/// <summary>
/// An image's tree in a folder of its own, so that the engine itself can be run on it without root privileges. Of <c>/usr</c>, where nothing is
/// written, there are only folders, links, and the files that the engine reads. The folder goes with the object.
/// </summary>
internal sealed class TemporaryRoot : IDisposable
{
    /// <summary>What cannot be written to.</summary>
    public const string ReadOnly = "/usr";

    private const long LargestTree = 1L << 30;
    private static readonly string[] s_read = ["/usr/lib/systemd/system/", "/usr/local/lib/systemd/system/", "/usr/lib/ignition/"];

    /// <summary>Makes it.</summary>
    /// <exception cref="HullException">HULL8061: it cannot be made; HULL8032: the files are too large.</exception>
    public TemporaryRoot(FileTree tree)
    {
        Folder = Directory.CreateTempSubdirectory("ironhull-plan-").FullName;
        try
        {
            Fill(tree);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw ProvisioningErrors.RootAccess.Error($"The image's tree cannot be laid out in {Folder}: {e.Message}", new Location(Folder), cause: e);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The folder, which only its owner can enter.</summary>
    public string Folder { get; }

    /// <summary>The mode that a node has here: whoever made the tree can work on it, whatever its own mode says.</summary>
    public static int ModeOf(Inode inode) => inode.Mode | (inode.Type == InodeType.Directory ? 0x1C0 : 0x180);

    /// <summary>Whether a node is laid out here.</summary>
    public static bool Holds(string path, Inode inode) =>
        inode.Type is InodeType.Directory or InodeType.SymbolicLink
        || (inode.Type == InodeType.File && (!path.StartsWith(ReadOnly + "/", StringComparison.Ordinal) || s_read.Any(f => path.StartsWith(f, StringComparison.Ordinal))));

    /// <inheritdoc/>
    public void Dispose()
    {
        // Folders that their owner cannot enter cannot be emptied either.
        var folders = new Stack<string>([Folder]);
        while (folders.TryPop(out var folder))
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            foreach (var inner in Formats.Io.SortedDirectory.Folders(folder).Where(f => new FileInfo(f).LinkTarget is null))
            {
                folders.Push(inner);
            }
        }

        Directory.Delete(Folder, recursive: true);
    }

    // Parents come first and are folders, so that nothing is written through a link.
    private void Fill(FileTree tree)
    {
        var total = 0L;
        foreach (var (path, inode) in tree.Entries.Where(e => e.Key != "/" && Holds(e.Key, e.Value)))
        {
            var real = Folder + path;
            switch (inode.Type)
            {
                case InodeType.Directory:
                    Directory.CreateDirectory(real);
                    break;
                case InodeType.SymbolicLink:
                    File.CreateSymbolicLink(real, inode.LinkTarget!);
                    continue;
                default:
                    total += inode.Content!.Length;
                    if (total > LargestTree)
                    {
                        throw ProvisioningErrors.ContentsTooLarge.Error($"The files that a config could change have more than {LargestTree} bytes.");
                    }

                    using (var stream = inode.Content.OpenRead())
                    using (var file = new FileStream(real, FileMode.CreateNew, FileAccess.Write))
                    {
                        stream.CopyTo(file);
                    }

                    break;
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(real, (UnixFileMode)ModeOf(inode));
            }
        }
    }
}
