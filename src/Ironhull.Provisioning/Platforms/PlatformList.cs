using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Platforms;

/// <summary>Every platform that is known.</summary>
public static class PlatformList
{
    /// <summary>The platforms, by name.</summary>
    public static IReadOnlyList<IPlatform> All { get; } = [new AzurePlatform(), new FilePlatform(), new HyperVPlatform(), new MetalPlatform(), new OpenStackPlatform(), new QemuPlatform()];

    /// <summary>Finds a platform.</summary>
    /// <exception cref="HullException">HULL8084.</exception>
    public static IPlatform Find(string name) => All.FirstOrDefault(p => p.Name == name)
        ?? throw ProvisioningErrors.UnknownPlatform.Error($"The platform '{name}' is not known; these are: {string.Join(", ", All.Select(p => p.Name))}.");
}
