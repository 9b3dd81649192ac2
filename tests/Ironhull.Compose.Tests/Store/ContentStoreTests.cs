using CsCheck;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Store;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakePackage _package = new FakePackage { Name = "tool", Version = "2:1.4-1" }
        .Directory("./").Directory("./usr/").Directory("./usr/bin/")
        .File("./usr/bin/tool", "#!/bin/sh\n", 0x1ED)
        .HardLink("./usr/bin/tool2", "./usr/bin/tool")
        .Link("./usr/bin/t", "tool")
        .Bytes("./usr/big", [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 7))])
        .File("./usr/empty", "")
        .Add("./usr/ping", InodeType.File, 0x1ED, [1, 2, 3], xattrs: new KeyValuePair<string, byte[]>("security.capability", [9, 8]))
        .Member("postinst", "#!/bin/sh\n").Member("conffiles", "/etc/a\nremove-on-upgrade /etc/b\n").Member("md5sums", "x");

    private string StorePath => Path.Combine(_folder.Path, "store");

    public void Dispose() => _folder.Dispose();

    private UnpackedPackage Get(ContentStore store, PackageFile file) => store.GetOrUnpack(file.Path, file.Sha256, file.Name);

    [Fact]
    public void GetOrUnpack_ANewPackage_KeepsEverythingOfIt()
    {
        var package = Get(FakePackage.StoreOf(StorePath, _package), _package.WriteTo(_folder));
        Assert.Equal(("tool", "2:1.4-1", "a\ntest"), (package.Name, package.Version, package.ControlField("description")));
        Assert.Equal(["conffiles", "control", "postinst"], package.ControlMembers.Select(m => m.Key));
        Assert.Equal(["/etc/a"], package.Conffiles);
        Assert.Equal(["/", "/usr", "/usr/bin", "/usr/bin/tool", "/usr/bin/tool2", "/usr/bin/t", "/usr/big", "/usr/empty", "/usr/ping"], package.Entries.Select(e => e.Path));
        var big = package.Entries[6];
        Assert.Equal(Sha256Digest.Of(_package.Entries[6].Data), big.Sha256);
        Assert.Equal(_package.Entries[6].Data, package.Content(big).ToArray());
        Assert.Equal("/usr/bin/tool", package.Entries[4].HardLinkTo);
        Assert.Equal("#!/bin/sh\n", package.Content(package.Entries[4]).ToText());
        Assert.Equal("tool", package.Entries[5].LinkTarget);
        Assert.Equal((0x1ED, 1_700_000_000L), (package.Entries[3].Mode, package.Entries[3].ModifiedSeconds));
        Assert.Equal([9, 8], Assert.Single(package.Entries[8].Xattrs).Value);
        Assert.Equal(0, package.Content(package.Entries[7]).Length);
    }

    [Fact]
    public void GetOrUnpack_AgainFromAnotherObject_DoesNotOpenThePackage()
    {
        var file = _package.WriteTo(_folder);
        var first = Get(FakePackage.StoreOf(StorePath, _package), file);
        var store = FakePackage.StoreOf(StorePath, _package);
        var second = Get(store, file);
        Assert.Equal((1, 0), (_package.Opened, store.UnpackedCount));
        Assert.Equal(first.Entries.Select(Describe), second.Entries.Select(Describe));
        Assert.True(store.Contains(file.Sha256));
    }

    [Fact]
    public void GetOrUnpack_AfterAnyByteOfTheIndexChanged_UnpacksAgain()
    {
        var file = _package.WriteTo(_folder);
        Get(FakePackage.StoreOf(StorePath, _package), file);
        var index = SortedDirectory.Files(StorePath, "*.index").Single();
        var bytes = File.ReadAllBytes(index);
        var opened = _package.Opened;
        foreach (var at in Enumerable.Range(0, bytes.Length).Where(i => (i < 16 || i >= 32) && i is not (>= 12 and < 16) && (i < 80 || i % 61 == 0)))
        {
            var broken = (byte[])bytes.Clone();
            broken[at] ^= 0x10;
            File.WriteAllBytes(index, broken);
            Get(FakePackage.StoreOf(StorePath, _package), file);
            Assert.Equal(++opened, _package.Opened);
        }

        Assert.Equal(bytes, File.ReadAllBytes(index));
    }

    [Fact]
    public void GetOrUnpack_AfterTheIndexWasCut_UnpacksAgain()
    {
        var file = _package.WriteTo(_folder);
        Get(FakePackage.StoreOf(StorePath, _package), file);
        var index = SortedDirectory.Files(StorePath, "*.index").Single();
        var bytes = File.ReadAllBytes(index);
        foreach (var length in new[] { 0, 1, 71, 72, 100, bytes.Length - 1 })
        {
            File.WriteAllBytes(index, bytes[..length]);
            Assert.Equal(9, Get(FakePackage.StoreOf(StorePath, _package), file).Entries.Count);
        }

        Assert.Equal(7, _package.Opened);
    }

    [Fact]
    public void GetOrUnpack_AfterTheDataWasCut_UnpacksAgain()
    {
        var file = _package.WriteTo(_folder);
        Get(FakePackage.StoreOf(StorePath, _package), file);
        var data = SortedDirectory.Files(StorePath, "*.data").Single();
        File.WriteAllBytes(data, File.ReadAllBytes(data)[..^1]);
        var package = Get(FakePackage.StoreOf(StorePath, _package), file);
        Assert.Equal(2, _package.Opened);
        Assert.Equal(_package.Entries[6].Data, package.Content(package.Entries[6]).ToArray());
    }

    [Fact]
    public void GetOrUnpack_InALaterBootAfterAPowerCutLostBytes_UnpacksAgain()
    {
        var file = _package.WriteTo(_folder);
        var (boot1, boot2, boot3) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]), new Guid(3, 0, 0, new byte[8]));
        ContentStore Store(Guid boot) => ContentStore.Open(StorePath, FakePackage.Opener(_package), boot);
        Get(Store(boot1), file);
        var data = SortedDirectory.Files(StorePath, "*.data").Single();
        var bytes = File.ReadAllBytes(data);
        bytes.AsSpan(500_000, 4096).Clear();
        File.WriteAllBytes(data, bytes);
        Get(Store(boot2), file);
        Assert.Equal(2, _package.Opened);
        // Sound in the boot after: from then on the data is known to be on the disk.
        Get(Store(boot3), file);
        Get(Store(boot1), file);
        Assert.Equal(2, _package.Opened);
    }

    [Fact]
    public void FindDamage_AfterAByteOfTheDataChanged_NamesTheFile()
    {
        var file = _package.WriteTo(_folder);
        var store = FakePackage.StoreOf(StorePath, _package);
        var package = Get(store, file);
        Assert.Null(store.FindDamage(package));
        var data = SortedDirectory.Files(StorePath, "*.data").Single();
        var bytes = File.ReadAllBytes(data);
        bytes[2_000_000] ^= 1;
        File.WriteAllBytes(data, bytes);
        Assert.Equal("/usr/big", store.FindDamage(package));
    }

    [Fact]
    public void GetOrUnpack_AnotherFileThanTheLocks_ReportsHULL5107AndStoresNothing()
    {
        var file = _package.WriteTo(_folder);
        File.AppendAllText(file.Path, "x");
        var error = Assert.Throws<HullException>(() => Get(FakePackage.StoreOf(StorePath, _package), file));
        Assert.Equal("HULL5107", error.Code.Code);
        Assert.Empty(SortedDirectory.Files(StorePath));
    }

    [Fact]
    public void GetOrUnpack_StoreThatIsAFile_ReportsHULL5103()
    {
        File.WriteAllText(StorePath, "");
        Assert.Equal("HULL5103", Assert.Throws<HullException>(() => FakePackage.StoreOf(StorePath, _package)).Code.Code);
    }

    [Theory]
    [InlineData(28)]
    [InlineData(122)]
    public void Guard_DiskOrQuotaFull_ReportsHULL5104(int errno)
    {
        var error = Assert.Throws<HullException>(() => ContentStore.Guard("/store", () => throw new IOException("No space left on device", errno)));
        Assert.Equal("HULL5104", error.Code.Code);
        Assert.Equal(ErrorCategory.Environment, error.Code.Category);
    }

    [Fact]
    public void UnpackAll_SeveralBadPackages_ReportsAllAndKeepsTheGoodOnes()
    {
        var good = new FakePackage { Name = "good" }.File("./usr/a", "a");
        var twice = new FakePackage { Name = "twice" }.File("./usr/a", "a").File("./usr/a", "b");
        var escape = new FakePackage { Name = "escape" }.File("./../a", "a");
        var store = FakePackage.StoreOf(StorePath, good, twice, escape);
        var error = Assert.Throws<HullException>(() => store.UnpackAll([good.WriteTo(_folder), twice.WriteTo(_folder), escape.WriteTo(_folder)]));
        Assert.Equal(["HULL5102", "HULL1005"], error.Diagnostics.Select(d => d.Code.Code));
        Assert.Equal(["index", "data"], SortedDirectory.Files(StorePath).Select(f => Path.GetExtension(f)[1..]).OrderDescending());
    }

    [Fact]
    public void UnpackAll_ManyPackages_KeepsTheOrderAndReportsProgress()
    {
        var packages = Enumerable.Range(0, 30).Select(i => new FakePackage { Name = $"p{i}" }.File("./usr/f", new string('x', i * 1000))).ToArray();
        var progress = new List<UnpackProgress>();
        var unpacked = FakePackage.StoreOf(StorePath, packages).UnpackAll([.. packages.Select(p => p.WriteTo(_folder))], p => progress.Add(p));
        Assert.Equal(packages.Select(p => p.Name), unpacked.Select(p => p.Name));
        Assert.Equal(Enumerable.Range(1, 30), progress.Select(p => p.PackagesDone));
        Assert.Equal(progress[^1].BytesTotal, progress[^1].BytesDone);
    }

    public static TheoryData<string, string> HostilePaths => new()
    {
        { "/etc/passwd", "HULL1005" },
        { "./usr/../../etc/passwd", "HULL1005" },
        { "..", "HULL1005" },
        { "./usr//x", "HULL1005" },
        { "./usr/./x", "HULL1005" },
        { "./usr/a\0b", "HULL1005" },
        { "./usr/a\nb", "HULL1005" },
        { "./" + new string('a', 256), "HULL5102" },
        { "./" + string.Join('/', Enumerable.Repeat(new string('a', 200), 30)), "HULL5102" },
    };

    [Theory]
    [MemberData(nameof(HostilePaths))]
    public void GetOrUnpack_HostilePath_ReportsACode(string path, string code) => AssertRefused(new FakePackage { Name = "bad" }.File(path, "x"), code);

    [Fact]
    public void GetOrUnpack_PathThroughALink_ReportsHULL1005() =>
        AssertRefused(new FakePackage { Name = "bad" }.Link("./usr/lib", "/etc").File("./usr/lib/passwd", "x"), "HULL1005");

    [Fact]
    public void GetOrUnpack_PathThroughAFile_ReportsHULL1005() =>
        AssertRefused(new FakePackage { Name = "bad" }.File("./usr/lib", "x").File("./usr/lib/passwd", "x"), "HULL1005");

    [Fact]
    public void GetOrUnpack_HardLinkToNothing_ReportsHULL1005() =>
        AssertRefused(new FakePackage { Name = "bad" }.HardLink("./usr/shadow", "./etc/shadow"), "HULL1005");

    [Fact]
    public void GetOrUnpack_HardLinkOutOfTheTree_ReportsHULL1005() =>
        AssertRefused(new FakePackage { Name = "bad" }.HardLink("./usr/shadow", "../../etc/shadow"), "HULL1005");

    [Fact]
    public void GetOrUnpack_EmptyLinkTarget_ReportsHULL5102() => AssertRefused(new FakePackage { Name = "bad" }.Link("./usr/x", ""), "HULL5102");

    [Fact]
    public void GetOrUnpack_FileOfAbsurdLength_ReportsHULL5102() =>
        AssertRefused(new FakePackage { Name = "bad" }.Add("./usr/x", InodeType.File, 0x1A4, [], length: 1L << 50), "HULL5102");

    [Fact]
    public void GetOrUnpack_FileThatEndsEarly_ReportsHULL1001() =>
        AssertRefused(new FakePackage { Name = "bad" }.Add("./usr/x", InodeType.File, 0x1A4, [1, 2], length: 2_000_000), "HULL1001");

    [Fact]
    public void GetOrUnpack_ControlMemberTwice_ReportsHULL5102() => AssertRefused(new FakePackage { Name = "bad" }.Member("postinst", "a").Member("postinst", "b"), "HULL5102");

    private void AssertRefused(FakePackage package, string code)
    {
        var file = package.WriteTo(_folder);
        var error = Assert.Throws<HullException>(() => Get(FakePackage.StoreOf(StorePath, package), file));
        Assert.Equal(code, error.Code.Code);
        Assert.Contains("bad", error.Message, StringComparison.Ordinal);
        Assert.Empty(SortedDirectory.Files(StorePath));
    }

    internal static string Describe(PackageEntry e) =>
        $"{e.Path} {e.Type} {e.Mode} {e.Uid} {e.Gid} {e.UserName} {e.GroupName} {e.ModifiedSeconds} {e.LinkTarget} {e.HardLinkTo} {e.Device} {e.Offset} {e.Length} {e.Sha256} " +
        string.Join(',', e.Xattrs.Select(x => $"{x.Key}={Convert.ToHexString(x.Value)}"));
}
