using System.Runtime.InteropServices;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Platforms;

/// <summary>Reads volumes by mounting them, read-only, in a folder of their own.</summary>
/// <param name="paths">Where devices are.</param>
/// <param name="loadModule">Loads a kernel module by its name, if it can be.</param>
public sealed class MountedVolumes(NodePaths paths, Action<string> loadModule) : IVolumes
{
    // linux/cdrom.h: CDROM_DRIVE_STATUS, CDS_DISC_OK.
    private const nuint DriveStatus = 0x5326;
    private const int DiscOk = 4;

    // linux/mount.h: MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC.
    private const nuint ReadOnlyMount = 1 | 2 | 4 | 8;

    // O_NONBLOCK opens a drive without a disc.
    private const int NonBlocking = 0x800;

    /// <inheritdoc/>
    public string? Find(string label) =>
        paths.At(Path.Combine("dev/disk/by-label", label)) is var path && File.Exists(path) ? path : Discs().FirstOrDefault(d => DiscLabel(d) == label);

    // ECMA-119, 8.4: the primary volume descriptor in sector 16; udev tells no disc's label without a program of its own.
    private static string? DiscLabel(string device)
    {
        const int Sector = 2048, Descriptor = 16, LabelAt = 40, LabelLength = 32;
        try
        {
            using var disc = File.OpenRead(device);
            disc.Seek(Descriptor * Sector, SeekOrigin.Begin);
            var sector = new byte[Sector];
            disc.ReadExactly(sector);
            return sector.AsSpan(0, 6).SequenceEqual("\u0001CD001"u8) ? Encoding.ASCII.GetString(sector, LabelAt, LabelLength).TrimEnd(' ', '\0') : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Discs()
    {
        // The driver of optical drives is not among the few that an initrd has.
        loadModule("sr_mod");
        var found = new List<string>();
        for (var number = 0; number < 4; number++)
        {
            var device = paths.At($"dev/sr{number}");
            var drive = File.Exists(device) ? Libc.Open(device, NonBlocking | (int)Libc.CloseOnExec) : -1;
            if (drive >= 0)
            {
                if (Libc.Control(drive, DriveStatus, nuint.MaxValue >> 1) == DiscOk)
                {
                    found.Add(device);
                }

                _ = Libc.Close(drive);
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public byte[]? Read(string device, IReadOnlyList<string> fileSystems, string path)
    {
        var folder = Directory.CreateTempSubdirectory("hull-volume-").FullName;
        try
        {
            var error = 0;
            foreach (var format in fileSystems)
            {
                loadModule(format);
                if (Libc.Mount(device, folder, format, ReadOnlyMount, null) == 0)
                {
                    try
                    {
                        using var root = new RootFolder(folder);
                        return root.Read("/" + path);
                    }
                    finally
                    {
                        _ = Libc.Unmount(folder, 0);
                    }
                }

                error = Marshal.GetLastPInvokeError();
            }

            throw ProvisioningErrors.PlatformFailed.Error(
                $"{device} cannot be mounted as {string.Join(" or ", fileSystems)}: {Marshal.GetPInvokeErrorMessage(error)}.", new Location(device));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
