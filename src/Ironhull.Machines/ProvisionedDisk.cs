using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Machines.Acceptance;
using Ironhull.Measurement;

namespace Ironhull.Machines;

/// <summary>A copy of an image whose first boot applies an Ignition config: its signed addon for that is switched on. The copy goes when it is disposed.</summary>
public sealed class ProvisionedDisk : IDisposable
{
    private readonly string _folder;

    private ProvisionedDisk(string folder) => _folder = folder;

    /// <summary>The disk, raw.</summary>
    public string Path => System.IO.Path.Combine(_folder, "provisioned.raw");

    /// <summary>Makes the copy.</summary>
    /// <param name="image">The image in the folder that the build wrote, which has the addons beside it.</param>
    /// <param name="config">The config, which has to be there.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="HullException">HULL7012: there is no addon or no config; HULL7003.</exception>
    public static async Task<ProvisionedDisk> MakeAsync(string image, string config, CancellationToken cancel)
    {
        if (!File.Exists(config))
        {
            throw MachineErrors.NotProvisionable.Error($"There is no config {config}.", new Location(config));
        }

        var addon = AddonOf(image);
        if (!File.Exists(addon))
        {
            throw MachineErrors.NotProvisionable.Error($"There is no addon {addon}.", new Location(addon));
        }

        var disk = new ProvisionedDisk(Directory.CreateTempSubdirectory("hull-provisioned-").FullName);
        try
        {
            using var original = await ImageDisk.OpenAsync(image, disk._folder, cancel).ConfigureAwait(false);
            SwitchOn(original, addon, disk.Path);
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Where the addon of an image is.</summary>
    internal static string AddonOf(string image, string platform = "qemu") =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(image))!, "addons", $"provision-{platform}.addon.efi");

    /// <summary>Writes a copy of an image with an addon switched on.</summary>
    internal static void SwitchOn(ImageDisk image, string addon, string path) => image.CopyWithBootFiles(path, files =>
        files.Set(BootPredictor.ExtrasOf(ImageDisk.KernelPath(files)) + System.IO.Path.GetFileName(addon), Inode.File(Content.FromBytes(File.ReadAllBytes(addon)))));
}
