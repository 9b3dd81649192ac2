using System.Globalization;
using System.Text.Json;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Repositories of real packages, made by createrepo_c and signed by gpg: every field is what createrepo_c's own reading and rpm say.</summary>
public sealed class CreaterepoOracleTests
{
    private const string Spec = """
        Name: feature
        Epoch: 2
        Version: 1.2~rc1^git3
        Release: 4.azt3
        Summary: Größe & "<all>" of it
        License: MIT AND (GPL-2.0-or-later OR 0BSD)
        Vendor: Müller & Co.
        URL: https://example.org/?a=1&b=2
        Requires: (feature-libs >= 1 if feature-doc else /bin/sh)
        Requires: (a >= 1 with a < 2)
        Requires: (x and y)
        Conflicts: (x unless y)
        Requires(pre): /usr/sbin/useradd
        Requires: /usr/share/elsewhere
        Requires: zot = 1:2-3
        Requires: old < 5
        Recommends: weak > 1
        Suggests: weaker
        Supplements: (other and more)
        Enhances: another <= 4-1
        Conflicts: enemy < 4
        Obsoletes: elder <= 5
        Obsoletes: eldest
        Provides: virtual = 6
        Provides: bundled(thing) = 3:1.0
        %description
        Two lines
        of text & more
        %package libs
        Summary: None
        BuildArch: noarch
        %description libs
        x
        %package doc
        Summary: d
        %description doc
        d
        %install
        mkdir -p %{buildroot}/usr/bin %{buildroot}/opt/x %{buildroot}/etc/feature.d %{buildroot}/usr/lib
        echo 1 > %{buildroot}/usr/bin/feature
        echo 2 > "%{buildroot}/opt/x/with space & ampersand"
        echo 3 > %{buildroot}/opt/x/größe
        echo 4 > %{buildroot}/etc/feature.conf
        echo 5 > %{buildroot}/usr/lib/sendmail
        ln -s feature %{buildroot}/usr/bin/alias
        touch %{buildroot}/opt/x/ghost
        %files
        /usr/bin/feature
        /usr/bin/alias
        %dir /opt/x
        "/opt/x/with space & ampersand"
        /opt/x/größe
        %config(noreplace) /etc/feature.conf
        %dir /etc/feature.d
        %ghost /opt/x/ghost
        %files libs
        /usr/lib/sendmail
        %files doc
        """;

    // What createrepo_c itself understands: one JSON document.
    private const string Reader = """
        import createrepo_c as cr, json, sys
        md = cr.Repomd(sys.argv[1] + "/repodata/repomd.xml")
        at = {r.type: sys.argv[1] + "/" + r.location_href for r in md.records}
        packages = {}
        def add(p): packages[p.pkgId] = p
        cr.xml_parse_primary(at["primary"], pkgcb=add, do_files=False)
        cr.xml_parse_filelists(at["filelists"], newpkgcb=lambda i, n, a: packages[i])
        deps = lambda l: [[d[0], d[1] or "", d[2] or "", d[3] or "", d[4] or "", bool(d[5])] for d in l]
        print(json.dumps({"revision": md.revision, "packages": [dict(
            name=p.name, epoch=p.epoch, version=p.version, release=p.release, arch=p.arch, type=p.checksum_type, id=p.pkgId, summary=p.summary or "", url=p.url or "",
            license=p.rpm_license or "", vendor=p.rpm_vendor or "", source=p.rpm_sourcerpm or "", file=p.time_file, build=p.time_build, size=p.size_package, installed=p.size_installed,
            location=p.location_href, provides=deps(p.provides), requires=deps(p.requires), conflicts=deps(p.conflicts), obsoletes=deps(p.obsoletes), recommends=deps(p.recommends),
            suggests=deps(p.suggests), supplements=deps(p.supplements), enhances=deps(p.enhances), files=[f[1] + f[2] for f in p.files]) for p in packages.values()]}))
        """;

