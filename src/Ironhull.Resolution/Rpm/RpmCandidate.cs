using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>A candidate that is an RPM package.</summary>
public sealed class RpmCandidate : Candidate
{
    internal RpmCandidate(RpmPackage package, int place)
        : base(package.Name, package.Version, package.Architecture, package.Checksum.Hex)
    {
        Package = package;
        Place = place;
    }

    /// <summary>The package.</summary>
    public RpmPackage Package { get; }

    /// <summary>Its place in the order of the repositories.</summary>
    internal int Place { get; }
}
