using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Butane;

/// <summary>Files beside a YAML config that become part of the Ignition config.</summary>
/// <param name="folder">The folder that they have to be in, or null when none may be read.</param>
internal sealed class LocalFiles(string? folder)
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaximumBytes = 32 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path, relative to the folder.</param>
    /// <param name="where">The place that names it.</param>
    /// <exception cref="HullException">HULL8051.</exception>
    public byte[] Read(string path, Location where)
    {
        var full = Resolve(path, where);
        try
        {
            return new FileInfo(full).Length <= MaximumBytes
                ? File.ReadAllBytes(full) : throw ProvisioningErrors.LocalFile.Error($"'{path}' has more than {MaximumBytes} bytes.", where);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProvisioningErrors.LocalFile.Error($"'{path}' cannot be read: {e.Message}", where, cause: e);
        }
    }

    /// <summary>The full path of a file or folder below the folder.</summary>
    /// <exception cref="HullException">HULL8051: no folder was given, or the path leads out of it.</exception>
    public string Resolve(string path, Location where)
    {
        if (folder is null)
        {
            throw ProvisioningErrors.LocalFile.Error($"'{path}' is a local file, and no folder of local files was named.", where);
        }

        var root = Path.GetFullPath(folder).TrimEnd('/');
        var full = Path.GetFullPath(Path.Combine(root, path.TrimStart('/')));
        return full == root || full.StartsWith(root + "/", StringComparison.Ordinal)
            ? full : throw ProvisioningErrors.LocalFile.Error($"'{path}' leads out of the folder of local files.", where);
    }
}