    private const string AdvisoryReader = """
        import createrepo_c as cr, sys
        evr = lambda p: (p.epoch + ":" if p.epoch not in (None, "", "0") else "") + p.version + "-" + p.release
        for u in cr.UpdateInfo(sys.argv[1]).updates:
            print(u.id, u.type, u.severity or "", u.title or "", sep="|")
            for r in u.references: print(" ", r.type, r.id, r.href, sep="|")
            for c in u.collections:
                for p in c.packages: print(" ", p.name, evr(p), p.arch, sep="|")
        """;

    private const string UpdateInfo = """
        <?xml version="1.0" encoding="UTF-8"?>
        <updates><update from="sec@example.org" status="final" type="security" version="1"><id>T-2025-1</id><title>One &amp; two</title><severity>Critical</severity><issued date="2025-03-01 10:00:00"/>
        <references><reference href="https://example.org" id="CVE-2025-0001" type="cve" title="x"/></references>
        <pkglist><collection short="c"><name>c</name><package name="feature" version="1.2~rc1^git3" release="4.azt3" epoch="2" arch="x86_64" src="f.src.rpm"><filename>f.rpm</filename><sum type="sha256">ab</sum></package>
        <package name="feature-libs" version="1.2~rc1^git3" release="4.azt3" epoch="0" arch="noarch" src="f.src.rpm"><filename>l.rpm</filename></package></collection></pkglist></update>
        <update from="x@example.org" status="stable" type="bugfix" version="2"><id>T-2025-2</id><title></title><issued date="2025-03-02"/><rights>none</rights><description>Größe</description>
        <references/><pkglist><collection><name/></collection></pkglist></update></updates>
        """;

    private static readonly string s_packages = TestCache.Folder("fixtures", "createrepo-c", [Spec], Build);

    [Theory]
    [InlineData("host", "sha256", "gz", "--unique-md-filenames")]
    [InlineData("host", "sha512", "xz", "--simple-md-filenames")]
    [InlineData("trixie", "sha256", "zstd", "--unique-md-filenames")]
    [InlineData("trixie", "sha512", "gz", "--simple-md-filenames")]
    [InlineData("forky", "sha256", "zstd", "--simple-md-filenames")]
    public async Task Refresh_RepositoryOfCreaterepo_SaysWhatCreaterepoSays(string release, string checksum, string compression, string names)
    {
        using var folder = new TempFolder();
        Copy(folder["repo"]);
        File.WriteAllText(folder["updateinfo.xml"], UpdateInfo);
        string[] form = [$"--general-compress-type={compression}", $"--checksum={checksum}", names];
        Run(release, "createrepo_c", [.. form, "--revision=1741234567", "--set-timestamp-to-revision", "--distro=cpe:/o:x,Text", folder["repo"]]);
        Run(release, "modifyrepo_c", [$"--checksum={checksum}", names, folder["updateinfo.xml"], folder["repo/repodata"]]);
        SignAndExport(folder);

        using var client = new MirrorClient(new MirrorMap([new("oracle", new($"file://{folder["repo"]}"))]));
        var source = new RpmRepositorySource("oracle", "oracle", "", [folder["k.asc"]], []);
        var snapshot = await new RpmRepository(new DownloadCache(folder["cache"], client), new Repository.FixedTime(DateTimeOffset.FromUnixTimeSeconds(4_000_000_000))).RefreshAsync(source);

        var plain = Plain(folder, release, compression);
        using var expected = JsonDocument.Parse(HostTool.Run("/usr/bin/python3", "-c", Reader, plain));
        var packages = expected.RootElement.GetProperty("packages").EnumerateArray().OrderBy(p => p.GetProperty("name").GetString(), StringComparer.Ordinal).ToList();
        Assert.Equal(3, packages.Count);
        Assert.Equal(packages.Select(Described), snapshot.Packages.OrderBy(p => p.Name, StringComparer.Ordinal).Select(Described));
        Assert.Equal("1741234567", snapshot.Revision);
        Assert.InRange(snapshot.DateSeconds, 1741234567, long.MaxValue);
        foreach (var package in packages)
        {
            foreach (var file in package.GetProperty("files").EnumerateArray())
            {
                Assert.Equal([package.GetProperty("name").GetString()!], snapshot.FileLists.OwnersOf(file.GetString()!).Select(p => p.Name));
            }
        }

        Assert.Empty(snapshot.FileLists.OwnersOf("/opt/x/nothing"));
        Assert.Equal([1740823200L, 1740873600L], snapshot.Advisories.Value.Select(a => a.IssuedSeconds!.Value));
        Assert.Equal(HostTool.Run("/usr/bin/python3", "-c", AdvisoryReader, folder["updateinfo.xml"]), string.Concat(snapshot.Advisories.Value.Select(Described)));
    }

