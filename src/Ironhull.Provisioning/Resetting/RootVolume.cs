using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Resetting;

/// <summary>
/// The partition of a root file system, by what the kernel says of it: the mount table, the device's number, what device-mapper puts it on. A root
/// whose partition is taken out of the table is made anew by the next boot, as on a machine's first one; the kernel that runs does not mind.
/// </summary>
/// <param name="Disk">The disk.</param>
/// <param name="Number">The partition's number in the disk's table.</param>
/// <param name="Device">The partition.</param>
/// <param name="HeaderLength">How many bytes of it come before what is encrypted: headers, and the keys in them; 0 when it is not encrypted.</param>
public sealed record RootVolume(string Disk, int Number, string Device, long HeaderLength)
{
    private const int SectorLength = 512;

    // What a LUKS header can be long (cryptsetup: 16 MiB for LUKS2, from 1 MiB on for LUKS1, at most 128 MiB).
    private const long ShortestHeader = 1 << 20;
    private const long LongestHeader = 256 << 20;

    /// <summary>Finds it; null when the root is not a partition.</summary>
    /// <param name="paths">Where the running system keeps what it knows.</param>
    /// <param name="root">Where it is mounted.</param>
    /// <exception cref="HullException">HULL8061: it is encrypted, and what it lies on cannot be told.</exception>
    public static RootVolume? Find(NodePaths paths, string root)
    {
        // proc(5): the third field of a line of mountinfo is the device's number, the fifth the mount point; a later line covers an earlier one.
        var number = Text(paths.At("proc/self/mountinfo")).Split('\n').Select(l => l.Split(' ')).LastOrDefault(f => f.Length > 5 && f[4] == root)?[2];
        if (number is null || !Directory.Exists(paths.At($"sys/dev/block/{number}")))
        {
            return null;
        }

        var block = Real(paths.At($"sys/dev/block/{number}"));
        long header = 0;
        if (Text(Path.Combine(block, "dm/uuid")).StartsWith("CRYPT-LUKS", StringComparison.Ordinal))
        {
            var below = SortedDirectory.Folders(Path.Combine(block, "slaves"));
            if (below.Length != 1 || Value(below[0], "size") is not { } whole || Value(block, "size") is not { } inside)
            {
                throw Unclear();
            }

            block = Real(below[0]);
            header = whole - inside is >= ShortestHeader / SectorLength and <= LongestHeader / SectorLength ? (whole - inside) * SectorLength : throw Unclear();
        }

        return Value(block, "partition") is { } partition and > 0 and <= GptTable.EntryCount
            ? new(paths.At("dev/" + Path.GetFileName(Path.GetDirectoryName(block))), (int)partition, paths.At("dev/" + Path.GetFileName(block)), header) : null;
    }

    /// <summary>
    /// Takes the partition out of the table, at once and as a whole, then overwrites the header of an encrypted one: without the keys in it nobody reads the
    /// volume again, whoever has the TPM or the recovery key.
    /// </summary>
    /// <param name="open">Opens a device; the stream's length is the device's.</param>
    /// <exception cref="HullException">HULL10xx: the disk has no partition table; HULL8073; HULL8097: a device cannot be written.</exception>
    public void Discard(Func<string, Stream> open)
    {
        try
        {
            using (var disk = open(Disk))
            {
                var table = GptTable.Read(disk);
                (table with { Partitions = [.. table.Partitions.Where(p => p.Number != Number)] }).WriteTo(disk, durable: true);
            }

            if (HeaderLength > 0)
            {
                using var volume = open(Device);
                var zeros = new byte[1 << 20];
                for (var left = HeaderLength; left > 0; left -= zeros.Length)
                {
                    volume.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, left)));
                }

                volume.Flush();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProvisioningErrors.ResetUnavailable.Error($"{Disk} cannot be written: {e.Message}", new Location(Disk), cause: e);
        }
    }

    private static HullException Unclear() => ProvisioningErrors.RootAccess.Error("The partition below the encrypted root cannot be told.");

    // The kernel's links lead into the tree of devices, where a partition is below its disk.
    private static string Real(string path) => new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;

    private static long? Value(string block, string name) => long.TryParse(Text(Path.Combine(block, name)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string Text(string path) => StageFile.ReadVirtual(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
}
