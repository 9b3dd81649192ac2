using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Merge;

/// <summary>
/// Merges unpacked packages into one tree, as installing them into an empty root would, without diversions and without
/// scripts. Directories are shared; what a file is that two packages ship differently, the packaging world's rules say
/// (<see cref="DebianMergeRules"/>, <see cref="RpmMergeRules"/>). All conflicts are reported at once.
/// </summary>
public sealed class PackageMerger
{
    private readonly IReadOnlyList<UnpackedPackage> _packages;
    private readonly MergeRules _rules;
    private readonly SortedDictionary<string, Claim> _claims = new(StringComparer.Ordinal);
    private readonly List<OverwrittenPath> _overwritten = [];
    private readonly List<DirectoryDifference> _differences = [];
    private readonly List<RelocatedPath> _relocated = [];
    private readonly List<Diagnostic> _problems = [];

    private PackageMerger(IReadOnlyList<UnpackedPackage> packages, MergeRules rules)
    {
        _packages = packages;
        _rules = rules;
    }

    /// <summary>Merges Debian packages.</summary>
    /// <param name="packages">The packages; where packages disagree on a directory, base-files counts first, then the order given.</param>
    /// <exception cref="HullException">HULL5101, HULL5106, HULL1005: every conflict, unknown owner and path through a link.</exception>
    public static MergeResult Merge(IReadOnlyList<UnpackedPackage> packages) =>
        new PackageMerger(packages, new DebianMergeRules(packages, (a, b) => DebianVersion.Compare(a, b))).Run();

    /// <summary>Merges RPM packages.</summary>
    /// <param name="packages">The packages.</param>
    /// <param name="accounts">Gives the owners' names their numbers.</param>
    /// <exception cref="HullException">HULL5101, HULL5106, HULL5108, HULL1005: every conflict, unknown owner, obsoleted package and path through a link.</exception>
    public static MergeResult MergeRpms(IReadOnlyList<UnpackedPackage> packages, AccountDatabase accounts) =>
        new PackageMerger(packages, new RpmMergeRules(packages, accounts)).Run();

    private MergeResult Run()
    {
        _problems.AddRange(_rules.Problems);
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

        return new(tree, conffiles, [.. _overwritten.OrderBy(o => o.Path, StringComparer.Ordinal)], [.. _differences.OrderBy(d => d.Path, StringComparer.Ordinal)])
        {
            Relocated = [.. _relocated.OrderBy(r => r.Path, StringComparer.Ordinal).ThenBy(r => r.Package, StringComparer.Ordinal)],
        };
    }

    private void Add(int package, PackageEntry entry)
    {
        if (UsrMerge.IsTopLevel(entry.Path))
        {
            // The base package's own links, or an empty directory of a package from before the merge: the links are made below.
            if (entry.Type is not (InodeType.SymbolicLink or InodeType.Directory))
            {
                _problems.Add(FormatErrors.UnsafePath.With($"{_packages[package].Name}: {entry.Path} is a {entry.Type} where the merged /usr has a link.", new(_packages[package].Name)));
            }

            return;
        }

        var path = _rules.Place(entry.Path);
        if (path != entry.Path && entry.Type != InodeType.Directory)
        {
            _relocated.Add(new(path, entry.Path, _packages[package].Name));
        }

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
        var (a, b) = (Describe(earlier.Entry), Describe(later.Entry));
        var laterWins = _rules.LaterDirectoryWins(earlier, later);
        if (a != b && laterWins is null)
        {
            Conflict(path, earlier, later);
            return;
        }

        var (winner, other) = laterWins == true ? (later, earlier) : (earlier, later);
        _claims[path] = winner;
        if (a != b)
        {
            _differences.Add(new(path, Name(winner), Name(other), $"{Describe(winner.Entry)}, not {Describe(other.Entry)}"));
        }
    }

    private void ShareFile(string path, Claim earlier, Claim later)
    {
        switch (_rules.Settle(earlier, later))
        {
            case Overlap.Alike:
                _overwritten.Add(new(path, Name(earlier), Name(later), Identical: true));
                break;
            case Overlap.Earlier:
                _overwritten.Add(new(path, Name(earlier), Name(later), Identical: false));
                break;
            case Overlap.Later:
                _claims[path] = later;
                _overwritten.Add(new(path, Name(later), Name(earlier), Identical: false));
                break;
            default:
                Conflict(path, earlier, later);
                break;
        }
    }

    private void Conflict(string path, Claim earlier, Claim later) => _problems.Add(TreeErrors.FileConflict.With(
        $"{path} is in {_packages[earlier.Package]} ({Summary(earlier.Entry)}) and in {_packages[later.Package]} ({Summary(later.Entry)}).", new(path)));

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

        foreach (var (name, target) in _rules.TopLinks)
        {
            if (tree.Resolve("/" + target) is null)
            {
                tree.EnsureDirectory("/" + target.TrimStart('/'), _rules.BasePackage);
            }

            tree.Set("/" + name, Inode.SymbolicLink(target, _rules.BasePackage));
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

        var uid = _rules.User(entry);
        var gid = _rules.Group(entry);
        if (uid is null || gid is null)
        {
            var (kind, name, number) = uid is null ? ("user", entry.UserName, entry.Uid) : ("group", entry.GroupName, entry.Gid);
            var who = number == 0 ? $"{kind} '{name}'" : $"{kind} '{name}' ({number})";
            _problems.Add(TreeErrors.UnknownOwner.With($"{path} of {package} belongs to {who}, which {_rules.AccountSource} does not list.", new(path)));
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
            foreach (var path in package.Conffiles.Select(_rules.Place))
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

    internal static bool Alike(PackageEntry a, PackageEntry b) =>
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
}
