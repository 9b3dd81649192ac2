using System.Globalization;
using System.Runtime.InteropServices;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>The block devices of this machine's kernel, of which udev makes the nodes and links.</summary>
/// <param name="programs">Where udevadm is.</param>
/// <param name="deadline">How long a device may take to appear.</param>
public sealed partial class KernelBlockDevices(IPrograms programs, TimeSpan deadline) : IBlockDevices
{
    // linux/fs.h and linux/blkpg.h; the same numbers on x86-64 and arm64.
    private const uint GetSize64 = 0x8008_1272;
    private const uint GetSectorSize = 0x1268;
    private const uint PartitionCall = 0x1269;
    private const int AddPartition = 1, DeletePartition = 2, ResizePartition = 3;

    // sys/file.h: LOCK_EX
    private const int ExclusiveLock = 2;

    // The kernel counts in sectors of 512 bytes in /sys, whatever the disk has.
    private const int SysSector = 512;

    private const string Sys = "/sys/class/block";

    /// <inheritdoc/>
    public void Await(IReadOnlyCollection<string> paths)
    {
        if (paths.Count == 0)
        {
            return;
        }

        var (code, _, errors) = programs.Run("udevadm", ["wait", $"--timeout={deadline.TotalSeconds.ToString(CultureInfo.InvariantCulture)}", "--settle", .. paths]);
        if (code != 0)
        {
            var missing = paths.Where(p => !Path.Exists(p)).DefaultIfEmpty(paths.First());
            throw ProvisioningErrors.DeviceUnavailable.Error(
                $"{string.Join(", ", missing)} did not appear within {deadline.TotalSeconds} s. {errors.Trim()}".TrimEnd(), new Location(missing.First()));
        }
    }

    /// <inheritdoc/>
    public string NodeOf(string path) => Path.Combine("/dev", NameOf(path));

    // Closing a device that was written to has udev read its table and contents again. The first call asks for that at once, the second
    // one waits for what udev has come upon by itself.
    /// <inheritdoc/>
    public void Refresh(string path)
    {
        programs.Run("udevadm", "trigger", "--settle", path);
        programs.Run("udevadm", "settle", $"--timeout={deadline.TotalSeconds.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <inheritdoc/>
    public Stream Open(string path, out int sector)
    {
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

            // udev leaves a disk alone while another one has the lock: it would take the partitions away and make them again meanwhile.
            _ = Lock(handle, ExclusiveLock);
            if (Ioctl(handle, GetSize64, out long length) < 0 || Ioctl(handle, GetSectorSize, out sector) < 0)
            {
                handle.Dispose();
                throw Unavailable(path, "it is not a block device");
            }

            if (sector is not (GptTable.SectorSize or GptTable.LargeSectorSize))
            {
                handle.Dispose();
                throw Unavailable(path, $"its sectors have {sector} bytes; only {GptTable.SectorSize} and {GptTable.LargeSectorSize} are supported");
            }

            return new DeviceStream(handle, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProvisioningErrors.DeviceUnavailable.Error($"It cannot be opened: {e.Message}", new Location(path), cause: e);
        }
    }

    /// <inheritdoc/>
    public string? UserOf(string path, int partition = 0)
    {
        var name = NameOf(path);
        var mounts = File.ReadAllLines("/proc/self/mountinfo").Select(l => l.Split(' ')).ToLookup(f => f[2], f => f[4], StringComparer.Ordinal);
        var swaps = File.ReadAllLines("/proc/swaps").Skip(1).Select(l => NameOf(l.Split(' ')[0])).ToHashSet(StringComparer.Ordinal);
        IEnumerable<string> looked = partition == 0
            ? PartitionsOf(name).Append(Path.Combine(Sys, name))
            : PartitionsOf(name).Where(d => Number(d, "partition") == partition);
        return looked.Select(d => User(d, mounts, swaps)).FirstOrDefault(u => u is not null);
    }

    /// <inheritdoc/>
    public void Announce(Stream disk, string path, PartitionPlan plan)
    {
        var name = NameOf(path);
        var known = PartitionsOf(name).ToDictionary(d => (int)Number(d, "partition"), d => (First: Number(d, "start"), Count: Number(d, "size")));
        var wanted = plan.Table.Partitions.ToDictionary(p => p.Number);
        var handle = ((DeviceStream)disk).Handle;
        var replaced = plan.Changes.Where(c => c.Action == PartitionAction.Replace).Select(c => c.Partition.Number).ToHashSet();
        foreach (var (number, (first, _)) in known)
        {
            if (!wanted.TryGetValue(number, out var kept) || kept.Offset != first * SysSector || replaced.Contains(number))
            {
                Call(DeletePartition, number, 0, 0);
                known.Remove(number);
            }
        }

        foreach (var partition in plan.Table.Partitions)
        {
            var there = known.TryGetValue(partition.Number, out var now);
            if (!there || now.Count * SysSector != partition.Length)
            {
                Call(there ? ResizePartition : AddPartition, partition.Number, partition.Offset, partition.Length);
            }
        }

        unsafe void Call(int operation, int number, long start, long length)
        {
            var partition = new BlkpgPartition { Start = start, Length = length, Number = number };
            var argument = new BlkpgArgument { Operation = operation, DataLength = sizeof(BlkpgPartition), Data = &partition };
            if (Ioctl(handle, PartitionCall, &argument) < 0)
            {
                throw Unavailable(path, $"the kernel does not take its partition {number}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
            }
        }
    }

    private static IEnumerable<string> PartitionsOf(string disk) => SortedDirectory.Folders(Path.Combine(Sys, disk)).Where(d => File.Exists(Path.Combine(d, "partition")));

    private static HullException Unavailable(string path, string why) => ProvisioningErrors.DeviceUnavailable.Error($"{path}: {why}.", new Location(path));

    private static string? User(string folder, ILookup<string, string> mounts, HashSet<string> swaps)
    {
        var holders = Path.Combine(folder, "holders");
        return mounts[File.ReadAllText(Path.Combine(folder, "dev")).Trim()].FirstOrDefault() is { } mount ? $"the mount {mount}"
            : swaps.Contains(Path.GetFileName(folder)) ? "swap"
            : Directory.Exists(holders) && SortedDirectory.Folders(holders).FirstOrDefault() is { } holder ? Path.GetFileName(holder)
            : null;
    }

    private static long Number(string folder, string file) => long.Parse(File.ReadAllText(Path.Combine(folder, file)).Trim(), CultureInfo.InvariantCulture);

    // /dev/disk/by-…/x and /dev/mapper/x are links to the node that bears the kernel's name.
    private static string NameOf(string path) => Path.GetFileName(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct BlkpgPartition
    {
        public long Start;
        public long Length;
        public int Number;
        public fixed byte DeviceName[64];
        public fixed byte VolumeName[64];
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct BlkpgArgument
    {
        public int Operation;
        public int Flags;
        public int DataLength;
        public BlkpgPartition* Data;
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, out long value);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, out int value);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Ioctl(SafeFileHandle file, nuint request, BlkpgArgument* argument);
}
