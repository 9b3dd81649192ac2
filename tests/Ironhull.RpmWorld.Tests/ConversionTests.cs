using CsCheck;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;
using Ironhull.RpmWorld.Conversion;

namespace Ironhull.RpmWorld.Tests;

public sealed class ConversionTests
{
    private static Dictionary<string, string> Control(params (string Name, string Value)[] fields) => fields.ToDictionary(f => f.Name, f => f.Value);

    [Theory]
    [InlineData("1.0", "1.0-0")]
    [InlineData("1.0-2", "1.0-2")]
    [InlineData("1:2.3-4+b5", "1:2.3-4+b5")]
    [InlineData("0:2.3-4", "2.3-4")]
    [InlineData("2.0-rc1-3", "2.0.rc1-3")]
    [InlineData("2.0~rc1-3~deb13u1", "2.0~rc1-3~deb13u1")]
    public void Map_Version_HasRpmsParts(string debian, string rpm) => Assert.Equal(rpm, VersionMapping.Map(debian).ToString());

    [Fact]
    public void Map_NumbersAndTildes_KeepTheirOrder() =>
        Gen.Select(Gen.Int[0, 20].Array[1, 3], Gen.Bool, Gen.Int[0, 3])
            .Select((parts, isCandidate, revision) => string.Join('.', parts) + (isCandidate ? "~rc1" : "") + (revision > 0 ? $"-{revision}" : ""))
            .Array[2].Sample(
                v => Math.Sign(DebianVersion.Compare(v[0], v[1])) == Math.Sign(RpmVersion.Compare(VersionMapping.Map(v[0]).ToString(), VersionMapping.Map(v[1]).ToString())),
                iter: 20_000, seed: "0000KOIPcNg4");

    [Fact]
    public void Run_RelationThatRpmJudgesOtherwise_IsAnError()
    {
        // Debian sorts letters before all else; to RPM a "+" only separates.
        var letters = Control(("Package", "a"), ("Version", "1.0a-1"));
        Assert.Equal(1, RelationCheck.Run([letters, Control(("Package", "b"), ("Version", "1"), ("Depends", "a (>= 1.0)"))]));
        var error = Assert.Throws<InvalidOperationException>(() => RelationCheck.Run([letters, Control(("Package", "b"), ("Version", "1"), ("Breaks", "a (<< 1.0+)"))]));
        Assert.Contains("True for Debian and False for RPM", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Depends", "a, b (>= 1:2) | c, d:any (<< 3-1)", "Requires: a|Requires: (b >= 1:2-0 or c)|Requires: d < 3-1")]
    [InlineData("Pre-Depends", "a (= 1-2)", "Requires(pre): a = 1-2")]
    [InlineData("Breaks", "a (<= 1-2)", "Conflicts: a <= 1-2")]
    [InlineData("Conflicts", "a", "Conflicts: a")]
    [InlineData("Provides", "a (= 4)", "Provides: a = 4-0")]
    [InlineData("Recommends", "a (>> 4)", "Recommends: a > 4-0")]
    [InlineData("Suggests", "a", "Suggests: a")]
    [InlineData("Enhances", "a", "Enhances: a")]
    [InlineData("Replaces", "a (<< 2)", "")]
    public void Lines_OfARelationshipField_AreRpms(string field, string value, string lines) => Assert.Equal(lines, string.Join('|', DependencyMapping.Lines(Control((field, value)))));

    [Fact]
    public void Lines_OfAPackageThatTakesAnothersPlace_ObsoleteIt() => Assert.Contains(
        "Obsoletes: a < 2-1", DependencyMapping.Lines(Control(("Replaces", "a (<< 2-1)"), ("Breaks", "a (<< 2-1)"), ("Provides", "a"))));

    [Theory]
    [InlineData("Files: *\nLicense: MIT\n\nFiles: debian/*\nLicense: GPL-2+ with exception\nLicense: MIT\n", "(GPL-2+ with exception) and MIT")]
    [InlineData("This is free software.", "LicenseRef-copyright-file")]
    public void Summarise_CopyrightFile_GivesItsShortNames(string text, string licence) => Assert.Equal(licence, Licence.Summarise(text));

    [Fact]
    public void Lines_OfFiles_HaveOwnersModesAndMarkers()
    {
        static TarEntry Entry(string path, InodeType type, int mode, string group = "") => new() { Path = path, Type = type, Mode = mode, Uid = 0, Gid = 0, GroupName = group, LinkTarget = type == InodeType.SymbolicLink ? "x" : null };
        TarEntry[] entries =
        [
            Entry("/", InodeType.Directory, 0x1ED), Entry("/usr/bin", InodeType.Directory, 0x1ED), Entry("/var/p", InodeType.Directory, 0x3ED, "mail"), Entry("/usr/bin/ping", InodeType.File, 0x1ED),
            Entry("/etc/p.conf", InodeType.File, 0x1A4), Entry("/usr/share/doc/p/copyright", InodeType.File, 0x1A4), Entry("/usr/share/doc/p/100%", InodeType.File, 0x1A4), Entry("/usr/bin/q", InodeType.SymbolicLink, 0x1FF),
        ];
        Assert.Equal(
            [
                "%attr(1755, root, mail) %dir \"/var/p\"",
                "%attr(0755, root, root) %caps(cap_net_raw=ep) \"/usr/bin/ping\"",
                "%attr(0644, root, root) %config(noreplace) \"/etc/p.conf\"",
                "%attr(0644, root, root) %license \"/usr/share/doc/p/copyright\"",
                "%attr(0644, root, root) %doc \"/usr/share/doc/p/100%%\"",
                "%attr(-, root, root) \"/usr/bin/q\"",
            ],
            FileList.Lines("p", entries, new HashSet<string> { "/etc/p.conf" }, new HashSet<string> { "/usr/bin" }));
    }

    [Fact]
    public void Render_Scriptlet_IsASectionOfTheSubpackage()
    {
        Assert.Equal("%post -n p -p /sbin/ldconfig\n\n", new Scriptlet("post", "", "/sbin/ldconfig").Render("p"));
        Assert.Equal("%transfiletriggerin -n p -P 100 -- /usr/lib /usr/lib64\necho 5%%\n\n", new Scriptlet("transfiletriggerin", "echo 5%\n", "", 100, "/usr/lib", "/usr/lib64").Render("p"));
    }
}
