using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Translation;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Butane;

/// <summary>Makes the units that mount file systems, or take swap areas into use, on the running system.</summary>
internal sealed class MountUnits(ButaneVersion version, FindingList findings)
{
    /// <summary>The units of file systems that want one.</summary>
    public List<ConfigNode> Make(IReadOnlyList<ConfigObject> mounted, StorageSection storage)
    {
        var units = new List<ConfigNode>();
        foreach (var filesystem in mounted.Select(m => new Filesystem(m)))
        {
            if (Wrong(filesystem) is { } wrong)
            {
                var index = storage.Filesystems.ToList().FindIndex(f => f.Device == filesystem.Device);
                findings.Add(new(FindingLevel.Error, ProvisioningErrors.YamlConfig, $"$.storage.filesystems.{index}", filesystem.Node.Where, wrong));
                continue;
            }

            var isRemote = storage.Luks.Any(l => l.Clevis.Tang.Count > 0 && filesystem.Device is { } d && (d == $"/dev/mapper/{l.Name}" || d == $"/dev/disk/by-id/dm-name-{l.Name}"));
            var name = filesystem.Format == "swap" ? UnitName.Escape(filesystem.Device) + ".swap" : UnitName.Escape(filesystem.Path!) + ".mount";
            units.Add(new ObjectBuilder(filesystem.Node.Where).Set("name", name).Set("enabled", true).Set("contents", Contents(filesystem, isRemote)).Build());
        }

        return units;
    }

    private string? Wrong(Filesystem filesystem)
    {
        if (string.IsNullOrEmpty(filesystem.Format))
        {
            return "with_mount_unit needs a format";
        }

        if (filesystem.Format == "swap")
        {
            return version.Target.Minor >= 3 ? null : "with_mount_unit knows swap areas from fcos 1.4.0 on";
        }

        return string.IsNullOrEmpty(filesystem.Path) ? "with_mount_unit needs a path"
            : version.Variant == "fcos" && version.Minor >= 4 && filesystem.Path is not ("/etc" or "/var") && !filesystem.Path.StartsWith("/etc/", StringComparison.Ordinal) && !filesystem.Path.StartsWith("/var/", StringComparison.Ordinal)
                ? "with_mount_unit takes paths below /etc and /var on fcos" : null;
    }

    private static string Contents(Filesystem filesystem, bool isRemote)
    {
        string[] options = [.. filesystem.MountOptions, .. isRemote ? (string[])["_netdev"] : []];
        var optionLine = options.Length > 0 ? $"Options={string.Join(',', options)}\n" : "";
        if (filesystem.Format == "swap")
        {
            return $"# Made by hull provision convert\n[Swap]\nWhat={filesystem.Device}\n{optionLine}\n[Install]\nRequiredBy=swap.target\n";
        }

        var check = $"systemd-fsck@{UnitName.Escape(filesystem.Device)}.service";
        return $"# Made by hull provision convert\n[Unit]\nRequires={check}\nAfter={check}\n\n[Mount]\nWhere={filesystem.Path}\nWhat={filesystem.Device}\n"
            + $"Type={filesystem.Format}\n{optionLine}\n[Install]\nRequiredBy={(isRemote ? "remote-fs" : "local-fs")}.target\n";
    }
}
