using Ironhull.Compose.Recipes;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Merge;

/// <summary>
/// rpm's rules (lib/rpmfi.c, rpmfilesCompare; lib/transaction.c, handleOverlappedFiles): what two packages ship must be the same, but that of
/// two ELF files of different colours the 64-bit one stays. Paths run through the directory links that packages ship, such as
/// filesystem's /lib64. Accounts have the numbers that the image gives them.
/// </summary>
internal sealed class RpmMergeRules(IReadOnlyList<UnpackedPackage> packages, AccountDatabase accounts) : MergeRules
{
    // rpm's macro _prefer_color on a 64-bit machine.
    private const uint PreferredColor = 2;

    private readonly DirectoryLinks _links = new(packages);
    private readonly Dictionary<(int Package, string Path), uint> _colors = Colors(packages);

    public override IEnumerable<KeyValuePair<string, string>> TopLinks => _links.Top;

    public override string BasePackage => packages.Any(p => p.Name == "filesystem") ? "filesystem" : "image";

    public override string AccountSource => "no package, recipe or account table";

    /// <summary>Packages that another package of the set takes the place of.</summary>
    public override IEnumerable<Diagnostic> Problems =>
        from package in packages
        from obsolete in package.Rpm!.Obsoletes
        from other in packages
        where other.Name == obsolete.Name && other.Name != package.Name && Holds(obsolete, other.Version)
        select TreeErrors.ObsoletedPackage.With($"{package} takes the place of {other}: it obsoletes '{obsolete}'.", new(other.Name));

    public override string Place(string path) => _links.Resolve(path);

    public override Overlap Settle(Claim earlier, Claim later)
    {
        if (PackageMerger.Alike(earlier.Entry, later.Entry))
        {
            return Overlap.Alike;
        }

        var (a, b) = (ColorOf(earlier), ColorOf(later));
        return a == 0 || b == 0 || a == b ? Overlap.Conflict : (a & PreferredColor) != 0 ? Overlap.Earlier : (b & PreferredColor) != 0 ? Overlap.Later : Overlap.Conflict;
    }

    public override bool? LaterDirectoryWins(Claim earlier, Claim later) => null;

    public override uint? User(PackageEntry entry) => accounts.HasUser(entry.UserName) ? accounts.Uid(entry.UserName) : null;

    public override uint? Group(PackageEntry entry) => accounts.HasGroup(entry.GroupName) ? accounts.Gid(entry.GroupName) : null;

    private uint ColorOf(Claim claim) => _colors.GetValueOrDefault((claim.Package, claim.Entry.Path));

    private static Dictionary<(int Package, string Path), uint> Colors(IReadOnlyList<UnpackedPackage> packages) =>
        packages.Index().SelectMany(p => p.Item.Rpm!.Marked.Where(m => m.Color != 0).Select(m => (Key: (p.Index, m.Path), m.Color))).ToDictionary(c => c.Key, c => c.Color);

    private static bool Holds(RpmDependency dependency, string version) =>
        dependency.Relation == VersionRelation.Any || dependency.Relation.Holds(RpmVersion.Compare(version, dependency.Version));
}
