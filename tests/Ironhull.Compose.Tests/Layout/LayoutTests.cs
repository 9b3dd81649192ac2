using CsCheck;
using Ironhull.Compose.Build;
using Ironhull.Compose.Initrd;
using Ironhull.Compose.Layout;
using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Layout;

public sealed class LayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void UsrLayout_WholeTree_KeepsUsrMovesEtcAndDescribesVar()
    {
        var root = new FileTree();
        root.Set("/bin", Inode.SymbolicLink("usr/bin"));
        root.Set("/proc", Inode.Directory());
        root.Set("/usr", Inode.Directory());
        root.Set("/usr/bin", Inode.Directory());
        root.Set("/usr/bin/a", Inode.File(Content.FromText("a"), 0x1ED));
        root.Set("/etc", Inode.Directory());
        root.Set("/etc/a.conf", Inode.File(Content.FromText("c")).With(uid: 5));
        root.Set("/var", Inode.Directory());
        root.Set("/var/lib", Inode.Directory(0x1C0).With(uid: 7, gid: 8));
        root.Set("/var/lib/100% sure", Inode.File(Content.FromText("f"), 0x180));
        root.Set("/var/run", Inode.SymbolicLink("/run"));
        var result = UsrLayout.Apply(root);
        Assert.Equal("a", result["/usr/bin/a"].Content!.ToText());
        Assert.Equal(5u, result[UsrLayout.EtcDefaults + "/a.conf"].Uid);
        Assert.Equal("f", result[UsrLayout.VarFactory + "/lib/100% sure"].Content!.ToText());
        Assert.Equal(
            [
                "d /var/lib 0700 7 8 -",
                "C /var/lib/100%%\\x20sure 0600 0 0 - /usr/share/ironhull/var/lib/100%%\\x20sure",
                "L /var/run - - - - /run",
            ],
            result[UsrLayout.VarTmpfiles].Content!.ToText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
        Assert.DoesNotContain(result.Entries, e => e.Key != "/" && e.Key != "/usr" && !e.Key.StartsWith("/usr/", StringComparison.Ordinal));
    }

    [Fact]
    public void UsrLayout_PathsOutside_ReportsHULL5001ForEach()
    {
        var root = new FileTree();
        root.Set("/srv", Inode.Directory());
        root.Set("/srv/file", Inode.File(Content.FromText("x"), origin: "p"));
        root.Set("/strange", Inode.Directory());
        root.Set("/init", Inode.SymbolicLink("usr/lib/x"));
        var error = Assert.Throws<HullException>(() => UsrLayout.Apply(root));
        Assert.Equal(["/init", "/srv/file", "/strange"], error.Diagnostics.Select(d => d.Where!.Path));
        Assert.All(error.Diagnostics, d => Assert.Equal("HULL5001", d.Code.Code));
    }

    [Fact]
    public void UsrLayout_DeviceBelowVar_ReportsHULL5001()
    {
        var root = new FileTree();
        root.Set("/var", Inode.Directory());
        root.Set("/var/node", Inode.Special(InodeType.CharacterDevice, 0x180, 1, 3));
        Assert.Equal("HULL5001", Assert.Throws<HullException>(() => UsrLayout.Apply(root)).Code.Code);
    }

    [Fact]
    public void OverlayFolder_Read_KeepsWhatACheckoutKeeps()
    {
        var file = _folder.Write("etc/file", "x");
        var program = _folder.Write("usr/bin/program", "y");
        _folder.Write("empty/.gitkeep", "");
        File.SetUnixFileMode(file, (UnixFileMode)0x180);
        File.SetUnixFileMode(program, (UnixFileMode)0x1C0);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "etc/dangling"), "nowhere");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "etc/folder"), "../usr");
        var tree = OverlayFolder.Read(_folder.Path);
        Assert.Equal(
            ["/empty", "/etc", "/etc/dangling", "/etc/file", "/etc/folder", "/usr", "/usr/bin", "/usr/bin/program"],
            tree.Entries.Select(e => e.Key).Where(p => p != "/"));
        Assert.Equal((0x1A4, 0x1ED, 0x1ED), (tree["/etc/file"].Mode, tree["/usr/bin/program"].Mode, tree["/etc"].Mode));
        Assert.Equal(("nowhere", "../usr"), (tree["/etc/dangling"].LinkTarget, tree["/etc/folder"].LinkTarget));
    }

    [Fact]
    public void OverlayFolder_Apply_ReplacesFilesAndKeepsFolders()
    {
        var tree = new FileTree();
        tree.Set("/etc", Inode.Directory(0x1C0));
        tree.Set("/etc/a", Inode.File(Content.FromText("old")));
        tree.Set("/etc/b", Inode.File(Content.FromText("kept")));
        _folder.Write("etc/a", "new");
        _folder.Write("opt/c", "c");
        OverlayFolder.Apply(tree, OverlayFolder.Read(_folder.Path));
        Assert.Equal(("new", "kept", "c"), (tree["/etc/a"].Content!.ToText(), tree["/etc/b"].Content!.ToText(), tree["/opt/c"].Content!.ToText()));
        Assert.Equal(0x1C0, tree["/etc"].Mode);
    }

    [Fact]
    public void OverlayFolder_Pipe_ReportsHULL5010AndDoesNotWaitForIt()
    {
        _folder.Write("etc/empty", []);
        Assert.Equal(0, OverlayFolder.Read(_folder.Path)["/etc/empty"].Content!.Length);
        using var process = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder.Path, "etc/pipe")]);
        process.WaitForExit();
        var error = Assert.Throws<HullException>(() => OverlayFolder.Read(_folder.Path));
        Assert.Equal("HULL5010", error.Code.Code);
        Assert.EndsWith("etc/pipe", error.Diagnostics[0].Where!.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void OverlayFolder_LargeFile_ReportsHULL5010()
    {
        using (var stream = File.Create(Path.Combine(_folder.Path, "large")))
        {
            stream.SetLength((64 << 20) + 1);
        }

        Assert.Equal("HULL5010", Assert.Throws<HullException>(() => OverlayFolder.Read(_folder.Path)).Code.Code);
    }

    [Fact]
    public void OsRelease_Apply_NamesTheImageAndKeepsTheDistribution()
    {
        var tree = new FileTree();
        tree.EnsureDirectory("/usr/lib");
        tree.EnsureDirectory("/etc");
        tree.Set(OsRelease.Path, Inode.File(Content.FromText("PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\nVERSION_ID='13'\nVERSION_CODENAME=trixie\n# x\n=y\n")));
        tree.Set("/etc/os-release", Inode.File(Content.FromText("old")));
        OsRelease.Apply(tree, "host", "1.2", new Dictionary<string, string>());
        var lines = tree[OsRelease.Path].Content!.ToText().Split('\n');
        Assert.Contains("IMAGE_ID=\"host\"", lines);
        Assert.Contains("IMAGE_VERSION=\"1.2\"", lines);
        Assert.Contains("ID_LIKE=\"debian\"", lines);
        Assert.Contains("VERSION_ID=\"13\"", lines);
        Assert.Contains("PRETTY_NAME=\"Ironhull host 1.2 (Debian GNU/Linux 13 (trixie))\"", lines);
        Assert.Equal("../usr/lib/os-release", tree["/etc/os-release"].LinkTarget);
        Assert.Contains("ID_LIKE=\"debian\"", OsRelease.Render("a", "1", "", new Dictionary<string, string>()).Split('\n'));
    }

    [Fact]
    public void OsRelease_OwnFields_ReplaceFollowOrLeaveOut()
    {
        var own = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["ID"] = "azurelinux", ["ID_LIKE"] = "", ["SUPPORT_END"] = "2030-01-01", ["NAME"] = "a \"$x\" `b` \\" };
        var lines = OsRelease.Render("host", "1", "ID=debian\n", own).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("NAME=\"a \\\"\\$x\\\" \\`b\\` \\\\\"", lines[0]);
        Assert.Equal("ID=\"azurelinux\"", lines[1]);
        Assert.Equal("SUPPORT_END=\"2030-01-01\"", lines[^1]);
        Assert.DoesNotContain(lines, l => l.StartsWith("ID_LIKE", StringComparison.Ordinal));
        Assert.Single(lines, l => l.StartsWith("ID=", StringComparison.Ordinal));
    }

    [Fact]
    public void TreeDigest_EveryPropertyButTheOrigin_ChangesIt()
    {
        var file = Inode.File(Content.FromText("x"));
        Inode[] variants =
        [
            file, file.With(mode: 0x1ED), file.With(uid: 1), file.With(gid: 1), file.With(modifiedSeconds: 1), Inode.File(Content.FromText("y")), Inode.SymbolicLink("x"), Inode.SymbolicLink("y"),
            Inode.Directory(), Inode.Special(InodeType.CharacterDevice, 0x1A4, 1, 2), Inode.Special(InodeType.CharacterDevice, 0x1A4, 2, 1), Inode.Special(InodeType.Fifo, 0x1A4),
            file.With(xattrs: [new("user.a", [1])]), file.With(xattrs: [new("user.a", [2])]), file.With(xattrs: [new("user.b", [1])]),
        ];
        Assert.Equal(variants.Length, variants.Select(v => Digest(("/a", v))).Distinct().Count());
        Assert.Equal(Digest(("/a", file)), Digest(("/a", Inode.File(Content.FromText("x"), origin: "elsewhere"))));
        Assert.NotEqual(Digest(("/a", file)), Digest(("/b", file)));
        Assert.NotEqual(Digest(("/a", file), ("/b", file)), Digest(("/a", file), ("/b", Inode.File(Content.FromText("x")))));
        Assert.Equal(Digest(("/a", file), ("/b", file)), Digest(("/b", file), ("/a", file)));

        static Sha256Digest Digest(params (string Path, Inode Inode)[] entries)
        {
            var tree = new FileTree();
            foreach (var (path, inode) in entries)
            {
                tree.Set(path, inode);
            }

            return TreeDigest.Of(tree);
        }
    }

    [Fact]
    public void SignatureArchive_FilledLater_EqualsTheOneBuiltAtOnce() => Gen.Byte.Array[1, 3000].Sample(signature =>
    {
        var rest = new byte[] { 9, 8, 7 };
        byte[] initrd = [.. SignatureArchive.Build(new byte[signature.Length]), .. rest];
        Assert.True(SignatureArchive.TryFill(initrd, signature));
        Assert.Equal([.. SignatureArchive.Build(signature), .. rest], initrd);
        Assert.Equal(0, SignatureArchive.Build(signature).Length % 512);
    }, iter: 100);

    [Fact]
    public void SignatureArchive_Build_IsACpioArchiveOfTheSignature()
    {
        var tree = CpioReader.Read(SignatureArchive.Build(new byte[] { 1, 2, 3 }), out _);
        Assert.Equal([1, 2, 3], tree[SignatureArchive.SignaturePath].Content!.ToArray());
    }

    [Fact]
    public void SignatureArchive_OtherLengthOrOtherArchive_IsLeftAlone()
    {
        var initrd = SignatureArchive.Build(new byte[300]);
        var before = initrd.ToArray();
        Assert.False(SignatureArchive.TryFill(initrd, new byte[301]));
        Assert.False(SignatureArchive.TryFill(initrd, new byte[5000]));
        Assert.Equal(before, initrd);
        Assert.False(SignatureArchive.TryFill(new byte[4096], new byte[300]));
        Assert.False(SignatureArchive.TryFill(initrd.AsSpan(0, 100), new byte[300]));
        initrd[4] ^= 1;
        Assert.False(SignatureArchive.TryFill(initrd, new byte[300]));
    }

    [Fact]
    public void DerivedGuid_SameText_IsTheSameVersion8Guid()
    {
        var guid = DerivedGuid.Of("disk", "image 1");
        Assert.Equal(guid, DerivedGuid.Of("disk", "image 1"));
        Assert.Equal((8, 0x8), (guid.Version, guid.Variant & 0xC));
        Assert.Equal(3, new[] { guid, DerivedGuid.Of("esp", "image 1"), DerivedGuid.Of("disk", "image 2") }.Distinct().Count());
    }
}
