using CsCheck;
using Ironhull.Compose.Scripts;
using Ironhull.Compose.Scripts.Rpm;
using Ironhull.Compose.Store;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Tests.Scripts;

public class RpmScriptletClassifierTests
{
    private static readonly RpmFacts s_facts = new() { Name = "p", Version = "1:2.0-3.azl3", Architecture = "x86_64" };

    private static ScriptClassification Classify(string body, string kind = "postin", string interpreter = "/bin/sh", RpmScriptletFlags flags = RpmScriptletFlags.None, params RpmDependency[] conditions) =>
        RpmScriptletClassifier.Classify(
            s_facts, new() { Kind = kind, Interpreter = interpreter.Split(' '), Body = body, Flags = flags, Conditions = conditions }, new HashSet<string>(["p", "there"]));

    private static string Effects(ScriptClassification script) => string.Join("; ", script.Effects.Select(ScriptReport.Describe));

    [Theory]
    [InlineData("", "/sbin/ldconfig", "ldconfig", "")]
    [InlineData("", "/bin/sh", "nothing to do", "")]
    [InlineData("/sbin/ldconfig", "/bin/sh", "ldconfig", "")]
    [InlineData("ldconfig >/dev/null 2>&1 || :\nexit 0", "/bin/sh", "ldconfig", "")]
    [InlineData("[ -x /sbin/ldconfig ] && /usr/sbin/ldconfig -X || true", "/bin/sh", "ldconfig", "")]
    [InlineData("exit 0", "/bin/sh", "nothing to do", "")]
    [InlineData("# nothing\n:\n", "/bin/bash", "nothing to do", "")]
    [InlineData("set -e\necho hello\nprintf '%s' x >&2", "/bin/sh", "nothing to do", "")]
    [InlineData("systemctl --no-reload preset a.service b.socket &>/dev/null || :", "/bin/sh", "systemd", "enable unit a.service; enable unit b.socket")]
    [InlineData("if [ $1 -eq 1 ] ; then \n        # Initial installation\n        systemctl preset a.service >/dev/null 2>&1 || :\nfi", "/bin/sh", "systemd", "enable unit a.service")]
    [InlineData("if [ -x \"/usr/lib/systemd/systemd-update-helper\" ]; then\n    # Initial installation\n    /usr/lib/systemd/systemd-update-helper install-system-units a.service b.timer || :\nfi", "/bin/sh", "systemd", "enable unit a.service; enable unit b.timer")]
    [InlineData("/usr/lib/systemd/systemd-update-helper install-user-units u.service || :", "/bin/sh", "systemd", "enable user unit u.service")]
    [InlineData("systemctl enable crond\nsystemctl start crond", "/bin/sh", "systemd", "enable unit crond.service")]
    [InlineData("systemctl daemon-reload > /dev/null 2>&1 || :\nudevadm control --reload && udevadm trigger", "/bin/sh", "systemd, udev", "")]
    [InlineData("[ -x /usr/bin/systemd-sysusers ] && systemd-sysusers p.conf || :", "/bin/sh", "sysusers", "sysusers p.conf")]
    [InlineData("systemd-sysusers --replace=/usr/lib/sysusers.d/p.conf - <<SYSTEMD_INLINE_EOF >/dev/null || :\n# a comment\nu dbus 81 \"Message Bus\" / -\nSYSTEMD_INLINE_EOF\n", "/bin/sh", "sysusers", "account u dbus 81 \"Message Bus\" / -")]
    [InlineData("systemd-sysusers - <<-'EOF'\n\tg wheel 10\n\tEOF\n", "/bin/sh", "sysusers", "account g wheel 10")]
    [InlineData("[ -x /usr/bin/systemd-tmpfiles ] && systemd-tmpfiles --create p.conf || :", "/bin/sh", "tmpfiles", "tmpfiles p.conf")]
    [InlineData("systemd-tmpfiles --replace=/usr/lib/tmpfiles.d/p.conf --create - <<EOF || :\nd /run/p 0755 root root -\nEOF", "/bin/sh", "tmpfiles", "tmpfiles p.conf")]
    [InlineData("/usr/sbin/update-alternatives --install /usr/bin/nc nc /usr/bin/ncat 10 \\\n  --slave /usr/share/man/nc.1 nc-man /usr/share/man/ncat.1", "/bin/sh", "alternatives", "alternative nc /usr/bin/nc -> /usr/bin/ncat priority 10, /usr/share/man/nc.1 -> /usr/share/man/ncat.1")]
    [InlineData("alternatives --install /usr/bin/x x /usr/bin/x1 5 --follower /a a /b || :", "/bin/sh", "alternatives", "alternative x /usr/bin/x -> /usr/bin/x1 priority 5, /a -> /b")]
    [InlineData("getent group g >/dev/null || groupadd -r -g 55 g\ngetent passwd u >/dev/null || useradd -r -u 55 -g g -d / -s /sbin/nologin -c \"A \\$ user\" u", "/bin/sh", "", "")]
    [InlineData("getent group g >/dev/null || groupadd -f -g '81' -r 'g'", "/bin/sh", "accounts", "account g g 81")]
    [InlineData("if ! getent passwd 'u' >/dev/null; then\n  if ! getent passwd '81' >/dev/null; then\n    useradd -r -u '81' -g 'g' -d '/' -s '/sbin/nologin' -c 'System Bus' 'u'\n  else\n    useradd -r -g 'g' -d '/' -s '/sbin/nologin' -c 'System Bus' 'u'\n  fi\nfi\nusermod -a -G audio u || exit 1", "/bin/sh", "accounts",
        "account u u 81:g \"System Bus\" \"/\" \"/sbin/nologin\"; account u u -:g \"System Bus\" \"/\" \"/sbin/nologin\"; account m u audio")]
    [InlineData("useradd --system --no-create-home --home-dir=/var/lib/x --shell /bin/false --groups a,b x", "/bin/sh", "accounts", "account u x - - \"/var/lib/x\" \"/bin/false\"; account m x a; account m x b")]
    [InlineData("case \"$1\" in\n1) ldconfig ;;\n*) : ;;\nesac", "/bin/sh", "ldconfig", "")]
    public void Classify_KnownCommands_AreBoilerplateWithTheirEffects(string body, string interpreter, string kinds, string effects)
    {
        var script = Classify(body, interpreter: interpreter);
        if (kinds.Length == 0)
        {
            Assert.Equal(ScriptClass.Residue, script.Class); // an escape inside quotes is not literal
            return;
        }

        Assert.Equal((ScriptClass.Boilerplate, kinds, effects, ""), (script.Class, script.Reason, Effects(script), script.Residue));
    }

