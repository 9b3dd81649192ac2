using Ironhull.Compose.Definition;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Locking;

/// <summary>A lock names packages by SHA-256. Where a repository states another digest, the packages themselves are needed to find it.</summary>
public static class RpmDigests
{
    /// <summary>Fetches packages into the cache, checked by the digest that their repository states.</summary>
    /// <param name="definition">Names the repositories' archives and folders.</param>
    /// <param name="packages">The packages.</param>
    /// <param name="cacheFolder">The cache.</param>
    /// <param name="mirrors">Where the archives are; null for offline.</param>
    /// <param name="cancellation">Stops it; what was fetched stays.</param>
    /// <returns>The SHA-256 of each, in the order given.</returns>
    public static async Task<IReadOnlyList<Sha256Digest>> FetchAsync(
        ImageDefinition definition, IReadOnlyList<RpmPackage> packages, string cacheFolder, MirrorMap? mirrors, CancellationToken cancellation)
    {
        throw new NotImplementedException();
    }
}
