using System.Text;
using Ironhull.Compose.Scripts;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Tests.Scripts;

public sealed class MaintainerScriptClassifierTests
{
    private const string Systemd = """
        # Automatically added by dh_installsystemd/13.24.2
        if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ] ; then
        	# The following line should be removed in trixie or trixie+1
        	deb-systemd-helper unmask 'tool.service' >/dev/null || true

        	# was-enabled defaults to true, so new installations run enable.
        	if deb-systemd-helper --quiet was-enabled 'tool.service'; then
        		deb-systemd-helper enable 'tool.service' >/dev/null || true
        	else
        		deb-systemd-helper update-state 'tool.service' >/dev/null || true
        	fi
        fi
        # End automatically added section
        # Automatically added by dh_installsystemd/13.24.2
        if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ] ; then
        	if [ -d /run/systemd/system ]; then
        		systemctl --system daemon-reload >/dev/null || true
        		if [ -n "$2" ]; then
        			_dh_action=restart
        		else
        			_dh_action=start
        		fi
        		deb-systemd-invoke $_dh_action 'tool.service' >/dev/null || true
        	fi
        fi
        # End automatically added section

        """;

    internal static ScriptClassification Classify(string text, ScriptKind kind = ScriptKind.PostInst, string package = "tool") =>
        MaintainerScriptClassifier.Classify(package, "1.0", kind, Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Classify_GeneratedSectionsOnly_IsBoilerplateWithItsEffects()
    {
        var script = Classify("#!/bin/sh\nset -e\n" + Systemd + """
            # Automatically added by dh_installtmpfiles/13.24.2
            if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ] ; then
            	if [ -x "$(command -v systemd-tmpfiles)" ]; then
            		systemd-tmpfiles ${DPKG_ROOT:+--root="$DPKG_ROOT"} --create a.conf b.conf || true
            	fi
            fi
            # End automatically added section
            # Automatically added by dh_installsysusers/13.24.2
            if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ] ; then
               systemd-sysusers ${DPKG_ROOT:+--root="$DPKG_ROOT"} tool.conf
            fi
            # End automatically added section
            # Automatically added by dh_installdeb/13.24.2
            dpkg-maintscript-helper rm_conffile /etc/tool/x 6.5.0-3\~ -- "$@"
            # End automatically added section
            exit 0
            """);
        Assert.Equal((ScriptClass.Boilerplate, ""), (script.Class, script.Residue));
        Assert.Equal(["dh_installdeb", "dh_installsystemd", "dh_installsysusers", "dh_installtmpfiles"], script.BoilerplateKinds);
        Assert.Equal(
            [new UnitEnablement("tool.service", false), new TmpfilesApplication("a.conf"), new TmpfilesApplication("b.conf"), new SysusersApplication("tool.conf")],
            script.Effects);
    }

    [Theory]
    [InlineData("systemctl --system daemon-reload >/dev/null || true", "systemctl --system daemon-reload >/dev/null || true; rm -rf /x")]
    [InlineData("deb-systemd-helper enable 'tool.service' >/dev/null || true", "deb-systemd-helper enable 'tool.service'$(touch /x) >/dev/null || true")]
    [InlineData("_dh_action=start", "_dh_action=`touch /x`")]
    [InlineData("# End automatically added section", "")]
    [InlineData("dh_installsystemd/13.24.2", "dh_unheardof/1")]
    public void Classify_SectionWithALineTheHelperDoesNotWrite_IsAResidue(string line, string changed)
    {
        var script = Classify("#!/bin/sh\nset -e\n" + Systemd.Replace(line, changed, StringComparison.Ordinal));
        Assert.Equal(ScriptClass.Residue, script.Class);
        Assert.Contains("deb-systemd-", script.Residue, StringComparison.Ordinal);
    }

    [Fact]
    public void Classify_AnotherDebhelperVersion_KeepsTheResidueDigest()
    {
        var before = Classify("#!/bin/sh\nset -e\n\nuseful --thing\n\n" + Systemd);
        var after = Classify("#!/bin/sh\nset -e\n\nuseful --thing\n\n\n" + Systemd.Replace("13.24.2", "14.1", StringComparison.Ordinal) + "\n");
        Assert.NotEqual(before.ScriptSha256, after.ScriptSha256);
        Assert.Equal(before.ResidueSha256, after.ResidueSha256);
        Assert.Equal("#!/bin/sh\nset -e\n\nuseful --thing\n", after.Residue);
    }

    [Fact]
    public void Classify_KernelPackage_KeepsTheResidueDigestOverAbis()
    {
        const string Text = "#!/bin/sh -e\nversion=VERSION\ndepmod $version\n";
        var a = Classify(Text.Replace("VERSION", "6.12.1+deb13-cloud-amd64", StringComparison.Ordinal), package: "linux-image-6.12.1+deb13-cloud-amd64");
        var b = Classify(Text.Replace("VERSION", "6.12.2+deb13-cloud-amd64", StringComparison.Ordinal), package: "linux-image-6.12.2+deb13-cloud-amd64");
        Assert.Equal("#!/bin/sh -e\nversion=@ABI@\ndepmod $version\n", a.Residue);
        Assert.Equal(a.ResidueSha256, b.ResidueSha256);
    }

    [Theory]
    [InlineData("")]
    [InlineData("exit 0\n")]
    [InlineData("case \"$1\" in\n  configure|abort-upgrade)\n  ;;\n  *)\n    echo \"postinst called with unknown argument \\`$1'\" >&2\n    exit 1\n  ;;\nesac\n")]
    [InlineData("if [ \"$1\" = configure ] && [ -x \"$(command -v foo)\" ]; then\n  :\nelse\n  true\nfi\n")]
    [InlineData("if test \"$1\" = x\nthen\n# nothing\nfi\n. /usr/share/debconf/confmodule\ndb_stop\n")]
    public void Classify_EmptyScaffolding_IsBoilerplate(string body) => Assert.Equal(ScriptClass.Boilerplate, Classify("#!/bin/sh\n\nset -e\n\n" + body).Class);

    [Theory]
    [InlineData("touch /x\n")]
    [InlineData("if [ -n \"$(touch /x)\" ]; then\n:\nfi\n")]
    [InlineData("if touch /x; then\n:\nfi\n")]
    [InlineData("if [ -e /x ]; then\n  rm /x\nfi\n")]
    [InlineData("case \"$1\" in\n  configure)\n    rm /x ;;\nesac\n")]
    [InlineData("case \"$(rm /x)\" in\nesac\n")]
    [InlineData("case \"$1\" in\n configure) echo x > /etc/x ;;\n esac\n")]
    [InlineData("case \"$1\" in\n *) echo x > /etc/x ;;\n esac\n")]
    [InlineData("case \"$1\" in\n *) echo \"`rm /x`\" >&2 ;;\n esac\n")]
    [InlineData("true | rm /x\n")]
    [InlineData("true && rm /x\n")]
    [InlineData(": > /etc/x\n")]
    [InlineData("set -e; rm /x\n")]
    [InlineData("f() {\n rm /x\n}\n")]
    [InlineData("cat <<EOF\nEOF\n")]
    [InlineData("exit 1\n")]
    [InlineData("if [ a ]; then\n")]
    [InlineData("echo 'open\n")]
    public void Classify_AnythingThatActs_IsAResidue(string body) => Assert.Equal(ScriptClass.Residue, Classify("#!/bin/sh\nset -e\n" + body).Class);

    [Fact]
    public void Classify_ScriptOfAnotherLanguage_IsAResidue() => Assert.Equal(ScriptClass.Residue, Classify("#!/usr/bin/perl\nexit 0\n").Class);

    [Fact]
    public void Classify_LiteralAlternatives_AreBoilerplateAndData()
    {
        var script = Classify("""
            #!/bin/sh
            set -e
            case "$1" in
                configure|abort-remove)
            	update-alternatives --quiet --install /usr/sbin/rmt rmt /usr/sbin/rmt-tar 50 \
            		--slave /usr/share/man/man8/rmt.8.gz rmt.8.gz \
            			/usr/share/man/man8/rmt-tar.8.gz || true
                ;;
            esac
            """);
        Assert.Equal(ScriptClass.Boilerplate, script.Class);
        Assert.Equal(
            new AlternativeRegistration("/usr/sbin/rmt", "rmt", "/usr/sbin/rmt-tar", 50, [new("/usr/share/man/man8/rmt.8.gz", "rmt.8.gz", "/usr/share/man/man8/rmt-tar.8.gz")]),
            Assert.Single(script.Effects));
    }

    [Fact]
    public void Classify_AlternativesInsideAResidue_AreStillData()
    {
        var script = Classify("#!/bin/sh\nset -e\nupdate-alternatives --install /usr/bin/awk awk /usr/bin/gawk 10 \\\n  --slave /usr/bin/nawk nawk /usr/bin/gawk\nrm -f /x\nupdate-alternatives --install /usr/bin/$x x /y 1\n");
        Assert.Equal(ScriptClass.Residue, script.Class);
        Assert.Equal("awk", Assert.IsType<AlternativeRegistration>(Assert.Single(script.Effects)).Name);
    }

    [Theory]
    [InlineData(ScriptKind.PreRm)]
    [InlineData(ScriptKind.PostRm)]
    [InlineData(ScriptKind.Config)]
    public void Classify_ScriptsThatNeverActOnAnImage_AreNotApplicable(ScriptKind kind)
    {
        var script = Classify("#!/bin/sh\nrm -rf /\n", kind);
        Assert.Equal(ScriptClass.NotApplicable, script.Class);
        Assert.NotEmpty(script.Reason);
    }

    [Fact]
    public void Classify_Triggers_AreData()
    {
        var known = Classify("# x\nactivate-noawait ldconfig\ninterest-noawait /usr/lib/udev/hwdb.d\n", ScriptKind.Triggers);
        Assert.Equal(ScriptClass.Boilerplate, known.Class);
        Assert.Equal([new TriggerActivation("ldconfig"), new TriggerInterest("/usr/lib/udev/hwdb.d")], known.Effects);
        Assert.Equal("activate unheard-of\n", Classify("activate ldconfig\nactivate unheard-of\n", ScriptKind.Triggers).Residue);
    }

    [Fact]
    public void Classify_ControlMembers_TakesTheScriptsInOrder()
    {
        KeyValuePair<string, ReadOnlyMemory<byte>>[] members = [new("triggers", "activate ldconfig\n"u8.ToArray()), new("control", "x"u8.ToArray()), new("preinst", "#!/bin/sh\n"u8.ToArray())];
        Assert.Equal([ScriptKind.PreInst, ScriptKind.Triggers], MaintainerScriptClassifier.Classify("p", "1", members).Select(s => s.Kind));
    }

    [Fact]
    public void Check_UnreviewedScript_ReportsHULL5110WithTextAndDigest()
    {
        var script = Classify("#!/bin/sh\nrm /x\n");
        var diagnostic = Assert.Single(ScriptReview.Check([script], []));
        Assert.Equal("HULL5110", diagnostic.Code.Code);
        Assert.Contains("+rm /x", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains(script.ResidueSha256.ToString(), diagnostic.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ReviewedScript_IsAccepted()
    {
        var script = Classify("#!/bin/sh\nrm /x\n", package: "linux-image-6.1");
        Assert.Empty(ScriptReview.Check([script], [new("linux-image-*", ScriptKind.PostInst, script.ResidueSha256, "no need")]));
        Assert.Single(ScriptReview.Check([script], [new("linux-image-*", ScriptKind.PreInst, script.ResidueSha256, "no need")]));
    }

    [Fact]
    public void Check_ChangedScript_ShowsTheDifference()
    {
        var before = Classify("#!/bin/sh\none\ntwo\nthree\n");
        var after = Classify("#!/bin/sh\none\n2\nthree\n");
        var diagnostic = Assert.Single(ScriptReview.Check([after], [new("tool", ScriptKind.PostInst, before.ResidueSha256, "", before.Residue)]));
        Assert.Contains("     one\n    -two\n    +2\n     three", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unused_ReviewOfAnOlderText_IsListed()
    {
        var script = Classify("#!/bin/sh\nrm /x\n");
        var old = new ReviewedScript("tool", ScriptKind.PostInst, Sha256Digest.Of("old"u8), "");
        Assert.Equal([old], ScriptReview.Unused([script], [old, new("tool", ScriptKind.PostInst, script.ResidueSha256, "")]));
    }

    [Theory]
    [InlineData("a\nb\nc\n", "a\nb\nc\n", "")]
    [InlineData("", "a\n", "@@ line 1 @@\n+a\n")]
    [InlineData("a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nd\ne\nf\nG\n", "@@ line 4 @@\n d\n e\n f\n-g\n+G\n")]
    public void Render_Difference_ShowsChangesWithContext(string before, string after, string expected) => Assert.Equal(expected, LineDifference.Render(before, after));

    [Fact]
    public void Render_Report_NamesClassDigestsEffectsAndResidue()
    {
        var report = ScriptReport.Render([Classify("#!/bin/sh\nset -e\n" + Systemd), Classify("#!/bin/sh\nrm /x\n", package: "b")]);
        Assert.Contains("# Residue: 1 scripts", report, StringComparison.Ordinal);
        Assert.Contains("effect: enable unit tool.service", report, StringComparison.Ordinal);
        Assert.Contains("== b postinst Residue", report, StringComparison.Ordinal);
        Assert.Contains("   | rm /x", report, StringComparison.Ordinal);
    }
}
