using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Rpm;

/// <summary>Reads the lists of names, versions and flags of a header.</summary>
internal static class RpmRelationReader
{
    /// <summary>The entries, in the header's order.</summary>
    /// <exception cref="HullException">HULL2119: the lists do not fit together.</exception>
    public static RpmDependency[] Read(RpmHeader header, int nameTag, int versionTag, int flagsTag)
    {
        var names = header.GetStrings(nameTag);
        var versions = header.GetStrings(versionTag);
        var flags = header.GetUInt32s(flagsTag);
        if (versions.Length != names.Length || flags.Length != names.Length)
        {
            throw RpmErrors.Relations.Error(
                $"Tag {nameTag} has {names.Length} names, tag {versionTag} {versions.Length} versions, tag {flagsTag} {flags.Length} flags.", header.Place(nameTag));
        }

        var entries = new RpmDependency[names.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = Entry(header, nameTag, names[i], versions[i], flags[i]);
        }

        return entries;
    }

    private static RpmDependency Entry(RpmHeader header, int tag, string name, string version, uint flags)
    {
        var relation = RpmSense.Relation(flags);
        if (relation is null || name.Length == 0)
        {
            throw RpmErrors.Relations.Error($"'{name}' has the flags {flags:x}, which are no relation.", header.Place(tag));
        }

        // As in createrepo_c's <rpm:entry pre="1">.
        var pre = (flags & (RpmSense.PreRequire | RpmSense.ScriptPre | RpmSense.ScriptPost)) != 0;
        return version.Length == 0 ? new(name, VersionRelation.Any, "", pre) : new(name, relation.Value, relation == VersionRelation.Any ? "" : version, pre);
    }
}
