using System.IO.Compression;
using Ironhull.Packages.Rpm;
using Ironhull.Packages.Rpm.Metadata;
using Ironhull.Resolution.Rpm;
using Ironhull.Testing;
using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Packages that rpmbuild made, listed by createrepo_c, read by our reader, file lists included, and resolved by dnf5 and by us.</summary>
public sealed class RealRepositoryTests
{
    private static readonly string[] Names = ["app", "app-extra", "deep", "deep-other", "editor", "lang", "mta-a", "mta-b", "old-deep", "plugin", "runtime", "shell"];

    private const string Spec =
        """
        Name: world
        Version: 1.0~rc1
        Release: 2%{?dist}
        Summary: s
        License: MIT
        BuildArch: noarch
        %description
        d
        %package -n app
        Summary: s
        Requires: /usr/share/deep/file, runtime >= 1.0~rc1, (plugin if editor), mta
        Recommends: app-extra, (lang or missing)
        %description -n app
        d
        %package -n app-extra
        Summary: s
        Requires: /usr/bin/shell
        %description -n app-extra
        d
        %package -n deep
        Summary: s
        Obsoletes: old-deep < 2
        %description -n deep
        d
        %package -n deep-other
        Summary: s
        %description -n deep-other
        d
        %package -n old-deep
        Summary: s
        Version: 1.5
        %description -n old-deep
        d
        %package -n editor
        Summary: s
        Suggests: mta-b
        %description -n editor
        d
        %package -n lang
        Summary: s
        Supplements: (app and editor)
        %description -n lang
        d
        %package -n mta-a
        Summary: s
        Provides: mta
        Conflicts: mta-b
        %description -n mta-a
        d
        %package -n mta-b
        Summary: s
        Provides: mta = 3
        %description -n mta-b
        d
        %package -n plugin
        Summary: s
        Epoch: 1
        Requires: (runtime >= 1.0~ with runtime < 2)
        %description -n plugin
        d
        %package -n runtime
        Summary: s
        Requires(post): /usr/bin/shell
        %description -n runtime
        d
        %package -n shell
        Summary: s
        %description -n shell
        d
        %install
        mkdir -p %{buildroot}/usr/share/deep %{buildroot}/usr/bin
        echo x > %{buildroot}/usr/share/deep/file
        echo x > %{buildroot}/usr/bin/shell
        %files -n app
        %files -n app-extra
        %files -n deep
        /usr/share/deep/file
        %files -n deep-other
        /usr/share/deep/file
        %files -n old-deep
        %files -n editor
        %files -n lang
        %files -n mta-a
        %files -n mta-b
        %files -n plugin
        %files -n runtime
        %files -n shell
        /usr/bin/shell
        """;

    [Fact]
    public void Resolve_RealRepository_EqualsDnf5()
    {
        var folder = TestCache.Folder("fixtures", "resolve-repository", [Spec], Build);
        using var cache = new TempFolder();
        var dnf = new Dnf5([("real", folder, 99)], cache.Root);
        var primary = Read(folder, "primary", text => PrimaryReader.Read(text, new RpmPackageFilter("real"), "primary"));
        var index = Read(folder, "filelists", text => FileListsIndex.Read(text, primary, "filelists"));
        var universe = new RpmUniverse(primary.Packages, "x86_64", [new Lists(index)]);
        string[][] requests =
        [
            ["app"], ["app", "editor"], ["app", "mta-b"], ["app", "mta-a", "mta-b"], ["/usr/share/deep/file"], ["old-deep"], ["plugin-1:1.0~rc1-2.noarch"], ["runtime = 1.0~rc1"],
            ["runtime > 1.0"], ["app", "deep-other"], ["(plugin and shell)"], ["*-extra"], Names,
        ];
        foreach (var request in requests)
        {
            foreach (var weak in new[] { false, true })
            {
                var result = Resolver.Resolve(universe, Install(request) with { IncludeRecommended = weak });
                var ours = result is Solution solution ? string.Join(' ', solution.Packages.Select(p => Nevra(p.Candidate)).Order(StringComparer.Ordinal)) : "none";
                Assert.True(ours == dnf.Install(request, weak).ToString(), $"{string.Join(' ', request)}, weak {weak}: ours {ours}, dnf5 {dnf.Install(request, weak)}");
            }
        }
    }

    private static void Build(string folder)
    {
        using var top = new TempFolder();
        File.WriteAllText(top["world.spec"], Spec);
        HostTool.Run("rpmbuild", "-bb", "--quiet", "--define", $"_topdir {top.Root}", "--define", $"_rpmdir {folder}",
            "--define", "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm", top["world.spec"]);
        Dnf5.CreateRepository(folder);
    }

    private static T Read<T>(string folder, string kind, Func<Stream, T> read)
    {
        using var file = File.OpenRead(Directory.GetFiles(Path.Combine(folder, "repodata"), $"*-{kind}.xml.gz").Single());
        using var text = new GZipStream(file, CompressionMode.Decompress);
        return read(text);
    }

    private sealed class Lists(FileListsIndex index) : IRpmFileLists
    {
        public IReadOnlyList<RpmPackage> OwnersOf(string path) => index.OwnersOf(path);
    }
}
