using System.IO.Enumeration;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>Checks that need only paths and modes: dangling links, forbidden programs, machine identity, set-ID files.</summary>
internal static class PathChecks
{
    private static readonly string[] s_forbidden =
    [
        "/usr/bin/apt", "/usr/bin/apt-*", "/usr/bin/aptitude", "/usr/bin/dnf*", "/usr/bin/dpkg", "/usr/bin/dpkg-*", "/usr/bin/microdnf", "/usr/bin/perl", "/usr/bin/perl5*",
        "/usr/bin/pip", "/usr/bin/pip3*", "/usr/bin/python", "/usr/bin/python2*", "/usr/bin/python3*", "/usr/bin/rpm", "/usr/bin/rpm2*", "/usr/bin/rpmdb", "/usr/bin/rpmkeys", "/usr/bin/ruby*", "/usr/bin/tdnf*", "/usr/bin/yum",
        "/usr/bin/zypper", "/usr/lib/*/libperl.so.*", "/usr/lib/*/libpython3*.so.*", "/usr/lib/python3*", "/usr/lib/*/perl*", "/usr/share/perl*", "/usr/share/python3*",
        "/usr/lib/libperl.so.*", "/usr/lib/libpython3*.so.*", "/usr/lib/perl5", "/usr/lib64/perl5", "/usr/lib64/python3*", "/usr/lib/rpm", "/usr/lib/sysimage/rpm", "/var/lib/rpm",
    ];

    // What maintainer scripts and first starts write into an image that was installed by running them.
    private static readonly string[] s_identity =
    [
        "/etc/ssh/ssh_host_*_key", "/etc/ssh/ssh_host_*_key.pub", "/etc/iscsi/initiatorname.iscsi", "/etc/nvme/hostid", "/etc/nvme/hostnqn", "/etc/machine-id", "/etc/hostname",
        "/etc/chrony/chrony.keys", "/var/lib/dbus/machine-id", "/var/lib/systemd/random-seed", "/var/lib/systemd/credential.secret", "/etc/machine-info",
    ];

    public static IEnumerable<Violation> Links(TreeView view)
    {
        foreach (var (path, inode) in view.Tree.Entries)
        {
            if (inode.Type == InodeType.SymbolicLink && view.Real(path) is null && !view.LeadsToRuntime(path))
            {
                yield return new(ClosureChecks.Link, path, inode.LinkTarget!, inode.Origin, $"{path} is a link to {inode.LinkTarget}, which is not in the image");
            }
        }
    }

    public static IEnumerable<Violation> Forbidden(TreeView view)
    {
        var reported = "\0";
        foreach (var (path, inode) in view.Tree.Entries)
        {
            // A folder is reported once, not with everything in it; an empty one is nothing.
            if (path.StartsWith(reported, StringComparison.Ordinal) || !Matches(s_forbidden, path, wholeComponents: true))
            {
                continue;
            }

            if (inode.Type == InodeType.Directory)
            {
                reported = path + "/";
                if (view.Tree.Subtree(path).All(e => e.Value.Type == InodeType.Directory))
                {
                    continue;
                }
            }

            yield return new(ClosureChecks.Forbidden, path, "", inode.Origin, $"{path} is part of a language runtime or package manager");
        }
    }

    public static IEnumerable<Violation> Identity(TreeView view)
    {
        foreach (var (path, inode) in view.Tree.Entries)
        {
            // An empty machine-id, or "uninitialized", says that there is none yet (machine-id(5)).
            var blank = path == "/etc/machine-id" && inode.Content is { Length: < 32 } content && content.ToText().Trim() is "" or "uninitialized";
            if (!blank && inode.Type is InodeType.File or InodeType.SymbolicLink && Matches(s_identity, path, wholeComponents: true) && !view.LeadsToRuntime(path))
            {
                yield return new(ClosureChecks.Identity, path, "", inode.Origin, $"{path} would give every machine the same identity");
            }
        }
    }

    /// <param name="view">The tree.</param>
    /// <param name="declared">The whole list of files that may have the bits.</param>
    public static IEnumerable<Violation> Suid(TreeView view, IReadOnlyCollection<string> declared)
    {
        var allowed = declared.ToHashSet(StringComparer.Ordinal);
        foreach (var (path, inode) in view.Tree.Entries)
        {
            if (inode.Type == InodeType.File && (inode.Mode & 0xC00) != 0 && !allowed.Remove(path))
            {
                yield return new(ClosureChecks.Suid, path, Convert.ToString(inode.Mode, 8), inode.Origin, $"{path} has mode {Convert.ToString(inode.Mode, 8)} ({inode.Uid}:{inode.Gid}) and is not in the declared list");
            }
        }

        foreach (var path in allowed.Order(StringComparer.Ordinal))
        {
            var origin = view.Tree.TryGet(path, out var inode) ? inode.Origin : "";
            var what = inode is null ? "is not in the image" : $"has mode {Convert.ToString(inode.Mode, 8)}";
            yield return new(ClosureChecks.Suid, path, "", origin, $"{path} is in the declared list of set-ID files but {what}");
        }
    }

    private static bool Matches(string[] patterns, string path, bool wholeComponents) =>
        Array.Exists(patterns, p => FileSystemName.MatchesSimpleExpression(p, path, ignoreCase: false) &&
            (!wholeComponents || p.AsSpan().Count('/') == path.AsSpan().Count('/')));
}
