using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>An encrypted volume that is open, and how the next boots open it.</summary>
/// <param name="Name">Its name below /dev/mapper.</param>
/// <param name="Uuid">Its identifier.</param>
/// <param name="Key">The key that the root file system keeps; empty when something else opens it.</param>
/// <param name="Options">Options of its line in /etc/crypttab.</param>
public sealed record OpenVolume(string Name, string Uuid, ReadOnlyMemory<byte> Key, IReadOnlyList<string> Options);

/// <summary>Makes and opens encrypted volumes. Keys are handed to programs in files of a folder that is in memory, and go with it.</summary>
/// <param name="programs">The programs.</param>
/// <param name="devices">The devices.</param>
/// <param name="unfinished">What earlier runs have left half made.</param>
/// <param name="fetch">Gives the contents of a key file.</param>
/// <param name="folder">An empty folder in memory, for root alone.</param>
internal sealed class LuksMaker(IPrograms programs, IBlockDevices devices, UnfinishedDevices unfinished, Func<Resource, byte[]> fetch, string folder)
{
    private const int KeyBytes = 64;

    /// <summary>Makes a volume, unless it is there, and opens it.</summary>
    /// <exception cref="HullException">
    /// HULL8076: a way of unlocking that is not known here; HULL8074: something else is there; HULL8075: the device is in use; HULL8072: a program fails.
    /// </exception>
    public OpenVolume Make(Luks luks)
    {
        var (device, node) = (luks.Device!, devices.NodeOf(luks.Device!));
        var given = luks.KeyFile.Source is { Length: > 0 };
        var key = given ? fetch(luks.KeyFile) : RandomNumberGenerator.GetBytes(KeyBytes);
        var file = Path.Combine(folder, luks.Name);
        File.WriteAllBytes(file, key);
        try
        {
            var there = luks.WipeVolume == true || unfinished.Has(device) ? null : DeviceContents.Of(programs, node);
            if (there is not { Type.Length: > 0 })
            {
                unfinished.Begin(device);
                Format(luks, node, file);
                devices.Refresh(node);
                if (given)
                {
                    // Whoever has the config can open it; another one is whole when the root keeps its key.
                    unfinished.End(device);
                }

            }
            else if (!given || there.Type != "crypto_LUKS" || (luks.Label is { Length: > 0 } label && label != there.Label) || (luks.Uuid is { Length: > 0 } uuid && uuid != there.Uuid))
            {
                throw ProvisioningErrors.DeviceHoldsOther.Error($"It holds {there.Type}, label '{there.Label}', UUID {there.Uuid}, and not the volume that the config describes.", new Location(device));
            }

            string[] discard = luks.Discard == true ? ["--allow-discards", "--persistent"] : [];
            programs.Call(device, "cryptsetup", ["luksOpen", "--key-file", file, .. discard, .. luks.OpenOptions, node, luks.Name]);
            devices.Await([$"/dev/mapper/{luks.Name}"]);
            var id = programs.Call(device, "cryptsetup", "luksUUID", node).Trim();
            if (TpmBinding.Of(luks) is not { } binding)
            {
                return new(luks.Name, id, key, ["luks"]);
            }

            programs.Call(device, "systemd-cryptenroll", $"--unlock-key-file={file}", "--tpm2-device=auto", $"--tpm2-pcrs={binding.Registers}", node);
            if (!given)
            {
                programs.Call(device, "cryptsetup", "luksRemoveKey", "--batch-mode", node, file);
            }

            return new(luks.Name, id, given ? key : default, ["luks", "tpm2-device=auto"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private void Format(Luks luks, string node, string file)
    {
        if (devices.UserOf(node) is { } user)
        {
            throw ProvisioningErrors.DeviceBusy.Error($"{user} uses it.", new Location(luks.Device!));
        }

        programs.Call(luks.Device!, "wipefs", "--all", node);
        programs.Call(luks.Device!, "cryptsetup",
        [
            "luksFormat", "--batch-mode", "--type", "luks2", "--key-file", file,
            .. luks.Label is { Length: > 0 } label ? ["--label", label] : Array.Empty<string>(),
            .. luks.Uuid is { Length: > 0 } uuid ? ["--uuid", uuid] : Array.Empty<string>(),
            .. luks.Options, node,
        ]);
    }
}
