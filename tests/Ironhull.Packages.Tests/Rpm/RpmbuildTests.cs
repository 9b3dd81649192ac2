using Ironhull.Diagnostics;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Special cases that rpmbuild makes.</summary>
public sealed class RpmbuildTests
{
    private static string Spec(string install, string files) =>
        $"""
        Name: special
        Version: 1
        Release: 1
        Summary: Special case
        License: MIT
        BuildArch: noarch
        %description
        A special case.
        %install
        {install}
        %files
        {files}
        """;

    private static List<string> Paths(string path)
    {
        using var file = RpmFile.Open(path);
        var paths = new List<string>();
        var buffer = new byte[1 << 20];
        while (file.Next() is { } entry)
        {
            var length = 0L;
            while (file.Read(buffer) is var read and > 0)
            {
                length += read;
            }

            paths.Add($"{entry.Path} {length}");
        }

        return paths;
    }

    [Theory]
    [InlineData("4.18", 4)]
    [InlineData("6", 6)]
    public void Files_HardLinkWithoutTheCapabilitiesOfItsSibling_ReportsHULL2125(string release, int format)
    {
        // rpm installs such a file with or without them, as the order of its names has it.
        var spec = Spec("mkdir -p %{buildroot}/usr/bin; echo x > %{buildroot}/usr/bin/a; ln %{buildroot}/usr/bin/a %{buildroot}/usr/bin/b", "%caps(cap_net_raw=ep) /usr/bin/a\n/usr/bin/b");
        using var file = RpmFile.Open(RpmFixture.Build(RpmRelease.Get(release), "caps-conflict", spec, $"_rpmformat {format}")[0]);
        var error = Assert.Throws<HullException>(() => file.Files);
        Assert.Equal("HULL2125", error.Code.Code);
        Assert.Contains("/usr/bin/a has 'cap_net_raw=ep'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.18", 4)]
    [InlineData("4.20", 4)]
    [InlineData("6", 6)]
    public void Next_PackageWithoutFiles_EndsAtOnce(string release, int format) =>
        Assert.Empty(Paths(RpmFixture.Build(RpmRelease.Get(release), "no-files", Spec("true", ""), $"_rpmformat {format}")[0]));

    [Fact]
    public void Next_PackageOfTheRoot_GivesTheRoot() =>
        Assert.Equal(["/ 0", "/usr 0"], Paths(RpmFixture.Build(RpmRelease.V418, "root", Spec("mkdir -p %{buildroot}/usr", "%dir /\n%dir /usr"))[0]));

    [Theory]
    [InlineData("4.18", 4)]
    [InlineData("6", 6)]
    public void Next_FileOf4GiBAndMore_IsReadWhole(string release, int format)
    {
        var spec = Spec(
            "mkdir -p %{buildroot}/srv; truncate -s 4294967299 %{buildroot}/srv/huge; ln %{buildroot}/srv/huge %{buildroot}/srv/same; echo small > %{buildroot}/srv/small",
            "/srv/huge\n/srv/same\n/srv/small");
        var path = RpmFixture.Build(RpmRelease.Get(release), "huge", spec, "_binary_payload w1.zstdio", $"_rpmformat {format}")[0];
        Assert.Equal(["/srv/huge 4294967299", "/srv/same 0", "/srv/small 6"], Paths(path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("4.18")]
    [InlineData("6")]
    public void Open_SourcePackage_GivesItsFilesAndSaysSo(string release)
    {
        var spec = Spec("true", "");
        using var folder = new TempFolder();
        File.WriteAllText(folder["special.spec"], spec);
        RpmRelease.Get(release).Run("rpmbuild", "-bs", "--define", $"_topdir {folder["top"]}", folder["special.spec"]);
        var path = folder["top/SRPMS/special-1-1.src.rpm"];
        using var file = RpmFile.Open(path);
        Assert.True(file.IsSource);
        Assert.Equal("", file.SourceRpm);
        Assert.Equal([$"/special.spec {spec.Length}"], Paths(path));
    }
}
