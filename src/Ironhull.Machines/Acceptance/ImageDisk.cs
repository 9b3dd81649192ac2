using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Trees;
using Ironhull.Machines.Host;
using Ironhull.Machines.Qemu;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>The image under test, read without starting it, and small disks made from its boot files.</summary>
internal sealed class ImageDisk : IDisposable
{
    // A FAT32 volume needs at least 65525 clusters; sparse, so size costs nothing.
    private const long BootVolumeLength = 260L << 20;
    private static readonly Guid s_disk = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1a01");
    private static readonly Guid s_partition = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1a02");
    private readonly FileStream _raw;
    private readonly GptTable _table;

    private ImageDisk(FileStream raw)
    {
        _raw = raw;
        _table = GptTable.Read(raw);
    }

    /// <summary>Opens an image.</summary>
    /// <param name="path">Raw or qcow2.</param>
    /// <param name="folder">Receives a raw form of a qcow2 image.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="HullException">HULL7003, HULL10xx.</exception>
    public static async Task<ImageDisk> OpenAsync(string path, string folder, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            throw MachineErrors.ImageUnusable.Error($"{path} is not there.");
        }

        if (DiskOverlay.FormatOf(path) != "raw")
        {
            var raw = Path.Combine(folder, "image.raw");
            var result = await HostTool.RunAsync(
                HostTool.Find("qemu-img", "read the image"), ["convert", "-q", "-f", "qcow2", "-O", "raw", path, raw], cancel: cancel).ConfigureAwait(false);
            path = result.Succeeded ? raw : throw MachineErrors.ImageUnusable.Error($"{path}: {result.Error.Trim()}");
        }

        return new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
    }

    /// <summary>The partition of a type.</summary>
    /// <exception cref="HullException">HULL7003.</exception>
    public GptPartition Partition(Guid type, string name) =>
        _table.Partitions.FirstOrDefault(p => p.Type == type) ?? throw MachineErrors.ImageUnusable.Error($"The image has no {name} partition.");

    /// <summary>Reads bytes of the disk.</summary>
    public byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        _raw.Position = offset;
        _raw.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The files of the EFI system partition.</summary>
    public FileTree BootFiles()
    {
        var esp = Partition(PartitionTypes.EfiSystem, "EFI system");
        return FatVolume.Open(_raw, esp.Offset, esp.Length).ToFileTree();
    }

    /// <summary>The registers of a machine that boots this image, all its addons included.</summary>
    /// <exception cref="HullException">HULL10xx, HULL60xx: nothing can be predicted.</exception>
    public BootPrediction Predict(KeyStore keys)
    {
        var kernel = KernelPath(BootFiles());
        return BootPredictor.Predict(_raw, keys, _raw.Name).First(p => p.Kernel == kernel);
    }

    /// <summary>Writes a copy of the disk with other files in its EFI system partition.</summary>
    /// <param name="path">The new raw disk.</param>
    /// <param name="change">Changes the files.</param>
    public void CopyWithBootFiles(string path, Action<FileTree> change)
    {
        var files = BootFiles();
        change(files);
        var esp = Partition(PartitionTypes.EfiSystem, "EFI system");
        using var disk = SparseFile.Create(path, _raw.Length);
        disk.Write(Read(0, checked((int)esp.Offset)));
        _raw.Position = esp.Offset + esp.Length;
        SparseFile.CopyNonZero(_raw, disk, _raw.Position);
        FatWriter.Write(disk, esp.Offset, files, new FatOptions(esp.Length, 0x48554C4C, "ESP", 1_700_000_000, (uint)esp.FirstLba));
    }

    /// <summary>The path of the unified kernel image among the boot files.</summary>
    public static string KernelPath(FileTree files) =>
        files.Entries.Select(e => e.Key).FirstOrDefault(IsKernel)
        ?? throw MachineErrors.ImageUnusable.Error("The EFI system partition holds no unified kernel image in EFI/Linux.");

    /// <summary>Writes a disk that has nothing but an EFI system partition with these files: enough for what the firmware decides.</summary>
    public static void WriteBootDisk(string path, FileTree files)
    {
        var (table, length) = GptTable.Place(s_disk, [(PartitionTypes.EfiSystem, s_partition, "ESP", BootVolumeLength, 0)]);
        using var disk = new FileStream(path, FileMode.Create, FileAccess.ReadWrite);
        disk.SetLength(length);
        var esp = table.Partitions[0];
        FatWriter.Write(disk, esp.Offset, files, new FatOptions(esp.Length, 0x48554C4C, "ESP", 1_700_000_000, (uint)esp.FirstLba));
        table.WriteTo(disk);
    }

    /// <inheritdoc/>
    public void Dispose() => _raw.Dispose();

    private static bool IsKernel(string path) =>
        path.StartsWith("/EFI/Linux/", StringComparison.OrdinalIgnoreCase)
        && path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase)
        && path.Count(c => c == '/') == 3;
}
