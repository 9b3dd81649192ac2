using System.Globalization;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>The <c>%files</c> section.</summary>
internal static class FileList
{
    /// <summary>Files that a package owns and something else makes, by package.</summary>
    public static IReadOnlyDictionary<string, string[]> Ghosts { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["libc-bin"] = ["/etc/ld.so.cache"],
        ["systemd"] = ["/etc/machine-id"],
        ["ca-certificates"] = ["/etc/ssl/certs/ca-certificates.crt"],
    };

    /// <summary>Files that a package of Azure Linux brings and a Debian script copies: the first accounts.</summary>
    public static IReadOnlyDictionary<string, (string Path, string From)[]> Copies { get; } = new Dictionary<string, (string, string)[]>(StringComparer.Ordinal)
    {
        ["base-passwd"] = [("/etc/group", "/usr/share/base-passwd/group.master"), ("/etc/passwd", "/usr/share/base-passwd/passwd.master")],
    };

    /// <summary>File capabilities, which Debian's archives cannot carry, as Azure Linux's packages have them.</summary>
    public static IReadOnlyDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/usr/bin/ping"] = "cap_net_raw=ep",
    };

    /// <summary>The lines of the section.</summary>
    /// <param name="package">The package's name.</param>
    /// <param name="entries">Its entries.</param>
    /// <param name="conffiles">Its configuration files.</param>
    /// <param name="sharedDirectories">Directories that belong to the base package alone, as to Azure Linux's "filesystem".</param>
    public static IEnumerable<string> Lines(string package, IEnumerable<TarEntry> entries, IReadOnlySet<string> conffiles, IReadOnlySet<string> sharedDirectories)
    {
        foreach (var entry in entries)
        {
            if (entry.Type == InodeType.Directory && package != BasePackage && (entry.Path == "/" || sharedDirectories.Contains(entry.Path)))
            {
                continue;
            }

            yield return $"{Attributes(entry)} {Markers(entry, conffiles)}\"{Escape(entry.Path)}\"";
        }

        foreach (var path in Ghosts.GetValueOrDefault(package, []))
        {
            yield return $"%attr(0644, root, root) %ghost %verify(not md5 size mtime) \"{Escape(path)}\"";
        }
    }

    /// <summary>The package that owns the directories everybody uses.</summary>
    public const string BasePackage = "base-files";

    private static string Attributes(TarEntry entry) => entry.Type == InodeType.SymbolicLink
        ? $"%attr(-, {Owner(entry.UserName)}, {Owner(entry.GroupName)})"
        : $"%attr({Convert.ToString(entry.Mode, 8).PadLeft(4, '0')}, {Owner(entry.UserName)}, {Owner(entry.GroupName)})";

    private static string Owner(string name) => name.Length > 0 ? name : "root";

    private static string Markers(TarEntry entry, IReadOnlySet<string> conffiles) => entry switch
    {
        { Type: InodeType.Directory } => "%dir ",
        _ when conffiles.Contains(entry.Path) || Copies.Values.Any(c => c.Any(f => f.Path == entry.Path)) => "%config(noreplace) ",
        _ when entry.Path.StartsWith("/usr/share/doc/", StringComparison.Ordinal) => entry.Path.EndsWith("/copyright", StringComparison.Ordinal) ? "%license " : "%doc ",
        _ when Capabilities.TryGetValue(entry.Path, out var caps) => string.Create(CultureInfo.InvariantCulture, $"%caps({caps}) "),
        _ => "",
    };

    private static string Escape(string path) => path.Replace("%", "%%", StringComparison.Ordinal);
}
