using Ironhull.Packages.Debian;

namespace Ironhull.Resolution.Debian;

/// <summary>A candidate that is a Debian package.</summary>
public sealed class DebianCandidate : Candidate
{
    internal DebianCandidate(DebianPackage package)
        : base(package.Name, package.Version, package.Architecture, package.Sha256.ToString()) => Package = package;

    /// <summary>The package.</summary>
    public DebianPackage Package { get; }
}