    [Fact]
    public async Task Refresh_RepositoryOfCreaterepo_SaysWhatRpmSays()
    {
        using var folder = new TempFolder();
        Copy(folder["repo"]);
        Run("host", "createrepo_c", ["--no-database", folder["repo"]]);
        using var client = new MirrorClient(new MirrorMap([new("oracle", new($"file://{folder["repo"]}"))]));
        var source = new RpmRepositorySource("oracle", "oracle", "", [], [], VerifyMetadata: false);
        var snapshot = await new RpmRepository(new DownloadCache(folder["cache"], client), new Repository.FixedTime(Repository.Now)).RefreshAsync(source);
        foreach (var package in snapshot.Packages)
        {
            string Query(string format) => HostTool.Run("rpm", "-qp", "--nosignature", "--qf", format, Path.Combine(folder["repo"], package.Location));
            Assert.Equal(Query("%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE} %{ARCH} %{SUMMARY} %{LICENSE} %{SOURCERPM} %{BUILDTIME} %{SIZE}"),
                $"{package.Name} {package.Version} {package.Architecture} {package.Summary} {package.License} {package.SourceRpm} {package.BuildSeconds} {package.InstalledSize}");
            Assert.Equal(Lines(Query("[%{PROVIDENEVRS}\n]")), package.Provides.Select(Shown).Order(StringComparer.Ordinal));
            // createrepo_c leaves out what rpm itself must be able to do, and what the package provides for itself.
            var own = package.Provides.Select(Shown).ToHashSet(StringComparer.Ordinal);
            Assert.Equal(Lines(Query("[%{REQUIRENEVRS}\n]")).Where(r => !r.StartsWith("rpmlib(", StringComparison.Ordinal) && !own.Contains(r)), package.Requires.Select(Shown).Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(Lines(Query("[%{CONFLICTNEVRS}\n]")), package.Conflicts.Select(Shown).Order(StringComparer.Ordinal));
            Assert.Equal(Lines(Query("[%{OBSOLETENEVRS}\n]")), package.Obsoletes.Select(Shown).Order(StringComparer.Ordinal));
            Assert.All(Lines(Query("[%{FILENAMES}\n]")), f => Assert.Contains(package, snapshot.FileLists.OwnersOf(f)));
        }
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal);

    private static string Shown(RpmDependency dependency) => dependency.ToString();

    private static string Described(RpmAdvisory a) =>
        $"{a.Id}|{a.Type}|{a.Severity}|{a.Title}\n{string.Concat(a.References.Select(r => $" |{r.Type}|{r.Id}|{r.Href}\n"))}{string.Concat(a.Packages.Select(p => $" |{p.Name}|{p.Version}|{p.Architecture}\n"))}";

    private static string Described(RpmPackage p)
    {
        string Several(IReadOnlyList<RpmDependency> list) => string.Join(", ", list.Select(d => d + (d.IsPre ? " (pre)" : "")));
        return string.Create(CultureInfo.InvariantCulture, $"""
            {p.Name} {p.Version} {p.Architecture} {p.Checksum.Algorithm}:{p.Checksum.Hex} '{p.Summary}' '{p.Url}' '{p.License}' '{p.Vendor}' {p.SourceRpm} {p.FileSeconds} {p.BuildSeconds} {p.Size} {p.InstalledSize} {p.Location}
            {Several(p.Provides)} / {Several(p.Requires)} / {Several(p.Conflicts)} / {Several(p.Obsoletes)} / {Several(p.Recommends)} / {Several(p.Suggests)} / {Several(p.Supplements)} / {Several(p.Enhances)}
            {string.Join('\n', p.Files)}
            """);
    }

    private static string Described(JsonElement p)
    {
        string Text(string key) => p.GetProperty(key).GetString()!;
        string Several(string key) => string.Join(", ", p.GetProperty(key).EnumerateArray().Select(Dependency));
        var files = p.GetProperty("files").EnumerateArray().Select(f => f.GetString()!).Where(IsPrimary);
        return $"""
            {Text("name")} {Evr(Text("epoch"), Text("version"), Text("release"))} {Text("arch")} {Text("type")}:{Text("id")} '{Text("summary")}' '{Text("url")}' '{Text("license")}' '{Text("vendor")}' {Text("source")} {p.GetProperty("file")} {p.GetProperty("build")} {p.GetProperty("size")} {p.GetProperty("installed")} {Text("location")}
            {Several("provides")} / {Several("requires")} / {Several("conflicts")} / {Several("obsoletes")} / {Several("recommends")} / {Several("suggests")} / {Several("supplements")} / {Several("enhances")}
            {string.Join('\n', files)}
            """;
    }

    // What primary.xml carries by its own rule.
    private static bool IsPrimary(string path) => path.StartsWith("/etc/", StringComparison.Ordinal) || path.Contains("bin/", StringComparison.Ordinal) || path == "/usr/lib/sendmail";

    private static string Evr(string epoch, string version, string release) => $"{(epoch is "" or "0" ? "" : epoch + ":")}{version}{(release.Length > 0 ? "-" + release : "")}";

    private static string Dependency(JsonElement d)
    {
        var sign = d[1].GetString() switch { "EQ" => "=", "LT" => "<", "LE" => "<=", "GT" => ">", "GE" => ">=", _ => "" };
        return $"{d[0].GetString()}{(sign.Length > 0 ? $" {sign} {Evr(d[2].GetString()!, d[3].GetString()!, d[4].GetString()!)}" : "")}{(d[5].GetBoolean() ? " (pre)" : "")}";
    }

    // The library of this machine reads neither zstd; a copy of the metadata in gzip is made by the same tool.
    private static string Plain(TempFolder folder, string release, string compression)
    {
        if (compression != "zstd")
        {
            return folder["repo"];
        }

        Copy(folder["plain"]);
        Run(release, "createrepo_c", ["--general-compress-type=gz", "--revision=1741234567", folder["plain"]]);
        return folder["plain"];
    }

    private static void SignAndExport(TempFolder folder)
    {
        HostTool.Run("mkdir", "-m", "700", folder["gpg"]);
        try
        {
            HostTool.Run("gpg", "--homedir", folder["gpg"], "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "T <t@example.org>", "rsa2048", "sign", "never");
            HostTool.Run("gpg", "--homedir", folder["gpg"], "--batch", "--quiet", "--detach-sign", "--armor", folder["repo/repodata/repomd.xml"]);
            HostTool.Run("gpg", "--homedir", folder["gpg"], "--batch", "--armor", "--export", "-o", folder["k.asc"]);
        }
        finally
        {
            HostTool.Try("gpgconf", ["--homedir", folder["gpg"], "--kill", "all"]);
        }
    }

    private static void Run(string release, string tool, string[] arguments)
    {
        _ = release switch
        {
            "host" => HostTool.Run(tool, arguments),
            "trixie" => ToolRoot.Rpm4.Run(tool, arguments),
            _ => ToolRoot.Rpm6.Run(tool, arguments),
        };
    }

    private static void Copy(string target)
    {
        Directory.CreateDirectory(Path.Combine(target, "Packages"));
        foreach (var file in Directory.GetFiles(s_packages, "*.rpm").Order(StringComparer.Ordinal))
        {
            var copy = Path.Combine(target, "Packages", Path.GetFileName(file));
            File.Copy(file, copy);
            File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch.AddSeconds(1_741_000_000));
        }
    }

    private static void Build(string target)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["f.spec"], Spec);
        HostTool.Try("rpmbuild", ["-bb", "--define", $"_topdir {folder.Path}", "--define", $"_rpmdir {target}", "--define", "_rpmfilename %%{NAME}.rpm", "--define", "debug_package %{nil}", folder["f.spec"]]).Success();
    }
}
