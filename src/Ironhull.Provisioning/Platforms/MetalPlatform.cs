namespace Ironhull.Provisioning.Platforms;

/// <summary>A machine of its own: its config comes by the kernel command line or is part of the system, or there is none.</summary>
internal sealed class MetalPlatform : IPlatform
{
    /// <inheritdoc/>
    public string Name => "metal";

    /// <inheritdoc/>
    public byte[]? Fetch(PlatformContext context) => null;
}