    [Theory]
    [InlineData("rm -rf /var/lib/p")]
    [InlineData("ldconfig; rm x")]
    [InlineData("echo root::0:0 >> /etc/passwd")]
    [InlineData("echo $(rm x)")]
    [InlineData("[ `rm x` ]")]
    [InlineData("command rm x")]
    [InlineData("systemctl mask x.service")]
    [InlineData("systemctl preset $UNIT")]
    [InlineData("ldconfig | sh")]
    [InlineData("ldconfig & rm x")]
    [InlineData("/opt/bin/ldconfig")]
    [InlineData("ldconfig() { rm x; }\nldconfig")]
    [InlineData("if [ $1 -eq 1 ]; then rm x; fi")]
    [InlineData("if [ $1 -ge 1 ]; then rm x; fi")]
    [InlineData("if [ $2 -gt 1 ]; then rm x; fi")]
    [InlineData("if [ $1 -gt 1 ] || [ -e /x ]; then rm x; fi")]
    [InlineData("if [ $1 -gt 1 ]; then :; else rm x; fi")]
    [InlineData("if [ $1 -gt 1 ]; then :")]
    [InlineData("while :; do rm x; done")]
    [InlineData("cat > /etc/x <<EOF\nldconfig\nEOF")]
    [InlineData("systemd-tmpfiles --create - <<EOF\nd /run/p\nEOF")]
    [InlineData("groupadd -r $G")]
    [InlineData("useradd -r --unknown x")]
    [InlineData("'unterminated")]
    [InlineData("update-alternatives --set x /y")]
    public void Classify_AnythingElse_IsResidue(string body) => Assert.Equal(ScriptClass.Residue, Classify(body).Class);

