using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Build;

/// <summary>
/// The kernel that starts after a crash, and its initrd. Both lie in <c>/usr</c>, so they are verified like everything
/// there; the kernel also carries the distribution's signature, which kexec_file_load(2) checks under lockdown.
/// </summary>
public static class CrashKernel
{
    /// <summary>The folder of both.</summary>
    public const string Folder = "/usr/lib/ironhull/crash";

    private const string Origin = "image";

    /// <summary>Adds them to the tree.</summary>
    /// <param name="root">Changed.</param>
    /// <param name="kernel">The image's own kernel.</param>
    /// <param name="initrdPath">The compressed initrd, on the machine that builds.</param>
    public static void Add(FileTree root, Content kernel, string initrdPath)
    {
        root.EnsureDirectory(Folder, Origin);
        root.Set($"{Folder}/vmlinuz", Inode.File(kernel, origin: Origin));
        root.Set($"{Folder}/initrd", Inode.File(Content.FromBytes(File.ReadAllBytes(initrdPath)), origin: Origin));
    }
}
