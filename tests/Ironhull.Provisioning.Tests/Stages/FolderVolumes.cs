using Ironhull.Diagnostics;
using Ironhull.Provisioning.Platforms;

namespace Ironhull.Provisioning.Tests.Stages;

/// <summary>Volumes that are folders, so that no test has to mount anything.</summary>
internal sealed class FolderVolumes : IVolumes
{
    /// <summary>Labels and devices.</summary>
    public Dictionary<string, string> Labels { get; } = [];

    /// <summary>Drives with discs.</summary>
    public List<string> Drives { get; } = [];

    /// <summary>What is on each device; one without is none of the formats.</summary>
    public Dictionary<string, Dictionary<string, byte[]>> Contents { get; } = [];

    public string? Find(string label) => Labels.GetValueOrDefault(label);

    public IReadOnlyList<string> Discs() => Drives;

    public byte[]? Read(string device, IReadOnlyList<string> fileSystems, string path) => Contents.TryGetValue(device, out var files)
        ? files.GetValueOrDefault(path) : throw ProvisioningErrors.PlatformFailed.Error($"{device} cannot be mounted.");
}
