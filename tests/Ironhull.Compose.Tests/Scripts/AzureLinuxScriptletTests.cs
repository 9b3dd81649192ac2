using Ironhull.Compose.Recipes;
using Ironhull.Compose.Scripts;
using Ironhull.Compose.Scripts.Rpm;
using Ironhull.Compose.Store;
using Ironhull.Packages.Rpm;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Scripts;

/// <summary>
/// The classes of scriptlets that packages of Azure Linux have, as the published specs show them with their macros expanded. Those that are
/// boiler-plate are recognised; those that are not have a recipe with the digest of what was read.
/// </summary>
public sealed class AzureLinuxScriptletTests
{
    // %systemd_post of systemd 255.
    private static string Post(string units) =>
        $"if [ $1 -eq 1 ] && [ -x \"/usr/lib/systemd/systemd-update-helper\" ]; then\n    # Initial installation\n    /usr/lib/systemd/systemd-update-helper install-system-units {units} || :\nfi\n";

    // %sysusers_create_compat of the same.
    private static string Compat(string name) =>
        $"getent group '{name}' >/dev/null || groupadd -r '{name}' || :\ngetent passwd '{name}' >/dev/null || \\\n    useradd -r -g '{name}' -d '/' -s '/sbin/nologin' -c 'x' '{name}' || :\n";

    public static TheoryData<string, string, string, string, string> Boilerplate => new()
    {
        { "glibc", "postin", "/sbin/ldconfig", "", "ldconfig" },
        { "p11-kit", "postin", "/sbin/ldconfig", "", "ldconfig" },
        { "kernel-drivers-gpu", "postin", "/bin/sh", "/sbin/depmod -a 6.6.64.2-7.azl3", "depmod" },
        { "kernel-tools", "postin", "/bin/sh", Post("cpupower.service"), "systemd" },
        { "chrony", "prein", "/bin/sh", Compat("chrony") + ":\n", "accounts" },
        { "chrony", "postin", "/bin/sh", "# a late reload\n/usr/bin/systemctl daemon-reload\n" + Post("chronyd.service chrony-wait.service"), "systemd" },
        { "dhcpcd", "prein", "/bin/sh", Compat("dhcpcd"), "accounts" },
        { "dhcpcd", "postin", "/bin/sh", Post("dhcpcd.service"), "systemd" },
        { "ebtables-services", "postin", "/bin/sh", Post("ebtables.service"), "systemd" },
        { "iptables", "postin", "/bin/sh", "/sbin/ldconfig\n" + Post("iptables.service"), "ldconfig, systemd" },
        { "moby-engine", "postin", "/bin/sh", "if ! grep -q \"^docker:\" /etc/group; then\n\tgroupadd --system docker\nfi\n", "accounts" },
        { "ntp", "prein", "/bin/sh", "if ! getent group ntp >/dev/null; then\n  groupadd -g 87 ntp\nfi\nif ! getent passwd ntp >/dev/null; then\n  useradd -c \"x\" -d /var/lib/ntp -u 87 -g ntp -s /bin/false ntp\nfi\n", "accounts" },
        { "ntp", "postin", "/bin/sh", "/usr/sbin/ldconfig\n" + Post("ntpd.service") + Post("ntpdate.service"), "ldconfig, systemd" },
        { "p11-kit-trust", "postin", "/bin/sh", "/usr/sbin/update-alternatives --install /usr/lib/libnssckbi.so \\\n        libnssckbi.so.x86_64 /usr/lib/pkcs11/p11-kit-trust.so 30\n", "alternatives" },
        { "pesign", "prein", "/bin/sh", "getent group pesign >/dev/null || groupadd -r pesign\ngetent passwd pesign >/dev/null || \\\n\tuseradd -r -g pesign -d /run/pesign -s /sbin/nologin \\\n\t\t-c \"x\" pesign\nexit 0\n", "accounts" },
        { "pesign", "postin", "/bin/sh", Post("pesign.service"), "systemd" },
        { "policycoreutils", "postin", "/bin/sh", Post("selinux-autorelabel-mark.service"), "systemd" },
        { "policycoreutils-restorecond", "postin", "/bin/sh", Post("restorecond.service"), "systemd" },
        { "rsyslog", "postin", "/bin/sh", "/sbin/ldconfig\n" + Post("rsyslog.service"), "ldconfig, systemd" },
        { "sudo", "postin", "/bin/sh", "/sbin/ldconfig\nif [ $1 -eq 1 ] ; then\n  getent group wheel > /dev/null || groupadd wheel\nfi\n", "accounts, ldconfig" },
        {
            "systemd", "postin", "/bin/sh",
            "systemd-machine-id-setup &>/dev/null || :\nsystemctl daemon-reexec &>/dev/null || {\n  if [ $1 -gt 1 ] && [ -d /run/systemd/system ] ; then\n    kill -TERM 1 &>/dev/null || :\n  fi\n}\n[ $1 -eq 1 ] || exit 0\n"
            + "[ -w /var ] && journalctl --update-catalog || :\nsystemd-sysusers || :\nsystemd-tmpfiles --create &>/dev/null || :\nsystemctl preset-all &>/dev/null || :\nsystemctl --global preset-all &>/dev/null || :\n",
            "catalog, machine-id, systemd, sysusers, tmpfiles"
        },
        {
            "systemd-networkd", "postin", "/bin/sh",
            "if [ $1 -eq 1 ] && ls /usr/lib/systemd/libsystemd-shared-24[0-6].so &>/dev/null; then\n    echo \"Skipping\"\nelse\n    " + Post("systemd-networkd.service systemd-networkd-wait-online.service") + "fi\n", "systemd"
        },
        { "systemd-udev", "postin", "/bin/sh", "udevadm hwdb --update &>/dev/null\n" + Post("systemd-udev{d,-settle,-trigger}.service systemd-udevd-{control,kernel}.socket"), "systemd, udev" },
    };

