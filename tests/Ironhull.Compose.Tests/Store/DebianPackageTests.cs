using System.Diagnostics;
using System.Globalization;
using Ironhull.Compose.Merge;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Store;

/// <summary>Real package files: dpkg-deb builds them and is the oracle for what unpacking gives.</summary>
public sealed class DebianPackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Build(string name, string compression, string fields = "")
    {
        var root = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(root + "/DEBIAN");
        File.WriteAllText(root + "/DEBIAN/control", $"Package: {name}\nVersion: 1:2.0-1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n{fields}Description: a test\n With a second line.\n");
        File.WriteAllText(root + "/DEBIAN/postinst", "#!/bin/sh\nset -e\n");
        Run("chmod", "755", root + "/DEBIAN/postinst");
        Directory.CreateDirectory(root + "/usr/bin");
        Directory.CreateDirectory(root + "/usr/share/" + new string('d', 120));
        File.WriteAllText(root + $"/usr/bin/{name}", "#!/bin/sh\n");
        Run("chmod", "4755", root + $"/usr/bin/{name}");
        File.CreateSymbolicLink(root + $"/usr/bin/{name}-link", name);
        File.WriteAllBytes(root + $"/usr/share/{new string('d', 120)}/{name}-big", [.. Enumerable.Range(0, 2_500_000).Select(i => (byte)(i / 3))]);
        File.WriteAllText(root + $"/usr/share/{name}-ünï-€", "text");
        Run("ln", root + $"/usr/bin/{name}", root + $"/usr/bin/{name}-hard");
        var deb = Path.Combine(_folder.Path, name + ".deb");
        Run("dpkg-deb", "--root-owner-group", "-Z" + compression, "--build", root, deb);
        return deb;
    }

    private ContentStore Store(string name = "store") => ContentStore.Open(Path.Combine(_folder.Path, name));

    private static PackageFile FileOf(string deb) => new(deb, Sha256Digest.Of(File.ReadAllBytes(deb)), Path.GetFileNameWithoutExtension(deb));

    [Theory]
    [InlineData("xz")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("none")]
    public void UnpackAll_PackageOfEveryCompression_AgreesWithDpkgDeb(string compression)
    {
        var deb = Build("tool", compression);
        var package = Store().UnpackAll([FileOf(deb)])[0];
        var extracted = Path.Combine(_folder.Path, "extracted");
        Run("dpkg-deb", "-x", deb, extracted);
        // Not the times of directories: making a hard link in one after it was unpacked changes them.
        var expected = Run("find", extracted, "-mindepth", "1", "-printf", "/%P %y %m %s %T@ %l\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(' ')).Select(f => string.Join(' ', f[0], f[1], f[2], f[1] == "f" ? f[3] : "-", f[1] == "d" ? "-" : f[4].Split('.')[0], f[5])).Order(StringComparer.Ordinal);
        var actual = package.Entries.Where(e => e.Path != "/").Select(e => string.Join(
            ' ', e.Path, e.Type switch { InodeType.File => "f", InodeType.Directory => "d", _ => "l" }, Convert.ToString(e.Mode, 8), e.Type == InodeType.File ? e.Length.ToString(CultureInfo.InvariantCulture) : "-", e.Type == InodeType.Directory ? "-" : e.ModifiedSeconds, e.LinkTarget)).Order(StringComparer.Ordinal);
        Assert.Equal(expected, actual);
        foreach (var entry in package.Entries.Where(e => e.Type == InodeType.File))
        {
            Assert.Equal(File.ReadAllBytes(extracted + entry.Path), package.Content(entry).ToArray());
        }

        Assert.Equal(Run("dpkg-deb", "-f", deb, "Version").Trim(), package.Version);
        Assert.Equal("#!/bin/sh\nset -e\n", package.ControlMemberText("postinst"));
    }

    [Fact]
    public void Merge_TwoStoresOfRealPackages_GiveTheSameTree()
    {
        var files = new[] { "one", "two", "three" }.Select(n => FileOf(Build(n, "xz"))).ToList();
        var first = PackageMerger.Merge(Store("a").UnpackAll(files)).Tree;
        // The second store is read back from its index files.
        Store("b").UnpackAll(files);
        var second = PackageMerger.Merge(Store("b").UnpackAll(files)).Tree;
        Assert.Equal(first.Entries.Select(Describe), second.Entries.Select(Describe));
        Assert.Same(second["/usr/bin/one"], second["/usr/bin/one-hard"]);

        static string Describe(KeyValuePair<string, Inode> e) => $"{e.Key} {e.Value.Type} {e.Value.Mode} {e.Value.ModifiedSeconds} {e.Value.Content?.Sha256} {e.Value.LinkTarget} {e.Value.Origin}";
    }

    [Fact]
    public void Merge_VersionedReplaces_FollowsDebianVersions()
    {
        var old = Build("old", "gzip");
        var root = Path.Combine(_folder.Path, "new");
        var file = FileOf(Build("new", "gzip", "Replaces: old (<< 1:2.0-1+b1)\n"));
        File.WriteAllText(root + "/usr/bin/old", "taken over\n");
        Run("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", root, file.Path);
        file = FileOf(file.Path);
        var result = PackageMerger.Merge(Store().UnpackAll([FileOf(old), file]));
        Assert.Equal("taken over\n", result.Tree["/usr/bin/old"].Content!.ToText());
        // The other name of the replaced file is still the old package's.
        Assert.Equal("#!/bin/sh\n", result.Tree["/usr/bin/old-hard"].Content!.ToText());
    }

    [Fact]
    public void UnpackAll_MutatedPackage_NeverThrowsAnythingButACode()
    {
        var bytes = File.ReadAllBytes(Build("tool", "gzip"));
        var random = new Random(1);
        for (var i = 0; i < 60; i++)
        {
            var broken = i % 4 == 0 ? bytes[..random.Next(bytes.Length)] : (byte[])bytes.Clone();
            for (var n = 0; n < 3 && broken.Length > 0; n++)
            {
                broken[random.Next(Math.Min(broken.Length, i % 2 == 0 ? 2000 : broken.Length))] = (byte)random.Next(256);
            }

            var path = _folder.Write("broken.deb", broken);
            try
            {
                Store($"s{i}").GetOrUnpack(path, Sha256Digest.Of(broken), "broken");
            }
            catch (HullException e)
            {
                Assert.NotEqual(ErrorCategory.Internal, e.Code.Category);
                Assert.Empty(SortedDirectory.Files(Path.Combine(_folder.Path, $"s{i}")));
            }
        }
    }

    private static string Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{tool}: {error.Result}");
        return output;
    }
}
