using System.Text.RegularExpressions;

namespace Ironhull.Compose.Scripts;

/// <summary>
/// A generated section of a maintainer script (<c># Automatically added by dh_…</c>), recognised only when every line of it is one that
/// the helper generates: the marker alone proves nothing.
/// </summary>
internal static partial class DebhelperSection
{
    private const string Configure = """if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ]; then""";

    // Lines that are conditions without side effects, or the end of one.
    private static readonly HashSet<string> s_neutral = new(StringComparer.Ordinal)
    {
        "fi", "else", Configure,
        """if [ "$1" = "configure" ]; then""",
        """if [ "$1" = configure ]; then""",
        """if [ "$1" = install ]; then""",
        """if [ "$1" = "install" ]; then""",
        """if [ "$1" = remove ] && [ -d /run/systemd/system ]; then""",
        """if [ -n "$2" ]; then""",
        """if [ -d /run/systemd/system ]; then""",
        """if [ -z "$DPKG_ROOT" ]; then""",
        """if [ -z "${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then""",
        """if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then""",
        """if [ -z "$DPKG_ROOT" ] && [ "$1" = upgrade ] && [ -d /run/systemd/system ]; then""",
        "_dh_action=restart", "_dh_action=start", "_dh_action=try-restart",
    };

    /// <summary>Whether the section's body is what the helper generates, and what it would have done.</summary>
    /// <param name="helper">The helper's name, for example "dh_installsystemd".</param>
    /// <param name="body">The lines between the markers.</param>
    /// <param name="effects">Receives the effects when the answer is true.</param>
    public static bool TryRecognise(string helper, IReadOnlyList<string> body, List<DeclaredEffect> effects)
    {
        var found = new List<DeclaredEffect>();
        if (helper is "dh_installalternatives")
        {
            if (!ShellScaffolding.IsEmpty(string.Join('\n', body), out var alternatives))
            {
                return false;
            }

            effects.AddRange(alternatives);
            return true;
        }

        foreach (var raw in body)
        {
            var line = Spaces().Replace(raw.Trim(), " ").Replace(" ;", ";", StringComparison.Ordinal);
            if (line.Length == 0 || s_neutral.Contains(line))
            {
                continue;
            }

            if (line[0] == '#')
            {
                if (helper == "dh_installnss" && NameService().Match(line) is { Success: true } nss)
                {
                    found.Add(new NameServiceAddition(nss.Groups[1].Value, nss.Groups[2].Value, nss.Groups[3].Value));
                }

                continue;
            }

            if (!Line(helper, line, found))
            {
                return false;
            }
        }

        effects.AddRange(found);
        return true;
    }

    private static bool Line(string helper, string line, List<DeclaredEffect> found)
    {
        switch (helper)
        {
            case "dh_installsystemd" or "dh_installsystemduser" or "dh_systemd_enable" or "dh_systemd_start":
                if (UnitEnable().Match(line) is { Success: true } enable)
                {
                    found.Add(new UnitEnablement(enable.Groups["unit"].Value, enable.Groups["user"].Success));
                    return true;
                }

                return UnitHelper().IsMatch(line) || UnitInvoke().IsMatch(line) || DaemonReload().IsMatch(line);
            case "dh_installtmpfiles":
                return line == """if [ -x "$(command -v systemd-tmpfiles)" ]; then""" ||
                    Files(Tmpfiles().Match(line), found, f => new TmpfilesApplication(f));
            case "dh_installsysusers" or "dh_sysuser":
                return Files(Sysusers().Match(line), found, f => new SysusersApplication(f));
            case "dh_installinit":
                return InitCondition().IsMatch(line) || InitAction().IsMatch(line);
            case "dh_installdeb":
                return MaintscriptHelper().IsMatch(line);
            case "dh_installmenu":
                return line is "update-menus" or """if [ "$1" = "configure" ] && [ -x "`command -v update-menus`" ] && [ -x "$DPKG_ROOT`command -v update-menus`" ]; then""";
            case "dh_installnss":
                return NameServiceLine().IsMatch(line);
            case "dh_runit":
                return RunitLine().IsMatch(line);
            case "dh_makeshlibs":
                return line is "ldconfig" or "activate-noawait ldconfig";
            case "dh_installdebconf":
                return line is ". /usr/share/debconf/confmodule";
            default:
                return false;
        }
    }

    private static bool Files(Match match, List<DeclaredEffect> found, Func<string, DeclaredEffect> make)
    {
        if (!match.Success)
        {
            return false;
        }

        found.AddRange(match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(make));
        return true;
    }

