using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Merge;

/// <summary>
/// Merges unpacked packages into one tree, as installing them into an empty root would, without diversions and without
/// scripts. Directories are shared; a file that two packages ship is a conflict unless it is alike or the Replaces
/// field of one names the other (Debian Policy 7.6.1). All conflicts are reported at once.
/// </summary>
public sealed class PackageMerger
{
    private readonly IReadOnlyList<UnpackedPackage> _packages;
    private readonly ReplacesRules _replaces;
    private readonly OwnerNumbers _owners;
    private readonly SortedDictionary<string, Claim> _claims = new(StringComparer.Ordinal);
    private readonly List<OverwrittenPath> _overwritten = [];
    private readonly List<DirectoryDifference> _differences = [];
    private readonly List<Diagnostic> _problems = [];

    private PackageMerger(IReadOnlyList<UnpackedPackage> packages, Comparison<string> compareVersions)
    {
        _packages = packages;
        _replaces = new ReplacesRules(packages, compareVersions);
        _owners = new OwnerNumbers(packages);
    }

    /// <summary>Merges Debian packages.</summary>
    /// <param name="packages">The packages; where packages disagree on a directory, base-files counts first, then the order given.</param>
    /// <exception cref="HullException">HULL5101, HULL5106, HULL1005: every conflict, unknown owner and path through a link.</exception>
    public static MergeResult Merge(IReadOnlyList<UnpackedPackage> packages) => Merge(packages, (a, b) => DebianVersion.Compare(a, b));

    /// <summary>Merges packages whose versions are ordered by <paramref name="compareVersions"/>.</summary>
    /// <inheritdoc cref="Merge(IReadOnlyList{UnpackedPackage})"/>
    public static MergeResult Merge(IReadOnlyList<UnpackedPackage> packages, Comparison<string> compareVersions) => new PackageMerger(packages, compareVersions).Run();

    private MergeResult Run()
    {
        for (var i = 0; i < _packages.Count; i++)
        {
            foreach (var entry in _packages[i].Entries)
            {
                Add(i, entry);
            }
        }

        var tree = Build();
        var conffiles = Conffiles(tree);
        if (_problems.Count > 0)
        {
            throw new HullException([.. _problems.OrderBy(p => p.Message, StringComparer.Ordinal)]);
        }

        return new(tree, conffiles, [.. _overwritten.OrderBy(o => o.Path, StringComparer.Ordinal)], [.. _differences.OrderBy(d => d.Path, StringComparer.Ordinal)]);
    }

    private void Add(int package, PackageEntry entry)
    {
        if (UsrMerge.IsTopLevel(entry.Path))
        {
            // base-files' own links, or an empty directory of a package from before the merge: the links are made below.
            if (entry.Type is not (InodeType.SymbolicLink or InodeType.Directory))
            {
                _problems.Add(FormatErrors.UnsafePath.With($"{_packages[package].Name}: {entry.Path} is a {entry.Type} where the merged /usr has a link.", new(_packages[package].Name)));
            }

            return;
        }

        var path = UsrMerge.Map(entry.Path);
        var claim = new Claim(package, entry);
        if (!_claims.TryGetValue(path, out var earlier))
        {
            _claims.Add(path, claim);
        }
        else if (earlier.Entry.Type == InodeType.Directory && entry.Type == InodeType.Directory)
        {
            ShareDirectory(path, earlier, claim);
        }
        else
        {
            ShareFile(path, earlier, claim);
        }
    }

    private void ShareDirectory(string path, Claim earlier, Claim later)
    {
        var (winner, other) = Name(later) == "base-files" ? (later, earlier) : (earlier, later);
        _claims[path] = winner;
        var (a, b) = (Describe(winner.Entry), Describe(other.Entry));
        if (a != b)
        {
            _differences.Add(new(path, Name(winner), Name(other), $"{a}, not {b}"));
        }
    }

    private void ShareFile(string path, Claim earlier, Claim later)
    {
        if (Alike(earlier.Entry, later.Entry))
        {
            _overwritten.Add(new(path, Name(earlier), Name(later), Identical: true));
        }
        else if (earlier.Entry.Type != InodeType.Directory && later.Entry.Type != InodeType.Directory && _replaces.Allows(later.Package, earlier.Package))
        {
            _claims[path] = later;
            _overwritten.Add(new(path, Name(later), Name(earlier), Identical: false));
        }
        else if (earlier.Entry.Type != InodeType.Directory && later.Entry.Type != InodeType.Directory && _replaces.Allows(earlier.Package, later.Package))
        {
            _overwritten.Add(new(path, Name(earlier), Name(later), Identical: false));
        }
        else
        {
            _problems.Add(TreeErrors.FileConflict.With(
                $"{path} is in {_packages[earlier.Package]} ({Summary(earlier.Entry)}) and in {_packages[later.Package]} ({Summary(later.Entry)}).", new(path)));
        }
    }

