using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Platforms;

/// <summary>What a platform has to find its config with.</summary>
/// <param name="Paths">Where the running system keeps what it knows.</param>
/// <param name="Fetcher">Gets URLs, when the network is there.</param>
/// <param name="Volumes">Reads volumes that are not mounted.</param>
/// <param name="LoadModule">Loads a kernel module by its name, if it can be.</param>
/// <param name="Limit">For how long a config is waited for.</param>
public sealed record PlatformContext(NodePaths Paths, ResourceFetcher Fetcher, IVolumes Volumes, Action<string> LoadModule, TimeSpan Limit)
{
    /// <summary>Where clouds have their metadata services: the link-local address that AWS chose and others took over.</summary>
    public Uri MetadataService { get; init; } = new("http://169.254.169.254/");
}

/// <summary>A kind of machine, and how it gives its machines configs.</summary>
public interface IPlatform
{
    /// <summary>Upstream's name.</summary>
    string Name { get; }

    /// <summary>Finds the machine's config.</summary>
    /// <returns>Its text; null when the machine was given none.</returns>
    /// <exception cref="Diagnostics.HullException">HULL8080: not without the network; HULL8081, HULL8085: it cannot be told in time.</exception>
    byte[]? Fetch(PlatformContext context);

    /// <summary>Asks what the platform says about the machine beside its config. Asked after <see cref="Fetch"/>.</summary>
    /// <returns>Null where the platform says nothing.</returns>
    /// <exception cref="Diagnostics.HullException">HULL8080: not without the network; HULL8081, HULL8090: what it says cannot be had or read.</exception>
    MachineMetadata? Describe(PlatformContext context) => null;
}