    public static TheoryData<string, string, string> NotApplicable => new()
    {
        { "kernel", "triggerin", "initramfs" },
        { "kexec-tools", "triggerin", "kernel-kdump" },
        { "selinux-policy", "triggerin", "pcre" },
        { "glibc", "postun", "" },
        { "iptables", "preun", "" },
    };

    /// <summary>Scriptlets that had to be read, by package; everything else that was found is boiler-plate.</summary>
    public static TheoryData<string, int> Reviewed => new()
    {
        { "bash", 1 }, { "ca-certificates", 1 }, { "ca-certificates-base", 1 }, { "cracklib", 1 }, { "filesystem", 1 }, { "kernel", 1 }, { "kexec-tools", 1 }, { "openssh-server", 1 }, { "pesign", 1 },
        { "rpcbind", 1 }, { "selinux-policy", 2 }, { "shadow-utils", 1 }, { "systemd", 1 }, { "systemd-journal-remote", 1 }, { "systemd-resolved", 2 }, { "systemd-udev", 1 }, { "tpm2-tss", 1 },
    };

    [Theory]
    [MemberData(nameof(Boilerplate))]
    public void Classify_ScriptletOfAKnownClass_NeedsNoReview(string package, string kind, string interpreter, string body, string kinds)
    {
        var script = Classify(package, kind, interpreter, body);
        Assert.Equal((ScriptClass.Boilerplate, kinds, ""), (script.Class, script.Reason, script.Residue));
    }

    [Theory]
    [MemberData(nameof(NotApplicable))]
    public void Classify_ScriptletThatNeverRuns_DoesNotApply(string package, string kind, string condition) =>
        Assert.Equal(ScriptClass.NotApplicable, Classify(package, kind, "/bin/sh", "rm -rf /x", condition).Class);

    [Theory]
    [MemberData(nameof(Reviewed))]
    public void Recipe_OfAPackageThatDoesMore_ListsWhatWasRead(string package, int scripts)
    {
        var recipe = Recipes().Single(r => r.Package == package);
        Assert.Equal(scripts, recipe.Scripts.Count);
    }

    [Fact]
    public void Recipes_AllWithScripts_AreListedHere() => Assert.Equal(
        Reviewed.Select(r => r.Data.Item1).Order(StringComparer.Ordinal),
        Recipes().Where(r => r.Scripts.Count > 0).Select(r => r.Package).Order(StringComparer.Ordinal));

    private static IEnumerable<Recipe> Recipes() => RecipeReader.ReadFolder(Path.Combine(RepositoryRoot.Path, "images/recipes/azurelinux")).All;

    private static ScriptClassification Classify(string package, string kind, string interpreter, string body, string condition = "") =>
        RpmScriptletClassifier.Classify(
            new() { Name = package, Version = "6.6.64.2-7.azl3", Architecture = "x86_64" },
            new() { Kind = kind, Interpreter = [interpreter], Body = body, Conditions = condition.Length == 0 ? [] : [new(condition, Packages.VersionRelation.Any, "")] },
            new HashSet<string>([package]));
}
