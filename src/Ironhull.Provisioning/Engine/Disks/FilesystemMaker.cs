using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>Makes file systems and swap areas, and keeps what is there already as the config wants it.</summary>
internal sealed class FilesystemMaker(IPrograms programs, IBlockDevices devices, UnfinishedDevices unfinished)
{
    /// <summary>Makes one, unless it is there.</summary>
    /// <param name="filesystem">What the config says of it.</param>
    /// <param name="node">The device by the kernel's own name.</param>
    /// <returns>Whether one was made.</returns>
    /// <exception cref="HullException">HULL8074: something else is there; HULL8075: the device is in use; HULL8072: a program fails.</exception>
    public bool Make(Filesystem filesystem, string node)
    {
        if (filesystem.Format is null or "" or "virtiofs")
        {
            return false;
        }

        var device = filesystem.Device;
        var wipe = filesystem.WipeFilesystem == true || unfinished.Has(device);
        if (!wipe)
        {
            if (filesystem.Format == "none")
            {
                return false;
            }

            var there = DeviceContents.Of(programs, node);
            if (Matches(there, filesystem))
            {
                return false;
            }

            if (there.Type.Length > 0)
            {
                throw ProvisioningErrors.DeviceHoldsOther.Error(
                    $"It holds {there.Type}, label '{there.Label}', UUID {there.Uuid}, and not {filesystem.Format}{Wish(" label", filesystem.Label)}{Wish(" UUID", filesystem.Uuid)}.",
                    new Location(device));
            }
        }

        if (devices.UserOf(node) is { } user)
        {
            throw ProvisioningErrors.DeviceBusy.Error($"{user} uses it.", new Location(device));
        }

        if (wipe)
        {
            programs.Call(device, "wipefs", "--all", node);
        }

        if (filesystem.Format != "none")
        {
            unfinished.Begin(device);
            var (program, arguments) = Command(filesystem, node);
            programs.Call(device, program, arguments);
        }

        unfinished.End(device);
        return true;

        static string Wish(string what, string? value) => string.IsNullOrEmpty(value) ? "" : $",{what} {value}";
    }

    /// <summary>The programs that <see cref="Make"/> may call.</summary>
    internal static IEnumerable<string> Programs(Filesystem filesystem) =>
    [
        .. filesystem.WipeFilesystem == true ? ["wipefs"] : filesystem.Format == "none" ? Array.Empty<string>() : ["blkid", "wipefs"],
        .. filesystem.Format == "none" ? Array.Empty<string>() : [Command(filesystem, filesystem.Device).Program],
    ];

    /// <summary>The program that makes a file system, and its arguments.</summary>
    internal static (string Program, string[] Arguments) Command(Filesystem filesystem, string node)
    {
        var (label, uuid) = (filesystem.Label is { Length: > 0 } l ? l : null, filesystem.Uuid is { Length: > 0 } u ? u : null);
        var (program, fixedArguments) = filesystem.Format switch
        {
            "btrfs" => ("mkfs.btrfs", Arguments("--force", Pair("-U", uuid), Pair("-L", label))),
            "ext4" => ("mkfs.ext4", Arguments("-F", Pair("-U", uuid), Pair("-L", label))),
            "xfs" => ("mkfs.xfs", Arguments("-f", Pair("-m", uuid is null ? null : $"uuid={uuid}"), Pair("-L", label))),
            "swap" => ("mkswap", Arguments("-f", Pair("-U", uuid), Pair("-L", label))),

            // -I: also on a whole disk.
            "vfat" => ("mkfs.vfat", Arguments("-I", Pair("-i", uuid?.Replace("-", "", StringComparison.Ordinal)), Pair("-n", label))),
            _ => throw new InvalidOperationException($"No such format passes validation: {filesystem.Format}"),
        };
        return (program, [.. fixedArguments, .. filesystem.Options, node]);

        static string[] Arguments(string force, params string[][] pairs) => [force, .. pairs.SelectMany(p => p)];

        static string[] Pair(string option, string? value) => value is null ? [] : [option, value];
    }

    private static bool Matches(DeviceContents there, Filesystem filesystem) =>
        there.Type == filesystem.Format
        && (filesystem.Label is null or "" || there.Label == filesystem.Label)
        && (filesystem.Uuid is null or "" || Canonical(there.Uuid) == Canonical(filesystem.Uuid));

    private static string Canonical(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
