using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Io;
using Ironhull.Signing;

namespace Ironhull.Compose.Extensions;

/// <summary>An extension that lies beside the disk instead of in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Files">The folder of its file system and hash tree.</param>
/// <param name="Packages">The packages that it holds.</param>
public sealed record ExtensionBeside(string Name, string Files, IReadOnlyList<LockedPackage> Packages)
{
    /// <summary>The folder in the output folder.</summary>
    public const string Folder = ExtensionEmbedder.OutputFolder;

    /// <summary>The file in the output folder.</summary>
    public string FileName => $"{Folder}/{Name}.raw";

    /// <summary>Writes the extension, signed unless that is deferred, and its bill of materials.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="definition">The image.</param>
    /// <param name="locked">Its packages and time.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="deferred">Whether only the place for the signature is left.</param>
    /// <exception cref="Diagnostics.HullException">HULL5009, HULL60xx.</exception>
    public IReadOnlyList<BuildOutput> Write(string folder, ImageDefinition definition, ImageLock locked, ISigningKeys keys, bool deferred)
    {
        Directory.CreateDirectory(Path.Combine(folder, Folder));
        var output = ExtensionImage.WriteOutput(folder, FileName, Files, Name, keys, deferred, ImageDefinition.Kinds.WordOf(ImageKind.Sysext));
        return [output, SpdxDocument.Write(folder, $"{Folder}/{Name}.spdx.json", Name, definition.Version, locked with { Packages = Packages })];
    }

    /// <summary>Signs the extensions of an earlier build's outputs.</summary>
    /// <param name="outputs">The build's outputs.</param>
    /// <param name="folder">Where they are.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>The outputs as they are now.</returns>
    /// <exception cref="Diagnostics.HullException">HULL5009, HULL10xx, HULL60xx.</exception>
    public static IReadOnlyList<BuildOutput> Sign(IReadOnlyList<BuildOutput> outputs, string folder, ISigningKeys keys) =>
    [
        .. outputs.Select(o => o.Kind == ImageDefinition.Kinds.WordOf(ImageKind.Sysext) ? Sign(o, folder, keys) : o),
    ];

    private static BuildOutput Sign(BuildOutput output, string folder, ISigningKeys keys)
    {
        var path = Path.Combine(folder, output.Name);
        var partial = $"{path}.partial-{Environment.ProcessId}";
        try
        {
            File.Copy(path, partial, overwrite: true);
            using (var disk = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                ExtensionImage.Sign(disk, keys.SignerOf(SigningRole.Extension), output.Name);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }

        using var stream = File.OpenRead(path);
        return output with { Allocated = AllocatedSize.Of(path), Sha256 = Sha256Digest.Of(stream).ToString() };
    }
}