    private const string UnitName = @"'[A-Za-z0-9:_.\\@-]+'";

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^deb-systemd-helper (?<user>--user )?enable '(?<unit>[A-Za-z0-9:_.\\@-]+)' >/dev/null \|\| true$")]
    private static partial Regex UnitEnable();

    [GeneratedRegex("^(?:if )?deb-systemd-helper (?:--quiet )?(?:--user )?(?:unmask|update-state|was-enabled|debian-installed) " + UnitName + @"(?:; then| >/dev/null \|\| true)$")]
    private static partial Regex UnitHelper();

    [GeneratedRegex(@"^deb-systemd-invoke (?:--user )?(?:\$_dh_action|start|stop|restart|try-restart|reload|daemon-reload)(?: " + UnitName + @")* >/dev/null \|\| true$")]
    private static partial Regex UnitInvoke();

    [GeneratedRegex(@"^systemctl --(?:system|global|user) daemon-reload >/dev/null \|\| true$")]
    private static partial Regex DaemonReload();

    [GeneratedRegex(@"^systemd-tmpfiles \$\{DPKG_ROOT:\+--root=""\$DPKG_ROOT""\} --create ([A-Za-z0-9_.@ -]+) \|\| true$")]
    private static partial Regex Tmpfiles();

    [GeneratedRegex(@"^systemd-sysusers \$\{DPKG_ROOT:\+--root=""\$DPKG_ROOT""\} ([A-Za-z0-9_.@ -]+)$")]
    private static partial Regex Sysusers();

    [GeneratedRegex(@"^if (?:\[ ""\$1"" = ""install"" \] && \[ -n ""\$2"" \] && )?(?:\[ -z ""\$(?:DPKG_ROOT|\{DPKG_ROOT:-\})"" \] && )?\[ -[ex] ""/etc/init\.d/[A-Za-z0-9_.-]+"" \]; then$")]
    private static partial Regex InitCondition();

    [GeneratedRegex(@"^(?:chmod \+x ""/etc/init\.d/[A-Za-z0-9_.-]+"" >/dev/null \|\| true|update-rc\.d [A-Za-z0-9_.-]+ defaults(?:-disabled)? >/dev/null(?: \|\| exit 1)?|invoke-rc\.d (?:--skip-systemd-native )?[A-Za-z0-9_.-]+ (?:\$_dh_action|start|stop|restart) \|\| exit 1)$")]
    private static partial Regex InitAction();

    [GeneratedRegex(@"^dpkg-maintscript-helper (?:rm_conffile|mv_conffile|symlink_to_dir|dir_to_symlink) [A-Za-z0-9:_.,~+\\/@ -]+ -- ""\$@""$")]
    private static partial Regex MaintscriptHelper();

    [GeneratedRegex("^# Installing ([a-z]+)/([A-Za-z0-9_]+) from [a-z0-9+.-]+ in position (.+)$")]
    private static partial Regex NameService();

    [GeneratedRegex(@"^(?:if \[ ""\$1"" = ""?(?:configure|install)""? \] && \[ -f ""\$\{DPKG_ROOT\}/etc/nsswitch\.conf\.nss\.\$\{DPKG_MAINTSCRIPT_PACKAGE\}-will-install"" \] && \[ -e ""\$\{DPKG_ROOT\}/etc/nsswitch\.conf"" \]; then|if ! grep -q -E (?:-e '[^']*' ?)+ ?""\$\{DPKG_ROOT\}/etc/nsswitch\.conf""; then|sed -E -i ""\$\{DPKG_ROOT\}/etc/nsswitch\.conf""(?: -e '/\^[a-z]+:[^']*')+|(?:rm|touch) ""\$\{DPKG_ROOT\}/etc/nsswitch\.conf\.nss\.\$\{DPKG_MAINTSCRIPT_PACKAGE\}-will-install"")$")]
    private static partial Regex NameServiceLine();

    [GeneratedRegex(@"^(?:if \[ ! -e /usr/lib/runit-helper/runit-helper \]; then|if \[ -z ""\$\{DPKG_ROOT:-\}"" \] && \[ -x /usr/lib/runit-helper/runit-helper \]; then|NAME='[a-z0-9_-]+' ENABLE='[a-z]+' ONUPGRADE='[a-z]+' /usr/lib/runit-helper/runit-helper postinst ""\$@""|echo ""warning: [^""`$]*"")$")]
    private static partial Regex RunitLine();
}
