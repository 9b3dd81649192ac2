using Ironhull.Compose.Store;

namespace Ironhull.Compose.Merge;

/// <summary>
/// dpkg's rules: directories are shared, base-files' word on them counts most; a file that two packages ship is a conflict unless the
/// Replaces field of one names the other (Debian Policy 7.6.1); numbers of accounts are those of base-passwd.
/// </summary>
internal sealed class DebianMergeRules(IReadOnlyList<UnpackedPackage> packages, Comparison<string> compareVersions) : MergeRules
{
    private const string BaseFiles = "base-files";

    private readonly ReplacesRules _replaces = new(packages, compareVersions);
    private readonly OwnerNumbers _owners = new(packages);

    public override IEnumerable<KeyValuePair<string, string>> TopLinks => UsrMerge.Required.Select(n => KeyValuePair.Create(n, "usr/" + n));

    public override string BasePackage => packages.Any(p => p.Name == BaseFiles) ? BaseFiles : "image";

    public override string AccountSource => "base-passwd";

    public override string Place(string path) => UsrMerge.Map(path);

    public override Overlap Settle(Claim earlier, Claim later)
    {
        if (PackageMerger.Alike(earlier.Entry, later.Entry))
        {
            return Overlap.Alike;
        }

        return earlier.Entry.Type == Formats.Trees.InodeType.Directory || later.Entry.Type == Formats.Trees.InodeType.Directory ? Overlap.Conflict
            : _replaces.Allows(later.Package, earlier.Package) ? Overlap.Later
            : _replaces.Allows(earlier.Package, later.Package) ? Overlap.Earlier
            : Overlap.Conflict;
    }

    public override bool? LaterDirectoryWins(Claim earlier, Claim later) => packages[later.Package].Name == BaseFiles;

    public override uint? User(PackageEntry entry) => _owners.User(entry.UserName, entry.Uid);

    public override uint? Group(PackageEntry entry) => _owners.Group(entry.GroupName, entry.Gid);
}
