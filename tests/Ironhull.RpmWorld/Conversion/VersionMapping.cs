using Ironhull.Packages;
using Ironhull.Packages.Debian;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>A version in RPM's parts.</summary>
/// <param name="Epoch">The epoch; "0" when there is none.</param>
/// <param name="Version">The version; holds no dash.</param>
/// <param name="Release">The release; holds no dash.</param>
internal readonly record struct RpmEvr(string Epoch, string Version, string Release)
{
    /// <summary><c>[epoch:]version-release</c>.</summary>
    public override string ToString() => Epoch == "0" ? $"{Version}-{Release}" : $"{Epoch}:{Version}-{Release}";
}

/// <summary>
/// Debian versions as RPM versions. Upstream version and revision become version and release; "~" means the same in both. A
/// version without a revision gets the release "0", in packages and in relations alike, because that is what Debian compares it
/// as, while RPM would let a missing release match every release. A dash inside an upstream version becomes a dot: RPM forbids
/// it there, and both only separate. The orders are not the same for every two versions, so the converter compares the verdict of
/// every relation between the packages it converts (<see cref="RelationCheck"/>).
/// </summary>
internal static class VersionMapping
{
    /// <summary>Maps a package's version.</summary>
    public static RpmEvr Map(string debian)
    {
        var version = DebianVersion.Parse(debian);
        return new(
            version.Epoch.IsEmpty ? "0" : version.Epoch.ToString(),
            version.Upstream.ToString().Replace('-', '.'),
            version.Revision.IsEmpty ? "0" : version.Revision.ToString());
    }

    /// <summary>The sign of a relation in a spec file.</summary>
    public static string Sign(VersionRelation relation) => relation switch
    {
        VersionRelation.Earlier => "<",
        VersionRelation.EarlierOrEqual => "<=",
        VersionRelation.Equal => "=",
        VersionRelation.LaterOrEqual => ">=",
        VersionRelation.Later => ">",
        _ => throw new ArgumentOutOfRangeException(nameof(relation)),
    };
}
