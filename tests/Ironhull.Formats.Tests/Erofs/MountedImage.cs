namespace Ironhull.Formats.Tests.Erofs;

/// <summary>An image mounted by the kernel, read-only, through a loop device.</summary>
internal sealed class MountedImage : IDisposable
{
    private MountedImage(string folder) => Folder = folder;

    public string Folder { get; }

    public static MountedImage Erofs(string image, string folder)
    {
        Directory.CreateDirectory(folder);
        if (!File.Exists("/dev/loop-control"))
        {
            HostTool.Run("mknod", "/dev/loop-control", "c", "10", "237");
        }

        HostTool.Run("mount", "-t", "erofs", "-o", "loop,ro", image, folder);
        return new(folder);
    }

    public void Dispose() => HostTool.Run("umount", Folder);
}