    [Theory]
    [InlineData("if [ $1 -gt 1 ]; then rm x; fi\nldconfig")]
    [InlineData("if [ \"$1\" = \"2\" ] ; then\n  if rm x; then rm y; fi\nfi")]
    [InlineData("if [ ${1} -eq 0 ] && [ -x /usr/bin/systemctl ]; then rm x; fi")]
    [InlineData("if test $1 -eq 1; then ldconfig; else rm x; fi")]
    [InlineData("if [ $1 -eq 2 ]; then rm x; elif [ $1 -eq 1 ]; then :; else rm y; fi")]
    [InlineData("if [[ $1 -ne 1 ]]; then case x in a) rm x;; esac; fi")]
    public void Classify_BranchesOfAnUpgrade_AreNeverTaken(string body)
    {
        Assert.Equal(ScriptClass.Boilerplate, Classify(body).Class);
        Assert.Equal(ScriptClass.Residue, Classify(body, "posttrans").Class); // what $1 counts there is not told
    }

    [Fact]
    public void Classify_MixedScript_KeepsOnlyWhatIsNotKnown()
    {
        var script = Classify("#!/bin/sh\n# comment\n/sbin/ldconfig\n\nmkdir -p /var/lib/x  \nif [ -e /a ]; then\n  touch /b\nfi\nsystemctl preset a.service || :\n");
        Assert.Equal("mkdir -p /var/lib/x\nif [ -e /a ]; then\n  touch /b\nfi\n", script.Residue);
        Assert.Equal(["ldconfig", "systemd"], script.BoilerplateKinds);
        Assert.Equal("enable unit a.service", Effects(script));
        // Other boiler-plate around it changes nothing of what a review is pinned to.
        Assert.Equal(script.ResidueSha256, Classify("mkdir -p /var/lib/x\nif [ -e /a ]; then\n  touch /b\nfi").ResidueSha256);
    }

    [Fact]
    public void Classify_VersionInTheText_IsReplaced()
    {
        Assert.Equal("ln -sf linux-@VERSION@.cfg /boot/x.cfg\n", Classify("depmod -a 2.0-3.azl3\nln -sf linux-2.0-3.azl3.cfg /boot/x.cfg").Residue);
    }