    private FileTree Build()
    {
        var tree = new FileTree();
        var links = new Dictionary<(int Package, string Path), Inode>();
        foreach (var (path, claim) in _claims)
        {
            if (LinkAbove(path) is { } link)
            {
                _problems.Add(TreeErrors.FileConflict.With(
                    $"{path} of {_packages[claim.Package]} runs through {link}, which is a {_claims[link].Entry.Type} of {_packages[_claims[link].Package]}.", new(path)));
                continue;
            }

            var inode = InodeOf(path, claim, links);
            if (inode is not null)
            {
                tree.Set(path, inode);
            }
        }

        var top = _packages.Any(p => p.Name == "base-files") ? "base-files" : "image";
        foreach (var name in UsrMerge.Required)
        {
            tree.EnsureDirectory("/usr/" + name, top);
            tree.Set("/" + name, Inode.SymbolicLink("usr/" + name, top));
        }

        return tree;
    }

    // The nearest ancestor that is not a directory; parents that no package lists are made as directories.
    private string? LinkAbove(string path)
    {
        for (var parent = FileTree.Parent(path); parent != "/"; parent = FileTree.Parent(parent))
        {
            if (_claims.TryGetValue(parent, out var claim))
            {
                return claim.Entry.Type == InodeType.Directory ? null : parent;
            }
        }

        return null;
    }

    private Inode? InodeOf(string path, Claim claim, Dictionary<(int Package, string Path), Inode> links)
    {
        var (package, entry) = (_packages[claim.Package], claim.Entry);
        // Hard links share an inode as long as both paths are the package's own.
        var key = (claim.Package, entry.HardLinkTo ?? entry.Path);
        if (entry.Type == InodeType.File && links.TryGetValue(key, out var shared))
        {
            return shared;
        }

        var uid = _owners.User(entry.UserName, entry.Uid);
        var gid = _owners.Group(entry.GroupName, entry.Gid);
        if (uid is null || gid is null)
        {
            var who = uid is null ? $"user '{entry.UserName}' ({entry.Uid})" : $"group '{entry.GroupName}' ({entry.Gid})";
            _problems.Add(TreeErrors.UnknownOwner.With($"{path} of {package} belongs to {who}, which base-passwd does not list.", new(path)));
            return null;
        }

        var inode = entry.Type switch
        {
            InodeType.Directory => Inode.Directory(entry.Mode, package.Name),
            InodeType.File => Inode.File(package.Content(entry), entry.Mode, package.Name),
            InodeType.SymbolicLink => Inode.SymbolicLink(entry.LinkTarget!, package.Name),
            _ => Inode.Special(entry.Type, entry.Mode, entry.Device.Major, entry.Device.Minor, package.Name),
        };
        inode = inode.With(uid: uid, gid: gid, modifiedSeconds: entry.ModifiedSeconds, xattrs: entry.Xattrs);
        if (entry.Type == InodeType.File)
        {
            links[key] = inode;
        }

        return inode;
    }

    [SuppressMessage("Security", "CA5351", Justification = "dpkg's own database lists configuration files by MD5; nothing is trusted by it.")]
    private List<Conffile> Conffiles(FileTree tree)
    {
        var conffiles = new SortedDictionary<string, Conffile>(StringComparer.Ordinal);
        foreach (var package in _packages)
        {
            foreach (var path in package.Conffiles.Select(UsrMerge.Map))
            {
                // Owned by whoever brought the file that is in the tree.
                if (tree.TryGet(path, out var inode) && inode.Origin == package.Name)
                {
                    var md5 = inode.Content is { } content ? Convert.ToHexStringLower(MD5.HashData(content.OpenRead())) : "";
                    conffiles[path] = new(path, package.Name, md5);
                }
            }
        }

        return [.. conffiles.Values];
    }

    private static bool Alike(PackageEntry a, PackageEntry b) =>
        a.Type == b.Type && Describe(a) == Describe(b) && a.Type switch
        {
            InodeType.File => a.Length == b.Length && a.Sha256 == b.Sha256 && SameXattrs(a, b),
            InodeType.SymbolicLink => a.LinkTarget == b.LinkTarget,
            _ => a.Device == b.Device,
        };

    private static bool SameXattrs(PackageEntry a, PackageEntry b) =>
        a.Xattrs.Count == b.Xattrs.Count && a.Xattrs.Zip(b.Xattrs).All(p => p.First.Key == p.Second.Key && p.First.Value.AsSpan().SequenceEqual(p.Second.Value));

    private static string Describe(PackageEntry entry) =>
        $"{Convert.ToString(entry.Mode, 8).PadLeft(4, '0')} {(entry.UserName.Length > 0 ? entry.UserName : entry.Uid)}:{(entry.GroupName.Length > 0 ? entry.GroupName : entry.Gid)}";

    private static string Summary(PackageEntry entry) => entry.Type switch
    {
        InodeType.File => $"{entry.Length} bytes, mode {Describe(entry)}, sha256 {entry.Sha256.ToString()[..12]}…",
        InodeType.SymbolicLink => $"a link to {entry.LinkTarget}",
        _ => $"a {entry.Type}, mode {Describe(entry)}",
    };

    private string Name(Claim claim) => _packages[claim.Package].Name;

    private readonly record struct Claim(int Package, PackageEntry Entry);
}
