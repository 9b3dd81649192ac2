using System.Runtime.InteropServices;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Failures;

/// <summary>The EFI system partition that this machine was started from, mounted while it is held: what is written there can be read on another machine, whatever becomes of ROOT.</summary>
public sealed class SystemPartition : IDisposable
{
    /// <summary>Our folder on it.</summary>
    public const string FolderPath = "EFI/ironhull";

    // systemd-boot's "LoaderDevicePartUUID", and the name that the image's definition gives the partition.
    private const string LoaderVariable = "LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-442b29bb8c4f";
    private const string Label = "ESP";

    // linux/mount.h: MS_NOSUID, MS_NODEV, MS_NOEXEC.
    private const nuint MountFlags = 2 | 4 | 8;
    private readonly string _top;
    private readonly bool _isMounted;

    /// <summary>A partition that is mounted already, and stays so.</summary>
    /// <param name="top">Where.</param>
    public SystemPartition(string top) => _top = top;

    private SystemPartition(string top, bool isMounted) => (_top, _isMounted) = (top, isMounted);

    /// <summary>Mounts it in a folder of /run.</summary>
    /// <param name="paths">Where devices are, and what the firmware says.</param>
    /// <param name="loadModule">Loads a kernel module by its name, if it can be.</param>
    /// <exception cref="HullException">HULL8098.</exception>
    public static SystemPartition Mount(NodePaths paths, Action<string> loadModule)
    {
        var device = Device(paths) ?? throw Unavailable("there is no such partition");

        // FAT's code page and character set are modules too, and the kernel finds none by itself in an initrd.
        foreach (var module in (string[])["vfat", "nls_cp437", "nls_ascii"])
        {
            loadModule(module);
        }

        var folder = paths.At("run/ironhull/esp");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(e.Message);
        }

        return Libc.Mount(device, folder, "vfat", MountFlags, "umask=0077") == 0 ? new(folder, true)
            : throw Unavailable($"{device} cannot be mounted: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Reads a file of our folder; null when it is not there or cannot be read.</summary>
    public byte[]? Read(string name)
    {
        try
        {
            return StageFile.Read(Path.Combine(_top, FolderPath, name));
        }
        catch (HullException)
        {
            return null;
        }
    }

    /// <summary>Writes a file of our folder; it is complete or as it was, and on the disk.</summary>
    /// <exception cref="HullException">HULL8098.</exception>
    public void Write(string name, ReadOnlySpan<byte> contents)
    {
        try
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_top, FolderPath)).FullName, name);
            using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
            {
                file.Write(contents);
                file.Flush(flushToDisk: true);
            }

            File.Move(path + ".new", path, overwrite: true);
            Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(e.Message);
        }
    }

    /// <summary>Removes a file of our folder, if it is there.</summary>
    /// <exception cref="HullException">HULL8098.</exception>
    public void Remove(string name)
    {
        try
        {
            if (File.Exists(Path.Combine(_top, FolderPath, name)))
            {
                File.Delete(Path.Combine(_top, FolderPath, name));
                Flush();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isMounted)
        {
            _ = Libc.Unmount(_top, 0);
        }
    }

    private static string? Device(NodePaths paths)
    {
        var id = FirmwareVariable.Read(paths, LoaderVariable)?.ToLowerInvariant();
        string[] candidates = [.. id is null ? Array.Empty<string>() : [$"dev/disk/by-partuuid/{id}"], $"dev/disk/by-partlabel/{Label}"];
        return candidates.Select(paths.At).FirstOrDefault(File.Exists);
    }

    private static HullException Unavailable(string why) => ProvisioningErrors.SystemPartition.Error($"The EFI system partition cannot be used: {why}.");

    private void Flush()
    {
        var folder = Libc.Open(_top, (int)(Libc.CloseOnExec | Libc.Directory));
        if (folder >= 0)
        {
            _ = Libc.FlushAll(folder);
            _ = Libc.Close(folder);
        }
    }
}
