namespace Ironhull.Provisioning.Platforms;

/// <summary>Reads files of volumes that are not mounted.</summary>
public interface IVolumes
{
    /// <summary>The device of the volume with this label; null when there is none.</summary>
    string? Find(string label);

    /// <summary>Optical drives that hold a disc.</summary>
    IReadOnlyList<string> Discs();

    /// <summary>Reads a file; null when the volume has no such file.</summary>
    /// <param name="device">The device.</param>
    /// <param name="fileSystems">The formats that it may have.</param>
    /// <param name="path">The file's path on the volume.</param>
    /// <exception cref="Diagnostics.HullException">HULL8085: it has none of these formats, or cannot be read.</exception>
    byte[]? Read(string device, IReadOnlyList<string> fileSystems, string path);
}