    [Theory]
    [InlineData("pid = posix.fork()\nif pid == 0 then\n    assert(posix.execp(\"systemctl\", \"daemon-reload\"))\nelseif pid > 0 then\n    posix.wait(pid)\nend\n", true)]
    [InlineData("-- why\nif posix.access(\"/run/systemd/system\") then\n    pid = posix.fork()\n    if pid == 0 then\n        assert(posix.exec(\"/usr/bin/systemd-tmpfiles\", \"--create\"))\n    elseif pid > 0 then\n        posix.wait(pid)\n    end\nend", true)]
    [InlineData("rpm.execute(\"ldconfig\")", true)]
    [InlineData("-- nothing\n", true)]
    [InlineData("pid = posix.fork() if pid == 0 then assert(posix.execp(\"rm\", \"-rf\", \"/x\")) elseif pid > 0 then posix.wait(pid) end", false)]
    [InlineData("os.remove(\"/etc/x\")", false)]
    [InlineData("posix.symlink(\"usr/bin\", \"/bin\")", false)]
    public void Classify_Lua_IsKnownOnlyWhenItRunsOneKnownProgram(string body, bool known)
    {
        var script = Classify(body, "transfiletriggerin", "<lua>", RpmScriptletFlags.None, new RpmDependency("/usr/lib/systemd/system", VersionRelation.Any, ""));
        Assert.Equal(known ? ScriptClass.Boilerplate : ScriptClass.Residue, script.Class);
        Assert.Equal(!known, script.Residue.StartsWith("#! <lua>\n# on /usr/lib/systemd/system\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("preun")]
    [InlineData("postun")]
    [InlineData("preuntrans")]
    [InlineData("postuntrans")]
    [InlineData("verify")]
    [InlineData("triggerun")]
    [InlineData("triggerpostun")]
    [InlineData("filetriggerun")]
    [InlineData("filetriggerpostun")]
    [InlineData("transfiletriggerun")]
    [InlineData("transfiletriggerpostun")]
    public void Classify_Removal_DoesNotApply(string kind) => Assert.Equal(ScriptClass.NotApplicable, Classify("rm -rf /x", kind).Class);

    [Fact]
    public void Classify_TriggerOnAPackage_AppliesWhenThatPackageIsThere()
    {
        Assert.Equal(ScriptClass.NotApplicable, Classify("rm x", "triggerin", conditions: new RpmDependency("absent", VersionRelation.Any, "")).Class);
        Assert.Equal(ScriptClass.Residue, Classify("rm x", "triggerin", conditions: new RpmDependency("there", VersionRelation.Later, "1")).Class);
        Assert.Equal("# on there > 1\nrm x\n", Classify("rm x", "triggerin", conditions: new RpmDependency("there", VersionRelation.Later, "1")).Residue);
    }

    [Theory]
    [InlineData("/usr/bin/python3", "print(1)", "#! /usr/bin/python3\nprint(1)\n")]
    [InlineData("/usr/bin/glib-compile-schemas /usr/share", "", "#! /usr/bin/glib-compile-schemas /usr/share\n/usr/bin/glib-compile-schemas /usr/share\n")]
    public void Classify_OtherInterpreter_IsResidue(string interpreter, string body, string residue) => Assert.Equal(residue, Classify(body, interpreter: interpreter).Residue);

    [Fact]
    public void Classify_BodyExpandedOnTheMachine_IsResidue()
    {
        Assert.Equal(ScriptClass.Residue, Classify("echo %{version}", flags: RpmScriptletFlags.Expand).Class);
        Assert.Equal(ScriptClass.Boilerplate, Classify("echo x", flags: RpmScriptletFlags.Expand).Class);
    }

    [Fact]
    public void Classify_AnyText_ThrowsNothingAndIsQuick()
    {
        string[] vocabulary = ["if", "then", "fi", "else", "case", "esac", "in", "{", "}", "(", ")", ";", ";;", "&&", "||", "|", "&", "<<EOF", "EOF", "'", "\"", "\\", "\n", "$1", "[", "]", "-eq", "1", "rm", "ldconfig", "exit", "do", "done", "while", "#", "useradd", "-u", ">", ">/dev/null", "$(", "`"];
        var word = Gen.Int[0, vocabulary.Length - 1].Select(i => vocabulary[i]);
        word.List[0, 60].Sample(words => Classify(string.Join(' ', words)), iter: 2000);
        Assert.Equal(ScriptClass.Residue, Classify(new string('(', 200_000)).Class);
        Assert.Equal(ScriptClass.Residue, Classify(string.Concat(Enumerable.Repeat("if true; then\n", 4000))).Class);
    }

    [Fact]
    public void Kinds_NamesAndNumbers_AgreeInBothWorlds()
    {
        Assert.Equal(Enum.GetValues<ScriptKind>(), ScriptKinds.All.Select(k => k.Kind));
        Assert.All(ScriptKinds.All, k => Assert.Equal(k.Name, k.Kind.MemberName()));
        Assert.Equal(ScriptKind.PostIn, ScriptKinds.FromRpmName("postin"));
        Assert.Null(ScriptKinds.FromRpmName("postinst"));
        Assert.Null(ScriptKinds.FromMemberName("postin"));
    }
}
