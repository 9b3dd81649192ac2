using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>What a config's disks need of the machine: programs, and modules of the kernel.</summary>
internal static class StorageNeeds
{
    /// <summary>Refuses a config that needs programs which the machine does not have, before anything is written.</summary>
    /// <exception cref="HullException">HULL8077, for each of them.</exception>
    public static void RefuseMissing(StorageSection storage, IPrograms programs)
    {
        Diagnostic[] missing = [.. Programs(storage).DistinctBy(n => n.Program).Where(n => !programs.Has(n.Program))
            .Select(n => ProvisioningErrors.ProgramMissing.With($"There is no program {n.Program} on this machine, which {n.What} needs.", new Location(n.Device)))];
        if (missing.Length > 0)
        {
            throw new HullException(missing);
        }
    }

    /// <summary>The programs, each with what needs it.</summary>
    internal static IEnumerable<(string Program, string What, string Device)> Programs(StorageSection storage)
    {
        foreach (var array in storage.Raid)
        {
            yield return ("mdadm", $"the array {array.Name}", $"/dev/md/{array.Name}");
        }

        foreach (var volume in storage.Luks)
        {
            foreach (var program in (string[])["blkid", "wipefs", "cryptsetup", .. TpmBinding.Of(volume) is not null ? ["systemd-cryptenroll"] : Array.Empty<string>()])
            {
                yield return (program, $"the encrypted volume {volume.Name}", volume.Device!);
            }
        }

        foreach (var filesystem in storage.Filesystems.Where(f => f.Format is not (null or "" or "virtiofs")))
        {
            foreach (var program in FilesystemMaker.Programs(filesystem))
            {
                yield return (program, filesystem.Format == "none" ? "wiping the device" : $"the format {filesystem.Format}", filesystem.Device);
            }
        }
    }

    /// <summary>
    /// Names and aliases of the modules that the kernel would load by itself if its root had them all: in an initrd it has few, and those of the root
    /// that the initrd has mounted have to be asked for.
    /// </summary>
    internal static IEnumerable<string> Modules(StorageSection storage) =>
    [
        .. storage.Raid.Select(r => $"md-{Personality(r.Level ?? "")}"),

        // The cipher through which cryptsetup fills a new volume's header.
        .. storage.Luks.Count > 0 ? ["dm_crypt", "algif_skcipher"] : Array.Empty<string>(),
        .. storage.Filesystems.SelectMany(f => f.Format switch
        {
            // With the code page and character set of its names.
            "vfat" => ["fs-vfat", "nls_cp437", "nls_ascii"],
            "ext4" or "xfs" or "btrfs" or "virtiofs" => [$"fs-{f.Format}"],
            _ => Array.Empty<string>(),
        }).Distinct(StringComparer.Ordinal),
    ];

    private static string Personality(string level) => level switch
    {
        "stripe" => "raid0",
        "mirror" => "raid1",
        _ when char.IsAsciiDigit(level.FirstOrDefault()) => "raid" + level,
        _ => level,
    };
}
