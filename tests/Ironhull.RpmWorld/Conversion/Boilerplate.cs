using System.Globalization;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Scripts;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>
/// The scriptlets that Azure Linux's packages have because of what is in them: <c>ldconfig</c> for libraries, the expansions of
/// <c>%systemd_post</c> and its kin for units, users of sysusers.d in <c>%pre</c>, tmpfiles.d, alternatives.
/// </summary>
internal static class Boilerplate
{
    private const string Units = "/usr/lib/systemd/system/", UserUnits = "/usr/lib/systemd/user/", Sysusers = "/usr/lib/sysusers.d/", Tmpfiles = "/usr/lib/tmpfiles.d/";
    private static readonly string[] s_suffixes = [".service", ".socket", ".timer", ".path", ".target"];

    /// <summary>Packages whose own scriptlets do all this, or that are what it is done by.</summary>
    private static readonly HashSet<string> s_without = new(StringComparer.Ordinal) { "systemd", "udev" };

    /// <summary>The scriptlets of a package; at most one of each section.</summary>
    /// <param name="package">Its name.</param>
    /// <param name="root">Its files.</param>
    /// <param name="scripts">Its Debian scripts, from which alternatives and the ldconfig trigger are taken.</param>
    public static IEnumerable<Scriptlet> Of(string package, BuildRoot root, IReadOnlyList<ScriptClassification> scripts)
    {
        if (s_without.Contains(package))
        {
            yield break;
        }

        var units = Installable(root, Units);
        var userUnits = Installable(root, UserUnits);
        var effects = scripts.SelectMany(s => s.Effects).ToList();
        var hasLibraries = effects.OfType<TriggerActivation>().Any(t => t.Name == "ldconfig");
        var users = string.Concat(root.Entries.Where(e => e.Type == InodeType.File && e.Path.StartsWith(Sysusers, StringComparison.Ordinal)).Select(e => Users(e.Path, root.Text(e.Path))));
        if (users.Length > 0)
        {
            yield return new("pre", users);
        }

        var post = string.Concat(
            Helper(units, "install-system-units", "[ $1 -eq 1 ]", "Initial installation"),
            Helper(userUnits, "install-user-units", "[ $1 -eq 1 ]", "Initial installation"),
            TmpfilesOf(root),
            string.Concat(effects.OfType<AlternativeRegistration>().Select(Alternative)));
        if (hasLibraries)
        {
            yield return post.Length == 0 ? new("post", "", "/sbin/ldconfig") : new("post", "/sbin/ldconfig\n" + post);
            yield return new("postun", "", "/sbin/ldconfig");
        }
        else if (post.Length > 0)
        {
            yield return new("post", post);
        }

        if (units.Count > 0)
        {
            yield return new("preun", Helper(units, "remove-system-units", "[ $1 -eq 0 ]", "Package removal, not upgrade"));
            if (!hasLibraries)
            {
                yield return new("postun", Helper(units, "mark-restart-system-units", "[ $1 -ge 1 ]", "Package upgrade, not uninstall"));
            }
        }
    }

    private static List<string> Installable(BuildRoot root, string folder) =>
    [
        .. root.Entries
            .Where(e => e.Type == InodeType.File && e.Path.StartsWith(folder, StringComparison.Ordinal) && e.Path.IndexOf('/', folder.Length) < 0 && s_suffixes.Any(s => e.Path.EndsWith(s, StringComparison.Ordinal)))
            .Where(e => root.Text(e.Path).Contains("[Install]", StringComparison.Ordinal))
            .Select(e => e.Path[folder.Length..])
            .Order(StringComparer.Ordinal),
    ];

    // As systemd's RPM macros expand; systemd-update-helper(8) is systemd's own.
    private static string Helper(IReadOnlyList<string> units, string verb, string condition, string comment) => units.Count == 0 ? "" :
        $$"""

        if {{condition}} && [ -x "/usr/lib/systemd/systemd-update-helper" ]; then
            # {{comment}}
            /usr/lib/systemd/systemd-update-helper {{verb}} {{string.Join(' ', units)}} || :
        fi

        """;

    private static string TmpfilesOf(BuildRoot root)
    {
        var names = root.Entries.Where(e => e.Type == InodeType.File && e.Path.StartsWith(Tmpfiles, StringComparison.Ordinal)).Select(e => e.Path[Tmpfiles.Length..]).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "" : $"[ -x /usr/bin/systemd-tmpfiles ] && systemd-tmpfiles --create {string.Join(' ', names)} || :\n";
    }

    private static string Alternative(AlternativeRegistration alternative) =>
        $"update-alternatives --install {alternative.Link} {alternative.Name} {alternative.Path} {alternative.Priority}" +
        string.Concat(alternative.Slaves.Select(s => $" \\\n  --slave {s.Link} {s.Name} {s.Path}")) + "\n";

    // As %sysusers_create_compat expands.
    private static string Users(string path, string text)
    {
        var lines = new List<string> { $"# generated from {path[Sysusers.Length..]}" };
        foreach (var line in SysusersFile.Parse(text, path))
        {
            switch (line.Kind)
            {
                case SysusersLineKind.Group:
                    lines.Add(GroupAdd(line.Name, line.Uid));
                    break;
                case SysusersLineKind.User:
                    if (line.Group is null)
                    {
                        lines.Add(GroupAdd(line.Name, line.Uid));
                    }

                    lines.Add($"getent passwd '{line.Name}' >/dev/null || \\\n    useradd -r{Number(" -u", line.Uid)} -g '{line.Group ?? line.Name}' -d '{line.Home ?? "/"}' -s '{line.Shell ?? "/sbin/nologin"}' -c '{line.Gecos}' '{line.Name}' || :");
                    break;
                case SysusersLineKind.Member:
                    lines.Add($"usermod -a -G '{line.Group}' '{line.Name}' || :");
                    break;
                default:
                    break;
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string GroupAdd(string name, uint? number) => $"getent group '{name}' >/dev/null || groupadd{(number is null ? "" : " -f")}{Number(" -g", number)} -r '{name}' || :";

    private static string Number(string option, uint? number) => number is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{option} '{number}'");
}
