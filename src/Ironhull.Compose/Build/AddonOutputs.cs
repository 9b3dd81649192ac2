using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>The catalogue beside the disk: every addon as the disk has it, so with its signature once that is made.</summary>
public static class AddonOutputs
{
    /// <summary>The folder in the output folder.</summary>
    public const string Folder = "addons";

    /// <summary>The kind of these outputs.</summary>
    public const string Kind = "addon";

    /// <summary>Writes the addons of a disk and those that are not on it; addons that an earlier build left are removed.</summary>
    /// <param name="disk">The raw disk's bytes.</param>
    /// <param name="others">File names and PE images of addons that are not on the disk.</param>
    /// <param name="outputFolder">The build's output folder.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL10xx: not such a disk.</exception>
    public static IReadOnlyList<BuildOutput> Write(Stream disk, IEnumerable<(string FileName, byte[] Image)> others, string outputFolder, string name)
    {
        var esp = GptTable.Read(disk).Partitions.FirstOrDefault(p => p.Type == PartitionTypes.EfiSystem)
            ?? throw FormatErrors.Malformed.Error("The disk has no EFI system partition.", new(name));
        var volume = FatVolume.Open(disk, esp.Offset, esp.Length);
        var addons = volume.Entries.Where(e => IsAddon(e.Path)).Select(e => (FileName: Path.GetFileName(e.Path), Image: volume.ReadFile(e)));
        var outputs = new List<BuildOutput>();
        foreach (var (fileName, bytes) in addons.Concat(others).OrderBy(a => a.FileName, StringComparer.Ordinal).DistinctBy(a => a.FileName, StringComparer.Ordinal))
        {
            var file = $"{Folder}/{fileName}";
            AtomicFile.WriteAllBytes(Path.Combine(outputFolder, file), bytes);
            outputs.Add(new(file, Kind, bytes.Length, AllocatedSize.Of(Path.Combine(outputFolder, file)), Sha256Digest.Of(bytes).ToString()));
        }

        RemoveOthers(Path.Combine(outputFolder, Folder), [.. outputs.Select(o => Path.GetFileName(o.Name))]);
        return outputs;
    }

    /// <summary>Signs the addons of an earlier build's outputs.</summary>
    /// <param name="outputs">The build's outputs.</param>
    /// <param name="outputFolder">Where they are.</param>
    /// <param name="signer">The key of the role "boot-code".</param>
    /// <exception cref="HullException">HULL5009, HULL10xx, HULL60xx.</exception>
    public static IReadOnlyList<(string FileName, byte[] Image)> Sign(IEnumerable<BuildOutput> outputs, string outputFolder, ISigner signer) =>
    [
        .. outputs.Where(o => o.Kind == Kind).Select(o => (Path.GetFileName(o.Name), ImageSigner.SignProgram(File.ReadAllBytes(Path.Combine(outputFolder, o.Name)), signer, o.Name))),
    ];

    private static bool IsAddon(string path) =>
        path.EndsWith(AddonImage.Suffix, StringComparison.OrdinalIgnoreCase) && path.StartsWith(DiskAssembler.UkiFolder + "/", StringComparison.OrdinalIgnoreCase);

    private static void RemoveOthers(string folder, HashSet<string> names)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in SortedDirectory.Files(folder, "*" + AddonImage.Suffix).Where(f => !names.Contains(Path.GetFileName(f))))
        {
            File.Delete(file);
        }

        if (names.Count == 0 && SortedDirectory.Files(folder).Length == 0 && SortedDirectory.Folders(folder).Length == 0)
        {
            Directory.Delete(folder);
        }
    }
}
