using Ironhull.Compose.Definition;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Locking;

/// <summary>Orders versions as their packaging world does.</summary>
public static class PackageVersion
{
    /// <summary>Compares two whole versions.</summary>
    /// <returns>Negative, zero or positive.</returns>
    public static int Compare(PackagingKind packaging, string left, string right) =>
        packaging == PackagingKind.Rpm ? RpmVersion.Compare(left, right) : DebianVersion.Compare(left, right);
}
