using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;

namespace Ironhull.Packages.Tests;

public sealed class DownloadCacheTests
{
    private const string Path = "pool/a+b/x_1%3a2~3.deb";
    private static readonly byte[] s_body = Body(500_000);

    private static byte[] Body(int length) => [.. Enumerable.Range(0, (length + 31) / 32).SelectMany(i => SHA256.HashData(BitConverter.GetBytes(i))).Take(length)];

    private static DownloadRequest Request(byte[]? body = null, string path = Path) =>
        new("trixie", "debian", path, Sha256Digest.Of(body ?? s_body), (body ?? s_body).Length);

    private static async Task<HullException> FailsAsync(Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<HullException>(action);
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
        return error;
    }

    private static async Task<string> FetchAsync(Setup setup, DownloadRequest? request = null)
    {
        request ??= Request();
        return (await setup.Cache.FetchAsync([request]))[request.Digest.Sha256!.Value];
    }

    [Fact]
    public async Task Fetch_File_IsCheckedAndThenComesFromTheCache()
    {
        using var setup = new Setup();
        var path = await FetchAsync(setup);
        Assert.Equal(s_body, File.ReadAllBytes(path));
        Assert.Equal(path, await FetchAsync(setup));
        Assert.Single(setup.Mirror.Requests);
        Assert.Empty(Directory.GetFiles(setup.Folder["partial"]));
        Assert.Equal(path, setup.Cache.Find(Request().Digest.Sha256!.Value, s_body.Length));
    }

    [Fact]
    public async Task Fetch_DamagedFileInTheCache_IsFetchedAgain()
    {
        using var setup = new Setup();
        var path = await FetchAsync(setup);
        var bytes = File.ReadAllBytes(path);
        bytes[7] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
    }

    [Fact]
    public async Task Fetch_ConnectionCutAgainAndAgain_ResumesUntilItIsWhole()
    {
        using var setup = new Setup();
        setup.Mirror.CutAfter[Path] = 200_000;
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
        Assert.Equal([Path, Path + "@200000", Path + "@400000"], setup.Mirror.Requests);
    }

    [Fact]
    public async Task Fetch_TruncatedForEver_ReportsHULL2035AndTheNextRunGoesOn()
    {
        using var setup = new Setup();
        setup.Mirror.CutAfter[Path] = 100_000;
        Assert.Equal("HULL2035", (await FailsAsync(() => FetchAsync(setup))).Code.Code);
        Assert.Null(setup.Cache.Find(Request().Digest.Sha256!.Value, s_body.Length));
        setup.Mirror.CutAfter.Clear();
        setup.Mirror.Requests.Clear();
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
        Assert.Equal([Path + "@300000"], setup.Mirror.Requests);
    }

    [Fact]
    public async Task Fetch_MirrorWithoutRanges_StartsAgain()
    {
        using var setup = new Setup();
        File.WriteAllBytes(System.IO.Path.Combine(setup.Folder["partial"], Request().Digest.Sha256!.Value.ToString()), s_body[..1000]);
        setup.Mirror.HonourRanges = false;
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
    }

    [Fact]
    public async Task Fetch_PartialFileOfOtherBytes_IsThrownAwayOnce()
    {
        using var setup = new Setup();
        File.WriteAllBytes(System.IO.Path.Combine(setup.Folder["partial"], Request().Digest.Sha256!.Value.ToString()), new byte[1000]);
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
        Assert.Equal([Path + "@1000", Path], setup.Mirror.Requests);
    }

    [Fact]
    public async Task Fetch_PartialFileLongerThanTheWhole_IsThrownAway()
    {
        using var setup = new Setup();
        File.WriteAllBytes(System.IO.Path.Combine(setup.Folder["partial"], Request().Digest.Sha256!.Value.ToString()), new byte[s_body.Length + 1]);
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
    }

    [Fact]
    public async Task Fetch_WholePartialFile_NeedsNoRequest()
    {
        using var setup = new Setup();
        File.WriteAllBytes(System.IO.Path.Combine(setup.Folder["partial"], Request().Digest.Sha256!.Value.ToString()), s_body);
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
        Assert.Empty(setup.Mirror.Requests);
    }

