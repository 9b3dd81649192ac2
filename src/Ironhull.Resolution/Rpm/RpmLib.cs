using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>
/// The features of a program that installs packages which packages may ask for, <c>rpmlib(…)</c>. The versions are those that rpm
/// states itself (lib/rpmds.c, "rpmlibProvides"); a package that asks for a feature that is not here is made in a way that is not understood.
/// </summary>
internal static class RpmLib
{
    private static readonly Dictionary<string, string> Features = new(StringComparer.Ordinal)
    {
        ["rpmlib(BuiltinLuaScripts)"] = "4.2.2-1",
        ["rpmlib(CaretInVersions)"] = "4.15.0-1",
        ["rpmlib(CompressedFileNames)"] = "3.0.4-1",
        ["rpmlib(ConcurrentAccess)"] = "4.1-1",
        ["rpmlib(DynamicBuildRequires)"] = "4.15.0-1",
        ["rpmlib(ExplicitPackageProvide)"] = "4.0-1",
        ["rpmlib(FileCaps)"] = "4.6.1-1",
        ["rpmlib(FileDigests)"] = "4.6.0-1",
        ["rpmlib(HeaderLoadSortsTags)"] = "4.0.1-1",
        ["rpmlib(LargeFiles)"] = "4.12.0-1",
        ["rpmlib(PartialHardlinkSets)"] = "4.0.4-1",
        ["rpmlib(PayloadFilesHavePrefix)"] = "4.0-1",
        ["rpmlib(PayloadIsBzip2)"] = "3.0.5-1",
        ["rpmlib(PayloadIsLzma)"] = "4.4.2-1",
        ["rpmlib(PayloadIsXz)"] = "5.2-1",
        ["rpmlib(PayloadIsZstd)"] = "5.4.18-1",
        ["rpmlib(RichDependencies)"] = "4.12.0-1",
        ["rpmlib(ScriptletExpansion)"] = "4.9.0-1",
        ["rpmlib(ScriptletInterpreterArgs)"] = "4.0.3-1",
        ["rpmlib(TildeInVersions)"] = "4.10.0-1",
        ["rpmlib(VersionedDependencies)"] = "3.0.3-1",
    };

    /// <summary>True for a dependency on the program and not on a package.</summary>
    public static bool Concerns(RpmDependency dependency) => dependency.Name.StartsWith("rpmlib(", StringComparison.Ordinal);

    /// <summary>True when the feature is known, at the version asked for.</summary>
    public static bool Has(RpmDependency dependency) => Features.TryGetValue(dependency.Name, out var version)
        && RpmVersionRange.Overlaps(VersionRelation.Equal, version, dependency.Relation, dependency.Version);
}
