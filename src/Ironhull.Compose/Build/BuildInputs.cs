using Ironhull.Compose.Definition;
using Ironhull.Compose.Programs;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Build;

/// <summary>
/// The key of a whole build: every file that can reach an output, by content, and everything else that can. What is not
/// here must not influence a byte.
/// </summary>
public static class BuildInputs
{
    /// <summary>Makes the key.</summary>
    /// <param name="definition">The definition; all files it names are hashed.</param>
    /// <param name="lockPath">The lock.</param>
    /// <param name="certificate">SHA-256 of the signing certificates and their chains, or null when nothing is signed.</param>
    /// <param name="deferSigning">Whether signatures stay zero.</param>
    public static StageKey Of(ImageDefinition definition, string lockPath, Sha256Digest? certificate, bool deferSigning)
    {
        var key = new StageKey().Add("tool", ToolVersion.Value);
        var folder = definition.Folder;
        // One file may serve twice; in what order and for what is in the definition's own bytes.
        string?[] files =
        [
            definition.FilePath, File.Exists(lockPath) ? lockPath : null, definition.Accounts, definition.Preset, definition.Initrd?.FilePath,
            definition.CrashInitrd?.FilePath, definition.Ipe?.RulesPath, .. definition.Selinux?.Local ?? [],
        ];
        foreach (var path in files.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            AddFile(key, folder, path);
        }

        foreach (var path in definition.Recipes.Concat(definition.Files).Append(definition.Initrd?.Overlay).Append(definition.CrashInitrd?.Overlay).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            AddFolder(key, folder, path);
        }

        foreach (var program in definition.Programs)
        {
            key.Add($"program {program.Path}", ProgramFolder.Digest(definition, program));
        }

        if (definition.Extension is { } extension)
        {
            var image = ImageDefinition.Load(extension.Base);
            key.Add("base", Of(image, image.LockPath, null, false).Digest.ToString());
        }

        key.Add("certificate", certificate?.ToString() ?? "none");
        return key.Add("signing", deferSigning ? "deferred" : "at once");
    }

    private static void AddFile(StageKey key, string folder, string path)
    {
        using var stream = File.OpenRead(path);
        key.Add(Path.GetRelativePath(folder, path), Sha256Digest.Of(stream));
    }

    private static void AddFolder(StageKey key, string folder, string path)
    {
        foreach (var (name, inode) in Layout.OverlayFolder.Read(path).Entries)
        {
            // What a checkout keeps of a file: its path, kind, executable bit and bytes.
            key.Add($"{Path.GetRelativePath(folder, path)}:{name}", $"{inode.Type} {inode.Mode} {inode.LinkTarget}{inode.Content?.Sha256}");
        }
    }
}