    [Fact]
    public async Task Fetch_OtherBytesOfTheSameLength_ReportsHULL2036AndLeavesNothing()
    {
        using var setup = new Setup();
        setup.Mirror.Files[Path] = [.. s_body.Reverse()];
        Assert.Equal("HULL2036", (await FailsAsync(() => FetchAsync(setup))).Code.Code);
        Assert.Null(setup.Cache.Find(Request().Digest.Sha256!.Value, s_body.Length));
        Assert.Equal(0, new FileInfo(System.IO.Path.Combine(setup.Folder["partial"], Request().Digest.Sha256!.Value.ToString())).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_MoreThanAnnounced_ReportsHULL2034(bool withoutLength)
    {
        using var setup = new Setup();
        setup.Mirror.WithoutLength = withoutLength;
        setup.Mirror.Files[Path] = [.. s_body, .. s_body];
        Assert.Equal("HULL2034", (await FailsAsync(() => FetchAsync(setup))).Code.Code);
    }

    [Fact]
    public async Task Fetch_GoneFiles_ReportHULL2033WithEveryNameAndTheRemedy()
    {
        using var setup = new Setup();
        var error = await FailsAsync(() => setup.Cache.FetchAsync([Request(), Request([1], "pool/gone1.deb"), Request([2], "pool/gone2.deb")]));
        Assert.Equal(["HULL2033", "HULL2033"], error.Diagnostics.Select(d => d.Code.Code));
        Assert.Contains("gone2", error.Message, StringComparison.Ordinal);
        Assert.Contains("hull lock --update", error.Message, StringComparison.Ordinal);
        Assert.NotNull(setup.Cache.Find(Request().Digest.Sha256!.Value, s_body.Length));
    }

    [Fact]
    public async Task Fetch_ServerErrorsThatPass_AreTriedAgain()
    {
        using var setup = new Setup();
        setup.Mirror.Failures[Path] = (503, 2);
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
    }

    [Theory]
    [InlineData(503, 3)]
    [InlineData(403, 1)]
    public async Task Fetch_ServerErrorsThatStay_ReportHULL2032(int status, int requests)
    {
        using var setup = new Setup();
        setup.Mirror.Failures[Path] = (status, 100);
        Assert.Equal("HULL2032", (await FailsAsync(() => FetchAsync(setup))).Code.Code);
        Assert.Equal(requests, setup.Mirror.Requests.Count);
    }

    [Fact]
    public async Task Fetch_NobodyListens_ReportsHULL2031()
    {
        using var setup = new Setup();
        setup.Mirror.Dispose();
        var error = await FailsAsync(() => FetchAsync(setup));
        Assert.Equal("HULL2031", error.Code.Code);
        Assert.Contains("after 2 attempts", error.Message, StringComparison.Ordinal);
        Assert.Contains("HULL_MIRROR_DEBIAN", error.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Offline_UsesTheCacheAndNamesWhatIsMissing()
    {
        using var setup = new Setup();
        await FetchAsync(setup);
        var offline = new DownloadCache(setup.Folder.Path, null);
        Assert.Single(await offline.FetchAsync([Request()]));
        var error = await FailsAsync(() => offline.FetchAsync([Request(), Request([1], "pool/m1.deb"), Request([2], "pool/m2.deb")]));
        Assert.Equal("HULL2037", error.Code.Code);
        Assert.Contains("pool/m1.deb", error.Message, StringComparison.Ordinal);
        Assert.Contains("pool/m2.deb", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_DiskFull_ReportsHULL2038()
    {
        using var setup = new Setup();
        // Every write to /dev/full fails with ENOSPC.
        File.CreateSymbolicLink(System.IO.Path.Combine(setup.Folder["partial"], Request().Digest.Sha256!.Value.ToString()), "/dev/full");
        Assert.Equal("HULL2038", (await FailsAsync(() => FetchAsync(setup))).Code.Code);
    }

    [Fact]
    public void Open_FolderBelowAFile_ReportsHULL2039()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["f"], "");
        Assert.Equal("HULL2039", Assert.Throws<HullException>(() => new DownloadCache(folder["f"] + "/x", null)).Code.Code);
    }

    [Fact]
    public async Task Fetch_SameFileByTwoCaches_IsFetchedOnce()
    {
        using var setup = new Setup();
        var other = new DownloadCache(setup.Folder.Path, setup.Client);
        await Task.WhenAll(FetchAsync(setup), other.FetchAsync([Request()]));
        Assert.Single(setup.Mirror.Requests);
    }

    [Fact]
    public async Task Fetch_SameFileByManyCachesManyTimes_NeitherFailsNorHangs()
    {
        using var folder = new TempFolder();
        using var client = new MirrorClient(new MirrorMap([new("own", new($"file://{folder.Path}"))]));
        for (var round = 0; round < 200; round++)
        {
            File.WriteAllText(folder[$"{round}"], $"{round}");
            var request = new DownloadRequest("own", "own", $"{round}", Sha256Digest.Of(File.ReadAllBytes(folder[$"{round}"])), new FileInfo(folder[$"{round}"]).Length);
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => new DownloadCache(folder["cache"], client).FetchAsync([request])))).WaitAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Empty(Directory.GetFiles(folder["cache/partial"]));
    }

    [Fact]
    public async Task Fetch_Cancelled_KeepsWhatCame()
    {
        using var setup = new Setup();
        using var cancel = new CancellationTokenSource();
        setup.Mirror.CutAfter[Path] = 150_000;
        setup.Mirror.Failures.Clear();
        var slow = new MirrorClient(new MirrorMap([new("debian", setup.Mirror.Base)]), 5, TimeSpan.FromMinutes(1));
        var fetch = new DownloadCache(setup.Folder.Path, slow).FetchAsync([Request()], null, cancel.Token);
        var partial = System.IO.Path.Combine(setup.Folder["partial"], Request().Digest.Sha256!.Value.ToString());
        while (!File.Exists(partial) || new FileInfo(partial).Length < 150_000)
        {
            await Task.Delay(5);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        setup.Mirror.CutAfter.Clear();
        Assert.Equal(s_body, File.ReadAllBytes(await FetchAsync(setup)));
        Assert.Equal([Path, Path + "@150000"], setup.Mirror.Requests);
    }

    [Fact]
    public async Task Fetch_ManyFiles_ReportsAllProgress()
    {
        using var setup = new Setup();
        var bodies = Enumerable.Range(1, 40).Select(i => Body(i * 1000)).ToList();
        var requests = bodies.Select((b, i) => Request(b, $"pool/{i}.deb")).ToList();
        foreach (var (request, body) in requests.Zip(bodies))
        {
            setup.Mirror.Files[request.RelativePath] = body;
        }

        var progress = new Last();
        Assert.Equal(40, (await setup.Cache.FetchAsync(requests, progress)).Count);
        Assert.Equal(new DownloadProgress(bodies.Sum(b => b.Length), bodies.Sum(b => b.Length), 40, 40), progress.Value);
    }

    private sealed class Last : IProgress<DownloadProgress>
    {
        public DownloadProgress Value { get; private set; }

        public void Report(DownloadProgress value) => Value = value;
    }

    private sealed class Setup : IDisposable
    {
        public Setup()
        {
            Client = new MirrorClient(new MirrorMap([new("debian", Mirror.Base)]), 3, TimeSpan.FromMilliseconds(1));
            Cache = new DownloadCache(Folder.Path, Client);
            Mirror.Files[Path] = s_body;
        }

        public TempFolder Folder { get; } = new();

        public TestMirror Mirror { get; } = new();

        public MirrorClient Client { get; }

        public DownloadCache Cache { get; }

        public void Dispose()
        {
            Client.Dispose();
            Mirror.Dispose();
            Folder.Dispose();
        }
    }
}
